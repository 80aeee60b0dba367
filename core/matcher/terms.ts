import { Counts, type Layout } from './layout.ts';
import { codesOf } from './letters.ts';
import { key, keyOf } from './scan.ts';
import { SLOT, shiftOf, slotOf } from './tables.ts';
import { Definition, markedCodes, TERM } from './vocabulary.ts';

/** What the terms of an index are, read from its numbers. */
export class Terms {
  readonly #layout: Layout;
  /** How many are words: they have the numbers from 1. */
  readonly words: number;
  readonly #strings = new Map<number, string>();

  constructor(layout: Layout) {
    this.#layout = layout;
    this.words = layout.counts[Counts.words]!;
  }

  /** What a term is (`Definition`); 0 for a word. */
  kindOf(term: number): number {
    return term <= this.words ? 0 : this.#layout.definitions[(term - this.words - 1) * 2]! >>> 28;
  }

  /** The first number of a term that is no word. */
  baseOf(term: number): number {
    return this.#layout.definitions[(term - this.words - 1) * 2]! & TERM;
  }

  /** The second number of a term that is no word. */
  secondOf(term: number): number {
    return this.#layout.definitions[(term - this.words - 1) * 2 + 1]!;
  }

  /** The string of a term that has one. */
  stringOf(term: number): string {
    let text = this.#strings.get(term);
    if (text === undefined) {
      const { strings, stringsAt } = this.#layout;
      const string = this.secondOf(term);
      text = new TextDecoder().decode(strings.subarray(stringsAt[string]!, stringsAt[string + 1]!));
      this.#strings.set(term, text);
    }
    return text;
  }

  /** Whether a spelling is that which an exact term asks for. */
  isSpelt(term: number, exact: string): boolean {
    const asked = this.stringOf(term);
    return this.kindOf(this.baseOf(term)) === Definition.prefix ? exact.startsWith(asked) : exact === asked;
  }

  /** The marked term of a folded word; 0 where it has none. */
  word(word: string): number {
    const { letters, lettersAt } = this.#layout;
    const codes = codesOf(word);
    return this.#find(codes, (term) => {
      if (term > this.words) return false;
      const at = lettersAt[term]!;
      return lettersAt[term + 1]! - at === codes.length && codes.every((code, i) => code === letters[at + i]);
    });
  }

  /** The marked term of what the dictionary has beside words, by its codes after a marker; 0 where it has none. */
  other(codes: Uint16Array): number {
    return this.#find(codes, (term) => {
      if (term <= this.words) return false;
      const expected = markedCodes(codes[0]!, this.stringOf(term));
      return expected.length === codes.length && expected.every((code, i) => code === codes[i]);
    });
  }

  /** Where the list of what follows from a term is. */
  derivedSlot(term: number): number {
    if (term <= this.words) return term;
    const { derivedFrom } = this.#layout;
    let low = 0;
    let high = derivedFrom.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (derivedFrom[middle]! < term) low = middle + 1;
      else high = middle;
    }
    return this.words + 1 + low;
  }

  #find(codes: Uint16Array, isIt: (term: number) => boolean): number {
    const { dictionary } = this.#layout;
    keyOf(codes);
    const { high, low } = key;
    let slot = slotOf(high, low, shiftOf(dictionary));
    for (;;) {
      const marked = dictionary[slot + 2]!;
      if (marked === 0) return 0;
      if (dictionary[slot] === high && dictionary[slot + 1] === low && isIt(marked & TERM)) return marked;
      slot += SLOT;
      if (slot === dictionary.length) slot = 0;
    }
  }
}
