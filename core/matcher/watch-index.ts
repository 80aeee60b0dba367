import { build, type IndexOptions } from './build.ts';
import { Decompiler } from './decompile.ts';
import { type Explanation, explainReading } from './explain.ts';
import { idOf, ordinalsOf } from './ids.ts';
import { Counts, type Layout, readLayout, writeLayout } from './layout.ts';
import { Matching } from './matching.ts';
import { type ArticleText, Reading } from './reading.ts';
import type { Rule } from './rule.ts';

/**
 * Makes an index of standing queries. Each rule has its own ordinal, its place in the list, also where two have one id or one query.
 * Throws a TypeError for a rule that requires nothing, and for a tag that is not in `tags`.
 */
export function buildIndex(rules: readonly Rule[], options: IndexOptions = {}): WatchIndex {
  return new WatchIndex(build(rules, options));
}

/** Standing queries, ready to be asked which of them an article meets. Never changes once built. */
export class WatchIndex {
  readonly #layout: Layout;
  readonly #matching: Matching;
  readonly #decompiler: Decompiler;
  /** The article explained last, so that it is cut into words once for all its rules. */
  #last: Reading | undefined;

  constructor(layout: Layout) {
    this.#layout = layout;
    this.#matching = new Matching(layout);
    this.#decompiler = new Decompiler(layout);
  }

  /** How many rules it holds. */
  get size(): number {
    return this.#layout.counts[Counts.rules]!;
  }

  /** The ordinals of the rules that the article meets, in no order. Valid until the next call. */
  match(article: ArticleText): Uint32Array {
    return this.#matching.match(article);
  }

  /** The id that the rule was given. Throws a RangeError for an ordinal that is none. */
  idOf(ordinal: number): string {
    this.#check(ordinal);
    return idOf(ordinal, this.#layout);
  }

  /** The ordinals of the rules that were given each of these ids: none for an id that is not there. Time: a few milliseconds a million. */
  ordinalsOf(ids: Iterable<string>): Map<string, number[]> {
    return ordinalsOf(ids, this.size, this.#layout);
  }

  /** Why the article meets the rule, or what it lacks. Throws a RangeError for an ordinal that is none. */
  explain(ordinal: number, article: ArticleText): Explanation {
    this.#check(ordinal);
    const last = this.#last?.article;
    if (!last || !FIELDS.every((field) => last[field] === article[field])) this.#last = new Reading(article);
    return explainReading(this.#decompiler.queryOf(ordinal), this.#last!);
  }

  /** The index as bytes, to be kept and read again by `fromBytes`. */
  toBytes(): Uint8Array {
    return writeLayout(this.#layout);
  }

  /**
   * An index whose bytes these are: they are used as they stand, and must not be changed. Bytes that are damaged, cut, or of another
   * version throw a `WatchIndexError` that says so.
   */
  static fromBytes(bytes: Uint8Array): WatchIndex {
    return new WatchIndex(readLayout(bytes));
  }

  #check(ordinal: number): void {
    if (!(ordinal >= 0 && ordinal < this.size && Number.isInteger(ordinal))) {
      throw new RangeError(`No rule has the ordinal ${ordinal}; the index holds ${this.size}.`);
    }
  }
}

const FIELDS = ['title', 'text', 'url', 'source', 'lang', 'author', 'section'] as const;
