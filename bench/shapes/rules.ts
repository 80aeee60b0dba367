import type { Operand, Query, TermQuery } from '../../core/query/index.ts';
import { words } from '../../core/query/index.ts';
import type { Language } from './language.ts';
import { Random } from './random.ts';

export const SHAPES = ['selective', 'dense', '5+2', '100+20', 'or-near'] as const;
export type Shape = (typeof SHAPES)[number];

/** What the shapes are, in the order of the tables. */
export const SHAPE_NOTES: Record<Shape, string> = {
  selective: 'two or three clauses of rare words and phrases; a few match',
  dense: 'two or three clauses of commoner words, with OR and NOT; 1.5 % match (at a million 0.57 %)',
  '5+2': 'five words required, two excluded',
  '100+20': 'a hundred words of one article required, twenty excluded',
  'or-near': 'OR-lists of 20 to 40 words; in half of the rules NEAR between a list and a word or two lists',
};

/** The rules of `100+20` are made of the words of so many articles, those that are timed among them. */
export const POOL = 1024;

/** Makes the rules of a shape by their number. Any rule can be made alone, and the first thousand are the same in every size. */
export class Rules {
  readonly #shape: Shape;
  readonly #language: Language;
  /** Equal words are one object: a million rules of them fit into the bench's own memory. */
  readonly #terms = new Map<string, TermQuery>();
  readonly #vocabularies: string[][] = [];

  constructor(shape: Shape, language: Language) {
    this.#shape = shape;
    this.#language = language;
  }

  query(number: number): Query {
    const random = new Random(`${this.#language.name} ${this.#shape} ${number}`);
    switch (this.#shape) {
      case 'selective':
        return this.#selective(random);
      case 'dense':
        return this.#dense(random, number);
      case '5+2':
        return this.#required(random, 5, 2);
      case '100+20':
        return this.#ofOneArticle(random);
      case 'or-near':
        return this.#lists(random);
    }
  }

  #selective(random: Random): Query {
    const drawn = new Drawn(random, this.#language);
    const parts = Array.from({ length: random.between(2, 4) }, () =>
      this.#language.pairs.length > 0 && random.chance(0.3)
        ? this.#pair(random, 300)
        : this.#word(drawn.word(600, this.#language.words.length)),
    );
    return and(parts);
  }

  #dense(random: Random, number: number): Query {
    const drawn = new Drawn(random, this.#language);
    // Beyond the first hundred thousand the words are rarer, so that a million meets an article about 5,700 times.
    const [from, to] = number < 100_000 ? [75, 6000] : [195, 10_000];
    const word = () => this.#word(drawn.word(from, to));
    const clause = (): Query => {
      const chance = random.next();
      if (chance < 0.6) return word();
      if (chance < 0.9) return { kind: 'or', parts: Array.from({ length: random.between(2, 5) }, word) };
      return this.#language.pairs.length > 0 ? this.#pair(random, 1) : word();
    };
    const conjunction = (): Query => {
      const parts = [clause(), clause()];
      if (random.chance(0.5)) parts.push(random.chance(0.4) ? { kind: 'not', part: clause() } : clause());
      return and(parts);
    };
    return random.chance(0.15) ? { kind: 'or', parts: [conjunction(), conjunction()] } : conjunction();
  }

  #required(random: Random, required: number, excluded: number): Query {
    const drawn = new Drawn(random, this.#language);
    const word = () => this.#word(drawn.word(25, this.#language.words.length));
    return and([
      ...Array.from({ length: required }, word),
      ...Array.from({ length: excluded }, (): Query => ({ kind: 'not', part: word() })),
    ]);
  }

  #ofOneArticle(random: Random): Query {
    const number = random.between(0, POOL);
    this.#vocabularies[number] ??= this.#vocabulary(number);
    const vocabulary = [...this.#vocabularies[number]];
    const required = Array.from({ length: Math.min(100, vocabulary.length) }, () => {
      const at = random.between(0, vocabulary.length);
      const word = vocabulary[at]!;
      vocabulary[at] = vocabulary.at(-1)!;
      vocabulary.pop();
      return this.#word(word);
    });
    const drawn = new Drawn(random, this.#language, this.#vocabularies[number]);
    const excluded = Array.from(
      { length: 20 },
      (): Query => ({ kind: 'not', part: this.#word(drawn.word(50, this.#language.words.length)) }),
    );
    return and([...required, ...excluded]);
  }

  /** The distinct words of an article that a query could hold and a reader would type: no number, no dotted form. */
  #vocabulary(number: number): string[] {
    const { title, text } = this.#language.article(`timed ${number}`);
    const found = new Set([...words(title), ...words(text)].map(({ word }) => word));
    return [...found].filter((word) => /^[a-z]{2,}$/.test(word));
  }

  #lists(random: Random): Query {
    const drawn = new Drawn(random, this.#language);
    const last = this.#language.words.length;
    const list = (): TermQuery[] =>
      Array.from({ length: random.between(20, 41) }, () => this.#word(drawn.word(3000, last)));
    const word = () => this.#word(drawn.word(200, last));
    const two = random.chance(0.5);
    // In Chinese two characters count as one word and each is a position of its own, which Lucene has no like of.
    if (this.#language.name === 'English' && random.chance(0.5)) {
      const operand = (terms: TermQuery[]): Operand => ({ terms, exceptions: [] });
      return {
        kind: 'near',
        operands: [operand(list()), operand(two ? list() : [word()])],
        links: [{ ordered: false, within: random.between(2, 13) }],
        exceptions: [],
      };
    }
    return and([{ kind: 'or', parts: list() }, two ? { kind: 'or', parts: list() } : word()]);
  }

  #word(word: string): TermQuery {
    let term = this.#terms.get(word);
    if (term === undefined) {
      term = { kind: 'word', word };
      this.#terms.set(word, term);
    }
    return term;
  }

  #pair(random: Random, from: number): TermQuery {
    const [first, second] = this.#language.pairs[random.rank(from, this.#language.pairs.length)]!;
    const key = `${first} ${second}`;
    let term = this.#terms.get(key);
    if (term === undefined) {
      term = { kind: 'phrase', words: [first, second] };
      this.#terms.set(key, term);
    }
    return term;
  }
}

function and(parts: Query[]): Query {
  return { kind: 'and', parts };
}

/** Words for one rule, none twice. */
class Drawn {
  readonly #random: Random;
  readonly #language: Language;
  readonly #taken: Set<string>;

  constructor(random: Random, language: Language, taken: Iterable<string> = []) {
    this.#random = random;
    this.#language = language;
    this.#taken = new Set(taken);
  }

  word(from: number, to: number): string {
    for (;;) {
      const word = this.#language.words[this.#random.rank(from, to)]!;
      if (this.#taken.has(word)) continue;
      this.#taken.add(word);
      return word;
    }
  }
}
