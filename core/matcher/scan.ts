import { isRun, type Word, words } from '../query/index.ts';
import {
  BLANK,
  CODE,
  codesOf,
  DIGIT,
  HANGUL,
  HARD,
  JOINER,
  KIND,
  LETTER,
  LETTERS,
  learn,
  MAX_PACKED_CODE,
  RUN,
  SEPARATOR,
} from './letters.ts';

/** Letters whose packed codes fit in the 64 bits of a key, so that the key is the word itself. */
const MAX_PACKED_LETTERS = 10;

/** Of a token's `shape`: its key may be another word's too, so that its letters must be compared. */
export const UNPACKED = 1;
/** It is a character of a script without blanks. */
export const RUNNING = 2;
/** Nothing stands between it and the token before, which is a character of a run as well. */
export const TOUCHING = 4;
/** Its letters are not those of the text, one for one: `exactOf` has what was written. */
export const REWRITTEN = 8;
const SHAPE_BITS = 4;

/** Another reading of a token: `us` beside `u.s`. */
export interface Alternative {
  token: number;
  word: string;
  exact: string;
}

/** Stretches that only the full rules can cut come again (`3.5`, `U.S.`): so many are remembered, if not longer than this. */
const REMEMBERED_STRETCHES = 4096;
const LONGEST_REMEMBERED = 40;

/**
 * Cuts texts into tokens, which are `words` without a string made for any of them: a 64-bit key, and where its letters are.
 * Words made of letters that fold one to one are cut in one pass over the text; whatever is less plain is cut by `words` itself,
 * from the last place where the rules surely part words to the next such place, so that the answer is always that of `words`.
 *
 * The key of a word is its codes (letters.ts), six bits each, in 64 bits that turn round: up to ten letters of a–z and 0–9 are the
 * word itself; of others (`UNPACKED`) the letters must be compared as well.
 *
 * Memory: the longest text in UTF-16, and 20 bytes for each of its units, each of which may be a token; kept from article to article.
 */
export class Scanner {
  /** The texts, each followed by the codes of its rewritten tokens. */
  units = new Uint16Array(8192);
  tokens = newTokens(8192);
  count = 0;
  readonly alternatives: Alternative[] = [];
  readonly #exact = new Map<number, string>();
  readonly #remembered = new Map<string, Word[]>();
  #bytes = Buffer.from(this.units.buffer);
  #used = 0;

  /** Forgets all tokens. */
  reset(): void {
    this.count = 0;
    this.#used = 0;
    if (this.alternatives.length > 0) this.alternatives.length = 0;
    if (this.#exact.size > 0) this.#exact.clear();
  }

  /** Adds the tokens of one text after those that are there. */
  scan(text: string): void {
    const size = text.length;
    const base = this.#used;
    this.#reserve(base + size + 1);
    this.#bytes.write(text, base * 2, size * 2, 'utf16le');
    const end = base + size;
    this.units[end] = 0x20;
    this.#used = end + 1;
    this.#reserveTokens(this.count + size + 1);
    this.#cut(text, base, end);
  }

  /** The word of a token as it was written: with its case and accents, in NFC. */
  exactOf(token: number): string {
    const rewritten = this.#exact.get(token);
    if (rewritten !== undefined) return rewritten;
    const start = this.tokens.from[token]! * 2;
    return this.#bytes.toString('utf16le', start, start + lettersOf(this.tokens.shapes[token]!) * 2).normalize('NFC');
  }

  #cut(text: string, base: number, end: number): void {
    const first = this.count;
    // Tokens and text before these are settled: a stretch never reaches back over them.
    let settledTokens = first;
    let settled = base;
    progress.at = base;
    progress.half = 0;
    for (;;) {
      progress.count = this.count;
      const stretch = cutPlain(this.units, this.tokens, base, end);
      this.count = progress.count;
      if (stretch < 0) return;
      const left = leftCut(this.units, settled, stretch);
      const right = rightCut(this.units, stretch, end);
      const { from, halves } = this.tokens;
      while (this.count > settledTokens && from[this.count - 1]! >= left) this.count--;
      const half = this.count > first ? halves[this.count - 1]! : 0;
      const followsRun = left > base && isRunUnit(this.units, left - 1);
      progress.half = this.#rewrite(text.slice(left - base, right - base), followsRun, half);
      settledTokens = this.count;
      settled = right;
      progress.at = right;
      // One token a unit at most, and those that are there.
      this.#reserveTokens(this.count + end - right + 1);
    }
  }

