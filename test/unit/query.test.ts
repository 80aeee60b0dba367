import { describe, expect, test } from 'vitest';
import { evaluate } from '../../core/matcher/index.ts';
import {
  exactly,
  expandTags,
  fold,
  foldedTerm,
  isTerm,
  parseQuery,
  printQuery,
  type Query,
  stepsOf,
  type TermQuery,
  tagExpander,
  words,
} from '../../core/query/index.ts';
import cases from './query-cases.json' with { type: 'json' };
import errors from './query-errors.json' with { type: 'json' };
import prints from './query-print.json' with { type: 'json' };
import tagged from './query-tags.json' with { type: 'json' };
import warnings from './query-warnings.json' with { type: 'json' };
import cuts from './query-words.json' with { type: 'json' };

function parsed(text: string) {
  const result = parseQuery(text);
  if (!result.ok) throw new Error(`${text}: ${JSON.stringify(result.errors)}`);
  return result;
}

describe('words', () => {
  test.each(cuts)('$text: $why', ({ text, words: expected, ...rest }) => {
    const found = words(text);
    expect(found.map(({ word }) => word)).toEqual(expected);
    if ('exact' in rest) expect(found.map(({ exact }) => exact)).toEqual(rest.exact);
    if ('start' in rest) expect(found.map(({ start, end }) => [start, end])).toEqual(rest.places);
    if ('half' in rest) expect(found.map(({ half }) => half)).toEqual(rest.half);
  });

  test('tell where they stand, without the possessive', () => {
    expect(words('Oh: China’s U.S.-led')).toEqual([
      { word: 'oh', exact: 'Oh', start: 0, end: 2, position: 0, half: 0 },
      { word: 'china', exact: 'China', start: 4, end: 9, position: 1, half: 2 },
      { word: 'u.s', exact: 'U.S', start: 12, end: 16, position: 2, half: 4 },
      { word: 'us', exact: 'US', start: 12, end: 16, position: 2, half: 4 },
      { word: 'led', exact: 'led', start: 17, end: 20, position: 3, half: 6 },
    ]);
  });
});

describe('the steps of a term', () => {
  test.each([
    { query: 'china', steps: ['china'], why: 'a word is one' },
    { query: '"cyber attack*"', steps: ['cyber', 'attack*'], why: 'only the last is a beginning' },
    { query: '中国', steps: ['中', '~国'], why: 'characters touch' },
    { query: '"中国 政府 x"', steps: ['中', '~国', '政', '~府', 'x'], why: 'but not over a blank' },
    { query: '="Zürich U.S."', steps: ['Zürich', 'U.S'], folded: ['zurich', 'u.s'], why: 'as written, or folded' },
    { query: '=中国*', steps: ['中', '~国'], why: 'of a run no letter is open' },
    { query: '=Chi*', steps: ['Chi*'], folded: ['chi*'], why: 'a beginning stays one' },
  ])('of $query are $steps: $why', ({ query, steps, folded }) => {
    const term = parsed(query).query;
    if (!isTerm(term)) throw new Error(query);
    const shown = (each: TermQuery) =>
      stepsOf(each).map(({ word, isPrefix, touches }) => (touches ? '~' : '') + word + (isPrefix ? '*' : ''));
    expect(shown(term)).toEqual(steps);
    expect(shown(foldedTerm(term))).toEqual(folded ?? steps);
  });
});

test('fold makes one word of its spellings', () => {
  expect(['Zürich', 'ZURICH', 'zürich'].map(fold)).toEqual(['zurich', 'zurich', 'zurich']);
});

test('exactly keeps case and accents, and composes', () => {
  expect(['Zu\u0308rich', 'O’Neil', 'sof\u00adt', 'ＷＨＯ'].map(exactly)).toEqual([
    'Zürich',
    "O'Neil",
    'soft',
    'ＷＨＯ',
  ]);
});

describe('a query is met', () => {
  test.each(cases)('$query in "$text": $expected, $why', ({ query, expected, why: _, ...given }) => {
    expect(evaluate(parsed(query).query, { title: '', ...given })).toBe(expected);
  });
});

describe('errors', () => {
  test.each(errors)('$query', ({ query, errors: expected }) => {
    const result = parseQuery(query);
    const found = result.ok ? [] : result.errors.map(({ at, length, message, hint }) => [at, length, message, hint]);
    // A hint is in the table where it is the point.
    expect(found.map((error, i) => error.slice(0, expected[i]?.length))).toEqual(expected);
  });

  test('each has a hint', () => {
    for (const { query } of errors) {
      const result = parseQuery(query);
      for (const error of result.ok ? [] : result.errors) expect(error.hint, `${query}: ${error.message}`).toBeTruthy();
    }
  });
});

