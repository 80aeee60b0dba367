import type { Reading } from './reading.ts';
import type { Compiled, Term } from './term.ts';

/**
 * Which rules an article can meet at all. Each rule is filed under words of which one must be in the article: those of its rarest
 * required clause. An article is then asked only the rules under its own words, a few of many thousands.
 *
 * Memory: one entry for each rule and filed word. Time for an article: one look-up for each distinct word, and one more for each
 * distinct length of prefix in the index.
 */
export class Filing {
  readonly #byWord = new Map<string, number[]>();
  readonly #byPrefix = new Map<string, number[]>();
  readonly #prefixLengths = new Set<number>();

  /** Files a rule. Throws where it requires nothing, which the parser refuses. */
  add(ordinal: number, query: Compiled): void {
    const key = filingKey(query);
    if (key === undefined) throw new TypeError('A query that only leaves words out cannot be indexed.');
    for (const word of key.words) append(this.#byWord, word, ordinal);
    for (const prefix of key.prefixes) {
      append(this.#byPrefix, prefix, ordinal);
      this.#prefixLengths.add(prefix.length);
    }
  }

  /** The rules that the article may meet, each once. */
  candidates(reading: Reading): Set<number> {
    const found = new Set<number>();
    for (const word of reading.distinctWords()) {
      for (const ordinal of this.#byWord.get(word) ?? []) found.add(ordinal);
      for (const length of this.#prefixLengths) {
        if (length > word.length) continue;
        for (const ordinal of this.#byPrefix.get(word.slice(0, length)) ?? []) found.add(ordinal);
      }
    }
    return found;
  }
}

/** Words and prefixes of which an article that meets the rule holds at least one. */
interface FilingKey {
  words: Set<string>;
  prefixes: Set<string>;
  /** A guess at the share of articles that hold one of them, up to a factor. Lower is better. */
  share: number;
}

/** The key of a query that must come out as `wanted`. To be false, an AND is an OR of what must be false, and an OR an AND. */
function filingKey(query: Compiled, wanted = true): FilingKey | undefined {
  if (query.kind === 'term') return wanted ? termKey(query) : undefined;
  if (query.kind === 'not') return filingKey(query.part, !wanted);
  const keys = query.parts.map((part) => filingKey(part, wanted)).filter((key) => key !== undefined);
  const isAlternative = (query.kind === 'or') === wanted;
  if (isAlternative) return keys.length === query.parts.length && keys.length > 0 ? anyOf(keys) : undefined;
  return rarest(keys);
}

function termKey({ steps }: Term): FilingKey | undefined {
  const keys = steps.map((step) => ({
    words: new Set(step.isPrefix ? [] : [step.word]),
    prefixes: new Set(step.isPrefix ? [step.word] : []),
    share: guessedShare(step.word, step.isPrefix),
  }));
  return rarest(keys);
}

function rarest(keys: FilingKey[]): FilingKey | undefined {
  return keys.toSorted((a, b) => a.share - b.share)[0];
}

/** Without counted frequencies, length is the best sign of rarity: the common words of a language are its short ones (Zipf). */
function guessedShare(word: string, isPrefix: boolean): number {
  return 1 / word.length ** (isPrefix ? 1 : 2);
}

function anyOf(keys: FilingKey[]): FilingKey {
  return {
    words: new Set(keys.flatMap((key) => [...key.words])),
    prefixes: new Set(keys.flatMap((key) => [...key.prefixes])),
    share: keys.reduce((sum, key) => sum + key.share, 0),
  };
}

function append(lists: Map<string, number[]>, key: string, ordinal: number): void {
  const list = lists.get(key);
  if (list) list.push(ordinal);
  else lists.set(key, [ordinal]);
}
