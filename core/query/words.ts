import { exactly, fold } from './fold.ts';

/** A word of a text. Two entries share a position where one word has two readings: `U.S.` is `u.s` and `us`. */
export interface Word {
  /** Folded. */
  word: string;
  /** As it is written (`exactly`), for `=WHO`. */
  exact: string;
  /** Its place as UTF-16 offsets; a possessive s is outside. */
  start: number;
  end: number;
  /** Counts up by one from word to word. */
  position: number;
  /**
   * Where it begins, in half-words from the beginning of the text: a character of a script without blanks (`isRun`) is one wide,
   * any other word two. So far are words apart for NEAR, and so long is a lead.
   */
  half: number;
}

/** A word in one reading: folded, and as it is written. */
interface Spelling {
  word: string;
  exact: string;
}

const WORD_HALVES = 2;
const CHARACTER_HALVES = 1;

/** One fixed locale: what a word is must not depend on the machine. */
const WORDS = new Intl.Segmenter('en', { granularity: 'word' });
const CLUSTERS = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** No word reaches over a blank (UAX #29, with U+202F as a blank too), so that each chunk between two is cut by itself. */
const CHUNK = /\S+/g;

/** A chunk of ASCII and common quotes in which nothing can join two words or make a possessive: its words are plain to see. */
const PLAIN_CHUNK = /^(?!.*[.,':;‘’][0-9A-Za-z])[!-^`-~‘’“”–—…]+$/;
const PLAIN_WORD = /[0-9A-Za-z]+/g;

/** Letters of the scripts that set no blanks between words. Punctuation that they share with others is left out. */
const RUN_LETTER =
  '[[\\p{scx=Han}\\p{scx=Hira}\\p{scx=Kana}\\p{scx=Thai}\\p{scx=Laoo}\\p{scx=Khmr}\\p{scx=Mymr}]&&[\\p{L}\\p{N}]]';
const RUN = `(?<run>(?:${RUN_LETTER}[\\p{M}\\p{DI}]*)+)`;
/** Hangul has blanks. ICU parts its syllables from other letters but not its jamo, so that the same word in NFD would be cut elsewhere. */
const HANGUL = '\\p{Script=Hangul}[\\p{Script=Hangul}\\p{M}\\p{DI}]*';
const RUN_OR_HANGUL = new RegExp(`${RUN}|${HANGUL}`, 'gv');
const RUN_START = new RegExp(`^${RUN_LETTER}`, 'v');

/**
 * A part of what the segmenter keeps whole: it joins around . ' ’ : and _, which here part words, except that
 * a number keeps what stands between its digits (3.5, 1,000) and Catalan its middle dot (col·lecció).
 */
const PART =
  /[[\p{L}\p{N}]--[ʼ]](?:[[\p{L}\p{M}\p{N}\p{DI}]--[ʼ]]|(?<=\p{L})[·\u0387](?=\p{L})|(?<=\p{Nd})[.,'’‘．，＇](?=\p{Nd}))*/gv;
const WHOLE_PART = new RegExp(`^${PART.source}$`, 'v');
const POSSESSIVE = /[\p{L}\p{M}\p{N}]\.?['’‘ʼ＇]$/u;
const ONE_LETTER = /^\p{L}\p{M}*$/u;

/** Whether a folded word is of a script without blanks, and so met by a run of characters found anywhere. */
export function isRun(word: string): boolean {
  return RUN_START.test(word);
}

/**
 * The words of a text in their order, cut by Unicode's word rules (UAX #29) and folded.
 *
 * - Hyphens part words: `cyber-attack` is two. So do . ' ’ : and _ inside what Unicode keeps whole: `l’Iran` is `l`, `iran`.
 * - A possessive s has no position and no place: `China’s` is `china`.
 * - Dotted initials have two readings at one position: `U.S.` is `u.s` and `us`.
 * - In Han, kana, Thai, Lao, Khmer and Burmese each character (grapheme cluster) is an entry, whatever a dictionary would say.
 */
export function words(text: string): Word[] {
  const cutter = new Cutter();
  for (const { 0: chunk, index } of text.matchAll(CHUNK)) {
    if (PLAIN_CHUNK.test(chunk)) cutter.plain(chunk, index);
    else cutter.chunk(chunk, index);
  }
  return cutter.found;
}

class Cutter {
  readonly found: Word[] = [];
  /** A text says most of its words more than once, and folding outside ASCII takes longer than a look-up. */
  readonly #folded = new Map<string, Spelling[]>();
  #position = 0;
  #half = 0;

  plain(chunk: string, at: number): void {
    for (const { 0: word, index } of chunk.matchAll(PLAIN_WORD)) {
      const start = at + index;
      this.#add([{ word: word.toLowerCase(), exact: word }], start, start + word.length, WORD_HALVES);
    }
  }

  chunk(chunk: string, at: number): void {
    let done = 0;
    for (const { 0: stretch, index, groups } of chunk.matchAll(RUN_OR_HANGUL)) {
      this.#segmented(chunk, done, index, at);
      if (groups?.run) {
        for (const cluster of clusters(stretch)) this.#addFolded(cluster.text, at + index + cluster.index);
      } else {
        this.#addFolded(stretch, at + index);
      }
      done = index + stretch.length;
    }
    this.#segmented(chunk, done, chunk.length, at);
  }

  /** The stretch of a chunk from `from` to `to`, which the segmenter's rules serve. */
  #segmented(chunk: string, from: number, to: number, at: number): void {
    if (from === to) return;
    for (const { segment, index, isWordLike } of WORDS.segment(chunk.slice(from, to))) {
      if (!isWordLike) continue;
      const parts = [...segment.matchAll(PART)];
      const last = parts.at(-1);
      if (last && /^s$/i.test(last[0]) && endsInPossessive(chunk, from + index + last.index)) parts.pop();
      const start = at + from + index;
      if (isInitials(segment, parts)) {
        const letters = parts.map(({ 0: letter }) => ({ word: fold(letter), exact: exactly(letter) }));
        const end = from + index + parts.at(-1)!.index + parts.at(-1)![0].length;
        const dot = chunk[end] === '.' ? 1 : 0;
        const readings = [joined(letters, '.'), joined(letters, '')];
        this.#add(readings, start + parts[0]!.index, at + end + dot, WORD_HALVES);
      } else {
        for (const part of parts) this.#addFolded(part[0], start + part.index);
      }
    }
  }

  #addFolded(surface: string, start: number): void {
    let parts = this.#folded.get(surface);
    if (parts === undefined) {
      parts = foldedParts(surface);
      this.#folded.set(surface, parts);
    }
    for (const part of parts) {
      this.#add([part], start, start + surface.length, isRun(part.word) ? CHARACTER_HALVES : WORD_HALVES);
    }
  }

  #add(readings: Spelling[], start: number, end: number, halves: number): void {
    for (const { word, exact } of readings) {
      this.found.push({ word, exact, start, end, position: this.#position, half: this.#half });
    }
    this.#position++;
    this.#half += halves;
  }
}

/** Whether what stands before `at` (where an s is) is a word and an apostrophe: `China’`, `U.K.’`. */
function endsInPossessive(chunk: string, at: number): boolean {
  return POSSESSIVE.test(chunk.slice(Math.max(0, at - 4), at));
}

/** Whether the parts are single letters with a dot, and nothing else, between each two: `U.S`. */
function isInitials(segment: string, parts: RegExpExecArray[]): boolean {
  const dotted = (part: RegExpExecArray, i: number) => {
    const before = parts[i - 1];
    return before === undefined || segment.slice(before.index + before[0].length, part.index) === '.';
  };
  return parts.length > 1 && parts.every((part) => ONE_LETTER.test(fold(part[0]))) && parts.every(dotted);
}

const NO_CHARACTER = /^[\p{M}\p{DI}]/u;

/**
 * The characters of a run: its grapheme clusters, but that a mark which is a cluster of its own (Burmese ာ and း), or a sign that nobody
 * sees (the zero-width space between Khmer words), belongs to the character before it.
 */
function clusters(run: string): { text: string; index: number }[] {
  const found: { text: string; index: number }[] = [];
  for (const { segment, index } of CLUSTERS.segment(run)) {
    const last = found.at(-1);
    if (last && NO_CHARACTER.test(segment)) last.text += segment;
    else found.push({ text: segment, index });
  }
  return found;
}

function joined(letters: Spelling[], by: string): Spelling {
  return { word: letters.map(({ word }) => word).join(by), exact: letters.map(({ exact }) => exact).join(by) };
}

/**
 * A surface word, folded. Folding makes more of a few (ﷺ is four words, ヿ two characters): each is a word in the same place, and is
 * written as it is folded.
 */
function foldedParts(surface: string): Spelling[] {
  const folded = fold(surface);
  if (WHOLE_PART.test(folded) && !isRun(folded)) return [{ word: folded, exact: exactly(surface) }];
  const parts = [...folded.matchAll(PART)].flatMap(({ 0: part }) =>
    isRun(part) ? clusters(part).map(({ text }) => text) : [part],
  );
  return parts.map((word) => ({ word, exact: parts.length === 1 ? exactly(surface) : exactly(word) }));
}
