import { describe, expect, test } from 'vitest';
import { buildIndex } from '../../core/matcher/index.ts';
import { fold, parseQuery, printQuery, words } from '../../core/query/index.ts';
import cases from './query-cases.json' with { type: 'json' };
import errors from './query-errors.json' with { type: 'json' };
import prints from './query-print.json' with { type: 'json' };
import warnings from './query-warnings.json' with { type: 'json' };
import cuts from './query-words.json' with { type: 'json' };

function parsed(text: string) {
  const result = parseQuery(text);
  if (!result.ok) throw new Error(`${text}: ${JSON.stringify(result.errors)}`);
  return result;
}

describe('words', () => {
  test.each(cuts)('$text: $why', ({ text, words: expected }) => {
    expect(words(text).map(({ word }) => word)).toEqual(expected);
  });

  test('tell where they stand, without the possessive', () => {
    expect(words('Oh: China’s U.S.-led')).toEqual([
      { word: 'oh', start: 0, end: 2, position: 0 },
      { word: 'china', start: 4, end: 9, position: 1 },
      { word: 'u.s', start: 12, end: 16, position: 2 },
      { word: 'us', start: 12, end: 16, position: 2 },
      { word: 'led', start: 17, end: 20, position: 3 },
    ]);
  });
});

test('fold makes one word of its spellings', () => {
  expect(['Zürich', 'ZURICH', 'zürich'].map(fold)).toEqual(['zurich', 'zurich', 'zurich']);
});

describe('a query is met', () => {
  test.each(cases)('$query in "$text": $expected, $why', ({ query, text, expected, ...rest }) => {
    const article = { title: 'title' in rest ? (rest.title ?? '') : '', text };
    const index = buildIndex([{ id: 'watch', query: parsed(query).query }]);
    expect(index.match(article).length > 0).toBe(expected);
  });
});

describe('errors', () => {
  test.each(errors)('$query', ({ query, errors: expected }) => {
    const result = parseQuery(query);
    expect(result.ok ? [] : result.errors.map(({ at, length, message }) => [at, length, message])).toEqual(expected);
  });

  test('each has a hint', () => {
    for (const { query } of errors) {
      const result = parseQuery(query);
      for (const error of result.ok ? [] : result.errors) expect(error.hint, `${query}: ${error.message}`).toBeTruthy();
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
    expect(parsed(printed).warnings).toEqual([]);
  });
});
