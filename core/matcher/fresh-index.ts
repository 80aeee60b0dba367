import type { Explanation } from './explain.ts';
import type { ArticleText } from './reading.ts';
import type { WatchIndex } from './watch-index.ts';

/**
 * A large index that is compiled now and then, and what has changed since: a small index beside it, and a bit for each rule of the
 * large one that was changed or removed. Answers as an index of all that would be built anew, at the price of two scans of
 * the article.
 *
 * Ordinals: those of the base, then those of the delta. Memory: one bit for each rule of the base, and the ordinals of those that
 * changed. Finding these reads every id of the base once for each call of `with` that names new ones.
 */
export class FreshIndex {
  readonly #base: WatchIndex;
  readonly #delta: WatchIndex | undefined;
  /** One bit for each rule of the base: set where it counts no more. Absent where nothing has changed. */
  readonly #gone: Uint32Array | undefined;
  readonly #goneCount: number;
  /** Of each id that was ever asked for, where it stands in the base. Shared by all that have this base. */
  readonly #places: Map<string, number[]>;

  constructor(
    base: WatchIndex,
    since?: { delta: WatchIndex; replaced: Iterable<string>; places: Map<string, number[]> },
  ) {
    this.#base = base;
    this.#delta = since?.delta;
    this.#places = since?.places ?? new Map();
    let count = 0;
    if (since) {
      const ids = new Set(since.replaced);
      find(base, ids, this.#places);
      for (const id of ids) {
        for (const ordinal of this.#places.get(id) ?? []) {
          this.#gone ??= new Uint32Array((base.size + 31) >>> 5);
          this.#gone[ordinal >>> 5]! |= 1 << (ordinal & 31);
          count++;
        }
      }
    }
    this.#goneCount = count;
  }

  /**
   * The same base with another delta. `replaced` are the ids of the base that count no more: those that the delta has anew, and
   * those that were removed. An id that the base does not have is no fault.
   */
  with(delta: WatchIndex, replaced: Iterable<string>): FreshIndex {
    return new FreshIndex(this.#base, { delta, replaced, places: this.#places });
  }

  /** How many rules are in force. */
  get size(): number {
    return this.#base.size - this.#goneCount + (this.#delta?.size ?? 0);
  }

  /** The ordinals of the rules that the article meets, in no order. Valid until the next call. */
  match(article: ArticleText): Uint32Array {
    const inBase = this.#base.match(article);
    if (!this.#gone && !this.#delta?.size) return inBase;
    const met: number[] = [];
    for (const ordinal of inBase) if (!this.#isGone(ordinal)) met.push(ordinal);
    for (const ordinal of this.#delta?.size ? this.#delta.match(article) : []) met.push(this.#base.size + ordinal);
    return Uint32Array.from(met);
  }

  /** The id that the rule was given. Throws a RangeError for an ordinal that is none. */
  idOf(ordinal: number): string {
    const { index, at } = this.#within(ordinal);
    return index.idOf(at);
  }

  /** Why the article meets the rule, or what it lacks. Throws a RangeError for an ordinal that is none. */
  explain(ordinal: number, article: ArticleText): Explanation {
    const { index, at } = this.#within(ordinal);
    return index.explain(at, article);
  }

  #within(ordinal: number): { index: WatchIndex; at: number } {
    if (ordinal < this.#base.size || !this.#delta) return { index: this.#base, at: ordinal };
    return { index: this.#delta, at: ordinal - this.#base.size };
  }

  #isGone(ordinal: number): boolean {
    return this.#gone !== undefined && (this.#gone[ordinal >>> 5]! & (1 << (ordinal & 31))) !== 0;
  }
}

/** Finds where the ids stand in an index, those that are not known yet; every one of them is then in `places`. */
function find(index: WatchIndex, ids: Set<string>, places: Map<string, number[]>): void {
  const unknown = ids.values().filter((id) => !places.has(id));
  for (const [id, ordinals] of index.ordinalsOf(unknown)) places.set(id, ordinals);
}