describe('tags', () => {
  const tags = new Map(Object.entries(tagged.tags).map(([name, query]) => [name, parsed(query).query]));

  test.each(tagged.errors)('$query as $name: $why', ({ query, name, errors: expected }) => {
    const result = parseQuery(query, { tags, ...(name && { name }) });
    const found = result.ok ? [] : result.errors.map(({ at, length, message, hint }) => [at, length, message, hint]);
    expect(found.map((error, i) => error.slice(0, expected[i]?.length))).toEqual(expected);
  });

  test.each(tagged.expanded)('$query is $printed: $why', ({ query, printed }) => {
    const result = parseQuery(query, { tags });
    expect(result.ok && printQuery(expandTags(result.query, tags))).toBe(printed);
  });

  test('are not checked where none are given', () => {
    expect(parsed('tag:nowhere').query).toEqual({ kind: 'tag', name: 'nowhere' });
  });

  test('that are not there, or made of themselves, cannot be expanded', () => {
    expect(() => expandTags({ kind: 'tag', name: 'nowhere' }, tags)).toThrow(TypeError);
    expect(() => expandTags({ kind: 'tag', name: 'left' }, tags)).toThrow(/made of itself/);
  });

  test('come to at most 10,000 words and phrases', () => {
    const many = (count: number): Query => {
      return { kind: 'or', parts: Array.from({ length: count }, (_, i) => ({ kind: 'word', word: `a${i}` })) };
    };
    const messages = (text: string, sizes: number[]) => {
      const result = parseQuery(text, { tags: new Map(sizes.map((size, i) => [`t${i}`, many(size)])) });
      return result.ok ? [] : result.errors.map(({ message }) => message);
    };
    expect(messages('tag:t0 tag:t1', [4_999, 5_001])).toEqual([]);
    expect(messages('tag:t0 tag:t1', [4_999, 5_002])).toEqual([
      'With those of its tags the query has 10,001 words and phrases; 10,000 is the most.',
    ]);
  });

  test('in tags that double again and again are counted, and not written out', () => {
    const doubling = new Map([['t0', parsed('china').query]]);
    for (let i = 1; i <= 40; i++) doubling.set(`t${i}`, parsed(`tag:t${i - 1} OR (x tag:t${i - 1})`).query);
    const result = parseQuery('tag:t40', { tags: doubling });
    expect(result.ok ? [] : result.errors.map(({ message }) => message)).toEqual([
      'With those of its tags the query has 2,199,023,255,551 words and phrases; 10,000 is the most.',
      'The groups stand more than 50 deep in one another.',
    ]);
  });

  test('are expanded once for all queries', () => {
    const expand = tagExpander(tags);
    const plain = parsed('china (port OR ship) -shop 2 OF (a, b, c)').query;
    expect(expand(plain)).toBe(plain);
    const name = [...tags.keys()].find((one) => parseQuery(`tag:"${one}"`, { tags }).ok)!;
    const leaf: Query = { kind: 'tag', name };
    expect(expand(leaf)).toBe(expand(leaf));
    const [a, b] = ['a', 'b'].map((word) => expand({ kind: 'and', parts: [{ kind: 'word', word }, leaf] }));
    expect(a!.kind === 'and' && b!.kind === 'and' && a!.parts[1] === b!.parts[1]).toBe(true);
    expect(a).toEqual(expandTags({ kind: 'and', parts: [{ kind: 'word', word: 'a' }, leaf] }, tags));
  });

  test('that cannot be expanded leave the others as they are', () => {
    const expand = tagExpander(tags);
    for (let again = 0; again < 2; again++) {
      expect(() => expand({ kind: 'tag', name: 'left' })).toThrow(/made of itself/);
      expect(() => expand({ kind: 'tag', name: 'nowhere' })).toThrow(/no tag/);
    }
  });

  test('in one another are at most 50 deep', () => {
    const chain = new Map([['t0', parsed('china').query]]);
    for (let i = 1; i <= 20_000; i++) chain.set(`t${i}`, parsed(`tag:t${i - 1}`).query);
    expect(parseQuery('tag:t49', { tags: chain }).ok).toBe(true);
    for (const deep of ['tag:t60', 'tag:t20000']) {
      const result = parseQuery(deep, { tags: chain });
      expect(result.ok ? '' : result.errors[0]!.message).toMatch(/more than 50 deep/);
    }
  });
});

describe('warnings', () => {
  test.each(warnings)('$query', ({ query, warnings: expected }) => {
    expect(parsed(query).warnings.map(({ at, length, message, hint }) => [at, length, message, hint])).toEqual(
      expected,
    );
  });
});

describe('printing', () => {
  test.each(prints)('$query is $printed', ({ query, printed }) => {
    expect(printQuery(parsed(query).query)).toBe(printed);
    expect(printQuery(parsed(printed).query)).toBe(printed);
    expect(parsed(printed).warnings.filter(({ message }) => !/^Nothing can match|most articles/.test(message))).toEqual(
      [],
    );
  });
});
