import { fold, isRun, type Place, type Step, stepsOf, type TermQuery, words } from '../query/index.ts';
import { codesOf } from './letters.ts';
import { Numbers } from './numbers.ts';

/*
 * A marked term is its number with what must be known of it when it is seen.
 */
export const TERM = 0xff_ffff;
/** Its key is not the word itself: letters must be compared. */
export const COMPARED = 1 << 24;
/** It is the first of some pair. */
export const STARTS = 1 << 25;
/** It is the second of some pair. */
export const FOLLOWS = 1 << 26;
/** Other terms follow from it that are no guards. */
export const DERIVES = 1 << 27;
/** Nothing is filed under it: it is only a guard. */
export const QUIET = 1 << 28;
/** Guards follow from it. */
export const GUARDS = 1 << 29;

/** What a term that is no word is: in the top four bits of the first of its two numbers, `a`. */
export const Definition = {
  /** `a` and, right after it, `b >> 1`; both of one run where the last bit of `b` is set. Phrases are chains of pairs. */
  pair: 1,
  /** The beginning of a word: string `b`. */
  prefix: 2,
  /** Term `a`, in one place. */
  title: 3,
  lead: 4,
  author: 5,
  section: 6,
  /** Term `a` spelt as string `b`, or beginning so where `a` is a beginning. */
  exact: 7,
  /** String `b`. */
  host: 8,
  lang: 9,
  /** Any of the terms from which it follows. */
  any: 10,
} as const;

/** Put before the letters of what the dictionary has beside words. No word has these codes in it. */
export const MARKER = { prefix: 63, host: 62, lang: 61 } as const;

/** Marked terms have 24 bits for the number. */
const MAX_TERMS = 2 ** 24 - 1;

export type FrequencyOf = (term: string) => number;

/** Numbers the terms of an index while it is built, and knows how rare each is. */
export class Vocabulary {
  /** From 1; the commonest first. */
  readonly words: string[];
  readonly definitions = new Numbers();
  readonly strings: string[] = [];
  readonly prefixes: { prefix: string; term: number }[] = [];
  readonly hosts = new Map<string, number>();
  readonly langs = new Map<string, number>();
  readonly pairs = new Map<number, number>();
  /** What follows from which: pairs of numbers, base and derived term. */
  readonly derivations = new Numbers();
  hasLooseRuns = false;
  readonly #ids: Map<string, number>;
  /** By term; 0 is no term, and always seen. */
  readonly #shares: number[] = [1];
  readonly #prefixIds = new Map<string, number>();
  readonly #variants = new Map<string, number>();
  readonly #anys = new Map<string, number>();
  #marks = new Uint8Array(1024);

  constructor(terms: Iterable<string>, frequencyOf: FrequencyOf = guessedShare) {
    const shares = [...new Set(terms)].map((word) => ({ word, share: clamped(frequencyOf(word)) }));
    shares.sort((a, b) => b.share - a.share || (a.word < b.word ? -1 : 1));
    this.words = ['', ...shares.map(({ word }) => word)];
    if (this.words.length > MAX_TERMS) throw tooMany();
    this.#ids = new Map(shares.map(({ word }, i) => [word, i + 1]));
    for (const { share } of shares) this.#shares.push(share);
  }

  /** How many terms there are. */
  get size(): number {
    return this.words.length - 1 + this.definitions.length / 2;
  }

  /** A guess at the share of articles that hold a term. */
  shareOf(term: number): number {
    return this.#shares[term]!;
  }

  marked(term: number): number {
    return (term | (this.#marks[term]! << 24)) >>> 0;
  }

  /** The number of a term, given a new one where it has none. Its words must be among those that the vocabulary was made of. */
  termOf(term: TermQuery): number {
    if (term.kind === 'word' && term.exact === undefined) {
      const word = this.#ids.get(term.word);
      if (word !== undefined) return this.#placed(word, term.place);
    }
    const [first, ...others] = stepsOf(term);
    const isExact = term.exact === true;
    let found = this.#step(first!, isExact);
    let lastIsRun = isRun(first!.word);
    for (const step of others) {
      const isRunStep = isRun(step.word);
      if (lastIsRun && isRunStep && !step.touches) this.hasLooseRuns = true;
      found = this.#pair(found, this.#step(step, isExact), step.touches);
      lastIsRun = isRunStep;
    }
    return this.#placed(found, term.place);
  }

  #placed(term: number, place: Place | undefined): number {
    return place === undefined ? term : this.#variant(term, Definition[place], undefined);
  }

  host(host: string): number {
    return this.#value(this.hosts, host, Definition.host, 0.005);
  }

  lang(range: string): number {
    return this.#value(this.langs, range, Definition.lang, 0.5);
  }

  /** The term that is seen with any of several, which are in ascending order. */
  anyOf(terms: readonly number[], share: number): number {
    const key = terms.join(' ');
    let term = this.#anys.get(key);
    if (term === undefined) {
      term = this.#define(Definition.any, 0, 0, share);
      this.#anys.set(key, term);
      this.mark(term, QUIET);
      for (const one of terms) {
        this.derivations.push(one);
        this.derivations.push(term);
        this.mark(one, GUARDS);
      }
    }
    return term;
  }

  /** Of each word, what follows from it by being the beginning that another term asks for. */
  *prefixDerivations(): Generator<[word: number, prefix: number]> {
    if (this.prefixes.length === 0) return;
    const sorted = this.words.map((word, term) => ({ word, term })).slice(1);
    sorted.sort((a, b) => (a.word < b.word ? -1 : Number(a.word > b.word)));
    for (const { prefix, term } of this.prefixes) {
      let low = 0;
      let high = sorted.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (sorted[middle]!.word < prefix) low = middle + 1;
        else high = middle;
      }
      for (; sorted[low]?.word.startsWith(prefix); low++) yield [sorted[low]!.term, term];
    }
  }