  /** Adds the tokens of a stretch by the full rules. Answers where they end, in half-words. */
  #rewrite(stretch: string, followsRun: boolean, startHalf: number): number {
    let half = startHalf;
    let before: Word | undefined;
    for (const word of this.#wordsOf(stretch)) {
      if (before?.position === word.position) {
        this.alternatives.push({ token: this.count - 1, word: word.word, exact: word.exact });
        continue;
      }
      this.#reserveTokens(this.count + 1);
      const running = isRun(word.word);
      const beside = before ? word.start === before.end || word.start === before.start : followsRun && word.start === 0;
      const touches = running && beside && (!before || isRun(before.word));
      half += running ? 1 : 2;
      const shape = REWRITTEN | (running ? RUNNING : 0) | (touches ? TOUCHING : 0);
      this.#addRewritten(word.word, shape, half);
      this.#exact.set(this.count - 1, word.exact);
      before = word;
    }
    return half;
  }

  #addRewritten(word: string, shape: number, half: number): void {
    const start = this.#used;
    const codes = codesOf(word);
    this.#reserve(start + codes.length);
    this.units.set(codes, start);
    this.#used += codes.length;
    const i = this.count++;
    const unpacked = keyOf(codes);
    const { high, low, from, shapes, halves } = this.tokens;
    high[i] = key.high;
    low[i] = key.low;
    from[i] = start;
    shapes[i] = (word.length << SHAPE_BITS) | shape | Number(unpacked);
    halves[i] = half;
  }

  #wordsOf(stretch: string): Word[] {
    if (stretch.length > LONGEST_REMEMBERED) return words(stretch);
    let found = this.#remembered.get(stretch);
    if (found === undefined) {
      // A slice would keep the whole text that it is of.
      const own = Buffer.from(stretch, 'utf16le').toString('utf16le');
      found = words(own);
      if (this.#remembered.size >= REMEMBERED_STRETCHES) this.#remembered.clear();
      this.#remembered.set(own, found);
    }
    return found;
  }

  #reserve(size: number): void {
    if (size <= this.units.length) return;
    const larger = new Uint16Array(Math.max(size, this.units.length * 2));
    larger.set(this.units.subarray(0, this.#used));
    this.units = larger;
    this.#bytes = Buffer.from(larger.buffer);
  }

  #reserveTokens(count: number): void {
    if (count <= this.tokens.from.length) return;
    const larger = newTokens(Math.max(count, this.tokens.from.length * 2));
    for (const name of ['high', 'low', 'from', 'shapes', 'halves'] as const) larger[name].set(this.tokens[name]);
    this.tokens = larger;
  }
}

/** Tokens side by side in typed arrays. */
export interface Tokens {
  high: Int32Array;
  low: Int32Array;
  /** Where a token's letters begin in `units`. */
  from: Int32Array;
  /** Number of letters × 16 + shape bits. */
  shapes: Int32Array;
  /** Half-words from the start of the token's text to the end of the token. */
  halves: Int32Array;
}

function newTokens(size: number): Tokens {
  const list = () => new Int32Array(size);
  return { high: list(), low: list(), from: list(), shapes: list(), halves: list() };
}

/** How far `cutPlain` has come. */
const progress = { at: 0, count: 0, half: 0 };

/**
 * Cuts `units` from `progress.at` to `end`, which a blank follows. Answers -1 at the end, else a place whose surroundings only the full
 * rules can cut.
 */
function cutPlain(units: Uint16Array, tokens: Tokens, base: number, end: number): number {
  const { high, low, from, shapes, halves } = tokens;
  const letters = LETTERS;
  let { at, count, half } = progress;
  let stretch = -1;
  while (at < end) {
    const start = at;
    let next = letters[units[at]!]!;
    if (next >= LETTER) {
      let hi = 0;
      let lo = 0;
      let all = 0;
      do {
        const code = next & CODE;
        const turned = (hi << 6) | (lo >>> 26);
        lo = ((lo << 6) | (hi >>> 26)) ^ code;
        hi = turned;
        all |= code;
        at++;
        next = letters[units[at]!]!;
      } while (next >= LETTER || ((next & KIND) === JOINER && joinsDigits(units, at)));
      if (next === 0) {
        learn(units[at]!);
        at = start;
        continue;
      }
      const size = at - start;
      half += 2;
      high[count] = hi;
      low[count] = lo;
      from[count] = start;
      shapes[count] = (size << SHAPE_BITS) | Number(all > MAX_PACKED_CODE || size > MAX_PACKED_LETTERS);
      halves[count] = half;
      count++;
      const kind = next & KIND;
      if (kind < JOINER) {
        // A blank or a separator, which is done with.
        at++;
        continue;
      }
      if (kind === HARD) {
        stretch = at;
        break;
      }
      if (kind === JOINER) {
        const skip = joining(units, start, at);
        if (skip < 0) {
          stretch = at;
          break;
        }
        at += skip;
      }
      continue;
    }
    const kind = next & KIND;
    if (next === 0) {
      learn(units[at]!);
    } else if (kind < JOINER) {
      at++;
    } else if (kind === RUN) {
      const touches = at > base && (letters[units[at - 1]!]! & KIND) === RUN;
      half++;
      high[count] = 0;
      low[count] = next & CODE;
      from[count] = at;
      shapes[count] = (1 << SHAPE_BITS) | UNPACKED | RUNNING | (touches ? TOUCHING : 0);
      halves[count] = half;
      count++;
      at++;
    } else if (kind === HANGUL) {
      at = endOfHangul(units, at);
      key.high = 0;
      key.low = 0;
      turn(units, start, at);
      half += 2;
      high[count] = key.high;
      low[count] = key.low;
      from[count] = start;
      shapes[count] = ((at - start) << SHAPE_BITS) | UNPACKED;
      halves[count] = half;
      count++;
    } else if (kind === HARD || endsPossessive(units, base, at)) {
      stretch = at;
      break;
    } else {
      at++;
    }
  }
  progress.at = at;
  progress.count = count;
  progress.half = half;
  return stretch;
}

