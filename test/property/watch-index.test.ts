import { describe, expect, test } from 'vitest';
import { build } from '../../core/matcher/build.ts';
import { Decompiler } from '../../core/matcher/decompile.ts';
import { buildIndex, evaluate, WatchIndex } from '../../core/matcher/index.ts';
import { CODE, LETTERS, learn, wordOf } from '../../core/matcher/letters.ts';
import { lettersOf, REWRITTEN, RUNNING, Scanner } from '../../core/matcher/scan.ts';
import { isRun, printQuery, type Query, type TermQuery, type Word, words } from '../../core/query/index.ts';
import { Dice, randomArticle, randomRule, randomText } from '../random-rules.ts';

/** FC_SEED=random explores, as it does for fast-check (test/seed.ts). */
const first = process.env.FC_SEED === 'random' ? Date.now() % 1_000_000 : 1;
const seeds = (count: number) => Array.from({ length: count }, (_, i) => first + i);
const rulesOf = (dice: Dice, count: number) =>
  Array.from({ length: count }, (_, i) => ({ id: `rule-${i}`, query: randomRule(dice) }));

describe('an index of many rules, read back from its bytes', () => {
  test('answers as the exact evaluator does, 10,000 times', () => {
    for (const seed of seeds(10)) {
      const dice = new Dice(seed);
      const rules = rulesOf(dice, 50);
      const index = WatchIndex.fromBytes(buildIndex(rules).toBytes());
      for (let i = 0; i < 20; i++) {
        const article = randomArticle(dice);
        const expected = rules.flatMap(({ query }, ordinal) => (evaluate(query, article) ? [ordinal] : []));
        const answer = [...index.match(article)].sort((a, b) => a - b);
        expect(answer, `seed ${seed}: ${JSON.stringify(article)}`).toEqual(expected);
      }
    }
  });

  test('gives each rule its own ordinal, though many ask the same', () => {
    for (const seed of seeds(10)) {
      const dice = new Dice(seed);
      const distinct = rulesOf(dice, 10);
      const rules = Array.from({ length: 60 }, (_, i) => ({ id: `w${i}`, query: dice.pick(distinct).query }));
      const index = buildIndex(rules);
      for (let i = 0; i < 20; i++) {
        const article = randomArticle(dice);
        const expected = rules.flatMap(({ query }, ordinal) => (evaluate(query, article) ? [ordinal] : []));
        expect([...index.match(article)].sort((a, b) => a - b)).toEqual(expected);
      }
    }
  });

  test('keeps each rule whole: its query is read back from the numbers', () => {
    for (const seed of seeds(20)) {
      const rules = rulesOf(new Dice(seed), 50);
      const decompiler = new Decompiler(build(rules, {}));
      for (const [ordinal, { query }] of rules.entries()) {
        expect(printQuery(decompiler.queryOf(ordinal)), `seed ${seed}`).toBe(printQuery(query));
      }
    }
  });

  test('takes what is counted of words elsewhere, which changes no answer', () => {
    for (const seed of seeds(5)) {
      const dice = new Dice(seed);
      const rules = rulesOf(dice, 50);
      const frequencyOf = () => [0, 1, 0.5, Number.NaN, -1, 2][dice.below(6)]!;
      const [plain, counted] = [buildIndex(rules), buildIndex(rules, { frequencyOf })];
      for (let i = 0; i < 20; i++) {
        const article = randomArticle(dice);
        expect([...counted.match(article)].sort()).toEqual([...plain.match(article)].sort());
      }
    }
  });
});

