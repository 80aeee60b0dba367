import { fold, isRun } from '../query/index.ts';

/*
 * What each UTF-16 unit is to the scanner, and its code. An entry is `code | kind << 16`, and DIGIT. The table is filled as units are met:
 * to ask Unicode of all 65,536 would take longer than the first thousand articles.
 *
 * Codes: a–z are 1–26 and 0–9 are 27–36, so that ten letters fit in 64 bits; every other unit is its own code (the units
 * below 63 that stand inside words, such as the dot of `u.s`, are none of 1–36).
 */
export const BLANK = 1 << 16;
/** Parts words, whatever stands beside it. */
export const SEPARATOR = 2 << 16;
/** Parts words but for what stands on both sides of it: `3.5`, `U.S.`, `China’s`. */
export const JOINER = 3 << 16;
/** A mark, half of a pair, a letter that folds to several, or what only the full rules know: the words around it are cut by them. */
export const HARD = 4 << 16;
/** A syllable of Hangul: joins with its like only. The kinds from here on are words or parts of words. */
export const HANGUL = 5 << 16;
/** A character of a script without blanks, and a word of its own. */
export const RUN = 6 << 16;
/** A letter or digit that folds to one unit and joins with its neighbours. No other entry is as great: one comparison tells it. */
export const LETTER = 7 << 16;

export const KIND = 7 << 16;
export const CODE = 0xffff;
/** A digit of any script. */
export const DIGIT = 1 << 19;

/** Codes above do not pack into six bits. */
export const MAX_PACKED_CODE = 63;

const WORDS = new Intl.Segmenter('en', { granularity: 'word' });
const CLUSTERS = new Intl.Segmenter('en', { granularity: 'grapheme' });
const NARROW = new Map([...'abcdefghijklmnopqrstuvwxyz0123456789'].map((letter, i) => [letter, i + 1]));
const LETTER_OF_CODE = new Map([...NARROW].map(([letter, code]) => [code, letter]));

const table = new Uint32Array(65536);

/** The table itself, for loops that cannot afford a call. An entry of 0 is not known yet: ask `learn`. */
export const LETTERS: Readonly<Uint32Array> = table;

for (let unit = 0; unit < 128; unit++) learn(unit);

/** Finds out what a unit is, and keeps it. */
export function learn(unit: number): number {
  const entry = kindOf(unit);
  table[unit] = entry;
  return entry;
}

/** The codes of a folded word, one for each unit. */
export function codesOf(word: string): Uint16Array {
  const codes = new Uint16Array(word.length);
  for (let i = 0; i < codes.length; i++) codes[i] = NARROW.get(word[i]!) ?? word.charCodeAt(i);
  return codes;
}

/** The folded word that has these codes. */
export function wordOf(codes: ArrayLike<number>): string {
  return Array.from(codes, (code) => LETTER_OF_CODE.get(code) ?? String.fromCharCode(code)).join('');
}

function kindOf(unit: number): number {
  const letter = String.fromCharCode(unit);
  if (/\s/.test(letter)) return unit | BLANK;
  if (/[\ud800-\udfff\p{M}\p{DI}\p{Cn}ʼ]/u.test(letter)) return unit | HARD;
  if (/[\p{L}\p{N}\p{Script=Hangul}]/u.test(letter)) return wordPart(letter);
  if (/[·\u0387]/.test(letter) || joins('a', letter) || joins('1', letter) || joins('א', letter)) {
    return unit | JOINER;
  }
  return unit | SEPARATOR;
}

function joins(neighbour: string, letter: string): boolean {
  return [...WORDS.segment(neighbour + letter + neighbour)].length < 3;
}

function wordPart(letter: string): number {
  const folded = fold(letter);
  const unit = letter.charCodeAt(0);
  if (!/^[\p{L}\p{N}]$/v.test(folded) || folded.length > 1 || fold(folded) !== folded) return unit | HARD;
  const code = NARROW.get(folded) ?? folded.charCodeAt(0);
  if (isRun(letter)) {
    return isRun(folded) && [...CLUSTERS.segment(`中${letter}中`)].length === 3 ? code | RUN : unit | HARD;
  }
  if (/\p{Script=Hangul}/u.test(letter)) return /^[가-힣]$/.test(letter) ? code | HANGUL : unit | HARD;
  const isWord = [...WORDS.segment(letter)][0]?.isWordLike;
  const isPlain = isWord && [...WORDS.segment(`a${letter}a1${letter}1`)].length === 1 && !/[\p{M}ʼ]/u.test(folded);
  if (!isPlain) return unit | HARD;
  return code | LETTER | (/\p{N}/u.test(letter) ? DIGIT : 0);
}