  mark(term: number, mark: number): void {
    if (term >= this.#marks.length) {
      const larger = new Uint8Array(Math.max(term + 1, this.#marks.length * 2));
      larger.set(this.#marks);
      this.#marks = larger;
    }
    this.#marks[term]! |= mark >>> 24;
  }

  #step({ word, isPrefix }: Step, isExact: boolean): number {
    const folded = isExact ? foldedOf(word) : word;
    const base = isPrefix ? this.#prefix(folded) : this.#ids.get(folded)!;
    return isExact ? this.#variant(base, Definition.exact, word) : base;
  }

  #prefix(prefix: string): number {
    let term = this.#prefixIds.get(prefix);
    if (term === undefined) {
      term = this.#define(Definition.prefix, 0, this.#string(prefix), Math.min(0.5, 1 / prefix.length));
      this.#prefixIds.set(prefix, term);
      this.prefixes.push({ prefix, term });
    }
    return term;
  }

  #pair(first: number, second: number, touches: boolean): number {
    const key = (first * 2 ** 24 + second) * 2 + Number(touches);
    let term = this.pairs.get(key);
    if (term === undefined) {
      const share = Math.min(this.shareOf(first), this.shareOf(second)) * 0.2;
      term = this.#define(Definition.pair, first, second * 2 + Number(touches), share);
      this.pairs.set(key, term);
      this.mark(first, STARTS);
      this.mark(second, FOLLOWS);
    }
    return term;
  }

  #variant(base: number, kind: number, exact: string | undefined): number {
    const key = exact === undefined ? `${base} ${kind}` : `${base} ${kind} ${exact}`;
    let term = this.#variants.get(key);
    if (term === undefined) {
      const factor = kind === Definition.title ? 0.15 : kind === Definition.author ? 0.01 : 0.4;
      term = this.#define(kind, base, exact === undefined ? 0 : this.#string(exact), this.shareOf(base) * factor);
      this.#variants.set(key, term);
      this.derive(base, term);
    }
    return term;
  }

  derive(base: number, term: number): void {
    this.derivations.push(base);
    this.derivations.push(term);
    this.mark(base, DERIVES);
  }

  #value(known: Map<string, number>, value: string, kind: number, share: number): number {
    let term = known.get(value);
    if (term === undefined) {
      term = this.#define(kind, 0, this.#string(value), share);
      known.set(value, term);
    }
    return term;
  }

  #define(kind: number, a: number, b: number, share: number): number {
    this.definitions.push(((kind << 28) | a) >>> 0);
    this.definitions.push(b);
    this.#shares.push(share);
    if (this.size > MAX_TERMS) throw tooMany();
    this.mark(this.size, 0);
    return this.size;
  }

  #string(text: string): number {
    return this.strings.push(text) - 1;
  }
}

/** The words of a term, folded, for a vocabulary to be made of. */
export function addWords(term: TermQuery, to: Set<string>): void {
  if (term.kind === 'word' && term.exact === undefined && !mayBeRun(term.word)) {
    to.add(term.word);
    return;
  }
  for (const { word, isPrefix } of stepsOf(term)) if (!isPrefix) to.add(term.exact ? foldedOf(word) : word);
}

/** The word that is spelt so: what folding makes of it, or the part of that which is a word (`ŉ` is `n`). */
function foldedOf(exact: string): string {
  return words(exact).find((word) => word.exact === exact)?.word ?? fold(exact);
}

/** Scripts without blanks begin with Thai; to ask for each word's script takes longer than all else that is done with it. */
function mayBeRun(word: string): boolean {
  return word.charCodeAt(0) >= 0x0e00;
}

/** The codes under which the dictionary has a term that is no word. */
export function markedCodes(marker: number, text: string): Uint16Array {
  const codes = new Uint16Array(text.length + 1);
  codes[0] = marker;
  codes.set(codesOf(text), 1);
  return codes;
}

/** Without counted frequencies, length is the best sign of rarity: the common words of a language are its short ones (Zipf). */
function guessedShare(word: string): number {
  return isRun(word) ? 0.2 : 1 / word.length ** 2;
}

function clamped(share: number): number {
  return Number.isNaN(share) ? 1 : Math.min(1, Math.max(1e-7, share));
}

function tooMany(): RangeError {
  return new RangeError(`An index holds at most ${MAX_TERMS.toLocaleString('en')} different words and phrases.`);
}
