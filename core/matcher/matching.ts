import { Asking } from './asking.ts';
import type { Layout } from './layout.ts';
import { Occurrences } from './occurrences.ts';
import type { ArticleText } from './reading.ts';
import { Sight } from './sight.ts';
import { Terms } from './terms.ts';

/** Asks an index of one article after another: first what the article holds, then the rules that are filed under it. */
export class Matching {
  readonly #sight: Sight;
  readonly #occurrences: Occurrences;
  readonly #asking: Asking;

  constructor(layout: Layout) {
    const terms = new Terms(layout);
    this.#sight = new Sight(layout, terms);
    this.#occurrences = new Occurrences(layout, terms, this.#sight);
    this.#asking = new Asking(layout, this.#sight, this.#occurrences);
  }

  /** The ordinals of the rules that the article meets, each once, in no order. Valid until the next call. */
  match(article: ArticleText): Uint32Array {
    this.#sight.look(article);
    this.#occurrences.forget();
    return this.#asking.ask();
  }
}
