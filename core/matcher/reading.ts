import { type Word, words } from '../query/index.ts';
import type { Step, Term } from './term.ts';

/** What is matched: the headline and the text, as given. Anything else that an article carries is not looked at. */
export interface ArticleText {
  title: string;
  text: string;
}

/** Where in an article a match stands. None runs from one place into the other. */
export type PlaceName = 'title' | 'text';

/** An occurrence of a term: UTF-16 offsets into its place. */
export interface Occurrence {
  start: number;
  end: number;
}

/** An article, cut into words once, to be asked for any number of terms. */
export class Reading {
  readonly title: Place;
  readonly text: Place;

  constructor(article: ArticleText) {
    this.title = new Place(article.title);
    this.text = new Place(article.text);
  }

  holds(term: Term): boolean {
    return this.title.find(term, 1).length > 0 || this.text.find(term, 1).length > 0;
  }

  /** Each word of the article, folded, once. */
  distinctWords(): Set<string> {
    return new Set([...this.title.distinctWords(), ...this.text.distinctWords()]);
  }
}

/** The words of a headline or a text, with an index from each word to where it stands. */
class Place {
  readonly #words: Word[];
  readonly #at = new Map<string, number[]>();
  /** The distinct words in the order of their characters, made when the first prefix is asked for. */
  #sorted: string[] | undefined;

  constructor(text: string) {
    this.#words = words(text);
    for (const [i, { word }] of this.#words.entries()) {
      const known = this.#at.get(word);
      if (known) known.push(i);
      else this.#at.set(word, [i]);
    }
  }

  distinctWords(): Iterable<string> {
    return this.#at.keys();
  }

  /** The occurrences of a term in their order, at most `limit` of them. */
  find(term: Term, limit = Number.POSITIVE_INFINITY): Occurrence[] {
    const [first, ...rest] = term.steps;
    const found: Occurrence[] = [];
    if (first === undefined) return found;
    for (const i of this.#standing(first)) {
      const last = this.#follow(i, rest);
      if (last === undefined) continue;
      found.push({ start: this.#words[i]!.start, end: last.end });
      if (found.length >= limit) break;
    }
    return found;
  }

  /** Where a step's word stands, in order. */
  #standing(step: Step): number[] {
    if (!step.isPrefix) return this.#at.get(step.word) ?? [];
    return this.#beginningWith(step.word)
      .flatMap((word) => this.#at.get(word) ?? [])
      .sort((a, b) => a - b);
  }

  /** Goes on from one word with the steps after it; the last word reached, or undefined where one is missing. */
  #follow(from: number, steps: Step[]): Word | undefined {
    let i = from;
    for (const step of steps) {
      const before = this.#words[i]!;
      i++;
      while (this.#words[i]?.position === before.position) i++;
      // A position may have two readings (`u.s`, `us`): either will do.
      while (this.#words[i]?.position === before.position + 1 && !meets(this.#words[i]!, step, before)) i++;
      if (this.#words[i]?.position !== before.position + 1) return undefined;
    }
    return this.#words[i];
  }

  #beginningWith(prefix: string): string[] {
    this.#sorted ??= [...this.#at.keys()].sort();
    const sorted = this.#sorted;
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle]! < prefix) low = middle + 1;
      else high = middle;
    }
    let end = low;
    while (sorted[end]?.startsWith(prefix)) end++;
    return sorted.slice(low, end);
  }
}

function meets(word: Word, step: Step, before: Word): boolean {
  if (step.touches && word.start !== before.end && word.start !== before.start) return false;
  return step.isPrefix ? word.word.startsWith(step.word) : word.word === step.word;
}
