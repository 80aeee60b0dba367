import { readRules, writeRules } from './bytes.ts';
import { meets, occurrences } from './evaluate.ts';
import { Filing } from './filing.ts';
import { type ArticleText, type PlaceName, Reading } from './reading.ts';
import type { Rule } from './rule.ts';
import { type Compiled, compile } from './term.ts';

/** Words of an article that met a rule: UTF-16 offsets into the headline or the text as given, and what stands there. */
export interface Span {
  place: PlaceName;
  start: number;
  end: number;
  text: string;
}

/** Makes an index of standing queries. Each rule has its own ordinal, its place in the list, also where two have one id. */
export function buildIndex(rules: readonly Rule[]): WatchIndex {
  return new WatchIndex(rules);
}

/** Standing queries, ready to be asked which of them an article meets. Never changes once built. */
export class WatchIndex {
  readonly #rules: readonly Rule[];
  readonly #compiled: Compiled[];
  readonly #filing = new Filing();
  /** The article asked last, so that match and explain cut it into words once. */
  #last: { article: ArticleText; reading: Reading } | undefined;

  constructor(rules: readonly Rule[]) {
    this.#rules = [...rules];
    this.#compiled = this.#rules.map(({ query }) => compile(query));
    for (const [ordinal, query] of this.#compiled.entries()) this.#filing.add(ordinal, query);
  }

  /** How many rules it holds. */
  get size(): number {
    return this.#rules.length;
  }

  /** The ordinals of the rules that the article meets, ascending. Valid until the next call. */
  match(article: ArticleText): Uint32Array {
    const reading = this.#read(article);
    const met = [...this.#filing.candidates(reading)].filter((ordinal) => meets(this.#compiled[ordinal]!, reading));
    return Uint32Array.from(met).sort();
  }

  /** The id that the rule was given. Throws a RangeError for an ordinal that is none. */
  idOf(ordinal: number): string {
    this.#check(ordinal);
    return this.#rules[ordinal]!.id;
  }

  /**
   * The spans that make the article meet the rule: headline first, then by their start. Words that the rule leaves out have none,
   * nor has a branch that is not met. Empty where the rule is not met. Throws a RangeError for an ordinal that is none.
   */
  explain(ordinal: number, article: ArticleText): Span[] {
    this.#check(ordinal);
    return occurrences(this.#compiled[ordinal]!, this.#read(article)).map(({ place, start, end }) => ({
      place,
      start,
      end,
      text: article[place].slice(start, end),
    }));
  }

  /** The index as bytes, to be kept and read again by `fromBytes`. */
  toBytes(): Uint8Array {
    return writeRules(this.#rules);
  }

  /** Reads what `toBytes` wrote. Bytes that are damaged, cut, or of another version throw a `WatchIndexError` that says so. */
  static fromBytes(bytes: Uint8Array): WatchIndex {
    return new WatchIndex(readRules(bytes));
  }

  #read({ title, text }: ArticleText): Reading {
    if (this.#last?.article.title !== title || this.#last.article.text !== text) {
      this.#last = { article: { title, text }, reading: new Reading({ title, text }) };
    }
    return this.#last.reading;
  }

  #check(ordinal: number): void {
    if (this.#rules[ordinal] === undefined) {
      throw new RangeError(`No rule has the ordinal ${ordinal}; the index holds ${this.size}.`);
    }
  }
}
