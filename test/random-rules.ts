import type { ArticleText } from '../core/matcher/index.ts';
import { isRun, type Operand, type Place, type Query, type TermQuery, words } from '../core/query/index.ts';
import { requires } from './requires.ts';

/*
 * Random rules and articles in which all scripts and all oddities of the word rules stand beside one another, made of so few words that
 * most rules are met by some article. Much quicker than fast-check, so that a million answers can be compared; a case is made
 * again by its seed.
 */

/** What articles are made of: words as written, each with some reason to be cut or folded in its own way. */
const SURFACES = [
  ...['ax', 'Ax', 'axe', 'bo', 'BO', 'bow', 'cy', 'China', 'china', 'a', 'b', 's', 'S', 'us', 'US', 'iran', 'attack'],
  ...['zürich', 'Zurich', 'İstanbul', 'straße', 'é', 'e\u0301', 'ﬁre', 'Ａb', 'ﷺ', 'ŉ', 'ſ', 'Σας', 'ΣΑΣ'],
  ...['U.S.', 'U.S', 'Ph.D', '3.5', '1,000', '3', '٣', '½', 'l’Iran', 'China’s', 'don’t', 'x_y', 'AT&T', 'covid-19'],
  ...['cyber-attack', 'cyberattack', 'extraordinarily', 'extraordinarilz', 'l·l', 'iPhone™', 'co\u00adop', 'Inc.’s'],
  ...[
    '中国',
    '国政',
    '政府中国',
    '国',
    '中',
    '東京',
    'ガス',
    'カス',
    'か\u3099',
    'ｶﾞ',
    'ー',
    '𠀀',
    'น้ำ',
    'ก',
    'မာ',
    '한국',
    '한국어',
  ],
  ...['Пекин', 'й', 'и\u0306', 'ё', 'أحمد', 'اَ', 'צה"ל', 'क्ष', '🇨🇳', '\u200b', '\ud800', 'ヿ', '㉮', '·', '＂'],
] as const;
const SEPARATORS = [
  ' ',
  ' ',
  ' ',
  ' ',
  ' ',
  '-',
  ', ',
  '. ',
  '',
  '',
  '\n',
  ' “',
  '” ',
  '’',
  "'",
  '.',
  '\u00ad',
  '、',
  '_',
  ':',
];

const WORDS = [...new Map(SURFACES.flatMap((surface) => words(surface)).map((each) => [each.exact, each])).values()];
const RUNS = ['中国', '国政', '政府', '国', '東京', 'ガス', '中国政府'];
const PLACES: readonly Place[] = ['title', 'lead', 'author', 'section'];