describe('the scanner', () => {
  /** Its tokens in the form of `words`. */
  function scanned(scanner: Scanner): Pick<Word, 'word' | 'exact' | 'position' | 'half'>[] {
    const { tokens, units, alternatives } = scanner;
    return Array.from({ length: scanner.count }, (_, position) => position).flatMap((position) => {
      const shape = tokens.shapes[position]!;
      const from = tokens.from[position]!;
      const letters = [...units.subarray(from, from + lettersOf(shape))];
      const codes = (shape & REWRITTEN) !== 0 ? letters : letters.map((unit) => (LETTERS[unit] || learn(unit)) & CODE);
      const half = tokens.halves[position]! - ((shape & RUNNING) !== 0 ? 1 : 2);
      const own = { word: wordOf(codes), exact: scanner.exactOf(position), position, half };
      const others = alternatives.filter(({ token }) => token === position);
      return [own, ...others.map(({ word, exact }) => ({ word, exact, position, half }))];
    });
  }

  test('cuts every text as `words` does', () => {
    const scanner = new Scanner();
    for (const seed of seeds(4000)) {
      const text = randomText(new Dice(seed), 12);
      scanner.reset();
      scanner.scan(text);
      const expected = words(text).map(({ word, exact, position, half }) => ({ word, exact, position, half }));
      expect(scanned(scanner), `seed ${seed}: ${JSON.stringify(text)}`).toEqual(expected);
    }
  });

  test('knows which characters of a run touch', () => {
    const scanner = new Scanner();
    for (const seed of seeds(2000)) {
      const text = randomText(new Dice(seed), 12);
      scanner.reset();
      scanner.scan(text);
      const cut = words(text);
      for (const word of cut) {
        const before = cut.findLast(({ position }) => position === word.position - 1);
        if (!before || !isRun(word.word) || !isRun(before.word)) continue;
        const touches = word.start === before.end || word.start === before.start;
        expect((scanner.tokens.shapes[word.position]! & 4) !== 0, `seed ${seed}: ${JSON.stringify(text)}`).toBe(
          touches,
        );
      }
    }
  });

  test.each([
    ['a', 500_000],
    ['a ', 300_000],
    ['U.S.', 100_000],
    ['3.5 ', 100_000],
    ['1.', 200_000],
    ['中', 500_000],
    ['中\u3099', 100_000],
    ['a\u0301', 200_000],
    ['’s', 200_000],
    ['\u0301', 300_000],
    ['ﷺ', 50_000],
    ['🇨🇳', 100_000],
  ])('takes %j, %i times, in a moment', (piece, times) => {
    const index = buildIndex([{ id: 'x', query: { kind: 'phrase', words: ['a', 'b'] } }]);
    const started = performance.now();
    index.match({ title: piece, text: piece.repeat(times) });
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

describe('hostile rules and articles take no more than a moment', () => {
  const word = (text: string): Query => ({ kind: 'word', word: text });
  const indexOf = (...queries: Query[]) => buildIndex(queries.map((query, i) => ({ id: `rule-${i}`, query })));
  const quickly = (index: WatchIndex, text: string) => {
    const started = performance.now();
    const met = index.match({ title: '', text }).length;
    expect(performance.now() - started).toBeLessThan(5000);
    return met;
  };

  test('a thousand exceptions that are beginnings', () => {
    const rules = Array.from({ length: 3000 }, (_, i): Query => {
      const exceptions: TermQuery[] = [{ kind: 'phrase', words: ['bone', `x${i}`], prefix: true }];
      return { kind: 'count', atLeast: 1, operand: { terms: [{ kind: 'word', word: 'china' }], exceptions } };
    });
    expect(quickly(indexOf(...rules), 'china in other words '.repeat(200))).toBe(3000);
  });

  test('initials without end, and their other readings', () => {
    const us: TermQuery[] = [{ kind: 'word', word: 'us' }];
    const chin: TermQuery[] = [{ kind: 'prefix', prefix: 'chin' }];
    const index = indexOf(
      { kind: 'count', atLeast: 3, operand: { terms: chin, exceptions: [] } },
      { kind: 'count', atLeast: 2, operand: { terms: [{ kind: 'phrase', words: ['us', 'us'] }], exceptions: [] } },
      {
        kind: 'near',
        operands: [us, chin].map((terms) => ({ terms, exceptions: [] })),
        links: [{ ordered: false, within: 3 }],
        exceptions: [],
      },
    );
    expect(quickly(index, `${'U.S. '.repeat(100_000)} China’s Chinese china`)).toBe(3);
  });

  test('one word again and again, which is in thousands of lists', () => {
    const list = (i: number): Query => ({ kind: 'or', parts: ['china', `a${i}`, `b${i}`, `c${i}`, `d${i}`].map(word) });
    const rules = Array.from({ length: 5000 }, (_, i): Query => ({ kind: 'and', parts: [word(`z${i}`), list(i)] }));
    expect(quickly(indexOf(...rules), 'china '.repeat(100_000))).toBe(0);
  });

  test('a NEAR that no query could be is refused when the index is built', () => {
    const operand = { terms: [{ kind: 'word' as const, word: 'a' }], exceptions: [] };
    expect(() => indexOf({ kind: 'near', operands: [operand], links: [], exceptions: [] })).toThrow(TypeError);
  });
});