/** The answer of `keyOf`: an object made for each word would cost more than the key. */
export const key = { high: 0, low: 0 };

/** Computes the key of a word's codes into `key`; true where its letters must be compared as well. */
export function keyOf(codes: Uint16Array): boolean {
  key.high = 0;
  key.low = 0;
  turn(codes, 0, codes.length);
  return codes.length > MAX_PACKED_LETTERS || codes.some((code) => code > MAX_PACKED_CODE);
}

/** Turns `key` on by each of the codes. */
function turn(codes: Uint16Array, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    const turned = (key.high << 6) | (key.low >>> 26);
    key.low = ((key.low << 6) | (key.high >>> 26)) ^ codes[i]!;
    key.high = turned;
  }
}

function endOfHangul(units: Uint16Array, at: number): number {
  let end = at;
  while ((entryOf(units[end]!) & KIND) === HANGUL) end++;
  return end;
}

/** The number of letters of a token, from its shape. */
export const lettersOf = (shape: number): number => shape >>> SHAPE_BITS;

/**
 * What a joiner at `at`, right after a word of letters that began at `start`, does: -1 where only the full rules can say, 2 where it begins
 * a possessive s that takes no position, else 0, and then it parts words.
 */
function joining(units: Uint16Array, start: number, at: number): number {
  const next = entryOf(units[at + 1]!);
  const isApostrophe = isApostropheUnit(units[at]!);
  if ((next & KIND) === JOINER) {
    // `Inc.’s`
    return isApostropheUnit(units[at + 1]!) && isS(units[at + 2]!) ? -1 : 0;
  }
  if ((next & KIND) !== LETTER) return 0;
  if (((entryOf(units[at - 1]!) | next) & DIGIT) !== 0) return -1;
  if (isApostrophe && isS(units[at + 1]!)) {
    const after = entryOf(units[at + 2]!) & KIND;
    if (after === LETTER) return 0;
    return after === HARD || (after === JOINER && (entryOf(units[at + 3]!) & KIND) !== BLANK) ? -1 : 2;
  }
  const unit = units[at]!;
  if (unit === 0xb7 || unit === 0x387) return -1;
  return at - start === 1 && !isApostrophe ? -1 : 0;
}

/** Whether the joiner at `at` is the point or comma of a number. */
function joinsDigits(units: Uint16Array, at: number): boolean {
  const unit = units[at]!;
  return (unit === 0x2e || unit === 0x2c) && isDigit(units[at - 1]!) && isDigit(units[at + 1]!);
}

function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39;
}

/** Whether the joiner at `at` stands before an s and after what may make it a possessive, where no word of plain letters ended. */
function endsPossessive(units: Uint16Array, base: number, at: number): boolean {
  if (!isApostropheUnit(units[at]!) || !isS(units[at + 1]!)) return false;
  if (at === base) return false;
  const before = entryOf(units[at - 1]!) & KIND;
  return before !== BLANK && before !== SEPARATOR;
}

/** ' ‘ ’ ＇ */
function isApostropheUnit(unit: number): boolean {
  return unit === 0x27 || unit === 0x2018 || unit === 0x2019 || unit === 0xff07;
}

function isS(unit: number): boolean {
  return unit === 0x73 || unit === 0x53;
}

function isRunUnit(units: Uint16Array, at: number): boolean {
  return (entryOf(units[at]!) & KIND) === RUN;
}

/** Whether the rules surely part what ends before `at` from what begins there, whatever stands further off. */
function isCut(units: Uint16Array, at: number): boolean {
  const before = entryOf(units[at - 1]!) & KIND;
  const after = entryOf(units[at]!) & KIND;
  if (before === BLANK || after === BLANK) return true;
  if (before === SEPARATOR) return after !== HARD;
  return before === RUN && after === RUN;
}

function leftCut(units: Uint16Array, settled: number, at: number): number {
  let left = at;
  while (left > settled && !isCut(units, left)) left--;
  return left;
}

function rightCut(units: Uint16Array, at: number, end: number): number {
  let right = at + 1;
  while (right < end && !isCut(units, right)) right++;
  return right;
}

function entryOf(unit: number): number {
  return LETTERS[unit]! || learn(unit);
}