/** A stream of random numbers that a seed makes again (mulberry32). */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to 1. */
  roll(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  below(bound: number): number {
    return Math.floor(this.roll() * bound);
  }

  chance(share: number): boolean {
    return this.roll() < share;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  list<T>(least: number, most: number, make: () => T): T[] {
    return Array.from({ length: least + this.below(most - least + 1) }, make);
  }
}

/** Text of up to `most` pieces; now and then any characters at all. */
export function randomText(dice: Dice, most: number): string {
  return dice
    .list(0, most, () => {
      const piece = dice.chance(0.02) ? String.fromCharCode(dice.below(65_536)) : dice.pick(SURFACES);
      return piece + dice.pick(SEPARATORS);
    })
    .join('');
}

export function randomArticle(dice: Dice): ArticleText {
  const perhaps = (make: () => string) => (dice.chance(0.4) ? make() : undefined);
  return {
    title: randomText(dice, 4),
    text: randomText(dice, dice.chance(0.1) ? 150 : 14),
    author: perhaps(() => randomText(dice, 3)),
    section: perhaps(() => randomText(dice, 3)),
    url: perhaps(() => dice.pick(['https://www.bbc.co.uk/x', 'https://notbbc.co.uk/', 'http://CNN.com/'])),
    source: perhaps(() => dice.pick(['BBC News', 'cnn.com', 'bbc.co.uk', ''])),
    lang: perhaps(() => dice.pick(['en', 'en-GB', 'zh-Hant-TW', 'eng', ''])),
  };
}

/** A rule that requires something, as every rule of an index must. */
export function randomRule(dice: Dice): Query {
  for (;;) {
    const query = randomQuery(dice, 3);
    if (requires(query)) return query;
  }
}

function randomQuery(dice: Dice, depth: number): Query {
  const parts = () => dice.list(2, 4, () => randomQuery(dice, depth - 1));
  const kind = depth === 0 ? 0 : dice.roll();
  if (kind < 0.35) return randomLeaf(dice);
  if (kind < 0.6) return { kind: 'and', parts: parts() };
  if (kind < 0.65) return { kind: 'or', parts: dice.list(5, 9, () => randomLeaf(dice)) };
  if (kind < 0.8) return { kind: 'or', parts: parts() };
  if (kind < 0.92) return { kind: 'not', part: randomQuery(dice, depth - 1) };
  const members = parts();
  return { kind: 'of', count: 1 + dice.below(members.length), parts: members };
}

function randomLeaf(dice: Dice): Query {
  const kind = dice.roll();
  if (kind < 0.72) return randomTerm(dice, true);
  if (kind < 0.77) return { kind: 'source', host: dice.pick(['bbc.co.uk', 'co.uk', 'uk', 'cnn.com']) };
  if (kind < 0.82) return { kind: 'lang', range: dice.pick(['en', 'en-gb', 'zh', 'zh-hant', '*']) };
  if (kind < 0.91) return { kind: 'count', atLeast: 1 + dice.below(3), operand: randomOperand(dice) };
  const operands = dice.list(2, 3, () => randomOperand(dice));
  return {
    kind: 'near',
    operands,
    links: operands.slice(1).map(() => ({ ordered: dice.chance(0.5), within: dice.below(5) })),
    exceptions: dice.chance(0.2) ? [randomTerm(dice, false)] : [],
  };
}

function randomOperand(dice: Dice): Operand {
  const isPlain = dice.chance(0.5);
  const terms = dice.list(1, dice.chance(0.2) ? 8 : 3, () => randomTerm(dice, !isPlain));
  const about = (term: TermQuery): TermQuery => {
    const { place: _, ...bare } = term;
    return bare.kind === 'word' ? { ...bare, kind: 'phrase', words: [bare.word, wordFor(dice, bare.exact)] } : bare;
  };
  const exceptions =
    !isPlain && dice.chance(0.4) ? [dice.chance(0.5) ? about(terms[0]!) : randomTerm(dice, false)] : [];
  return { terms, exceptions };
}

function randomTerm(dice: Dice, mayHavePlace: boolean): TermQuery {
  const exact = dice.chance(0.15) ? ({ exact: true } as const) : {};
  const place = mayHavePlace && dice.chance(0.25) ? { place: dice.pick(PLACES) } : {};
  const kind = dice.roll();
  const word = wordFor(dice, exact.exact);
  if (kind < 0.6) return { kind: 'word', word, ...exact, ...place };
  if (kind < 0.8) {
    const more = dice.list(1, 2, () => wordFor(dice, exact.exact));
    const prefix = dice.chance(0.2) && !isRun(more.at(-1)!) ? ({ prefix: true } as const) : {};
    return { kind: 'phrase', words: [word, ...more], ...prefix, ...exact, ...place };
  }
  if (isRun(word)) return { kind: 'word', word, ...exact, ...place };
  const prefix = [...word].slice(0, 1 + dice.below(4)).join('');
  return { kind: 'prefix', prefix, ...exact, ...place };
}

function wordFor(dice: Dice, exact: true | undefined): string {
  if (dice.chance(0.2)) return dice.pick(RUNS);
  const word = dice.pick(WORDS);
  return exact ? word.exact : word.word;
}
