import { describe, expect, test } from 'vitest';
import { parseQuery } from '../../core/query/index.ts';

function messages(text: string): string[] {
  const result = parseQuery(text);
  return result.ok ? [] : result.errors.map(({ message }) => message);
}

const nested = (depth: number) => `${'('.repeat(depth)}a${')'.repeat(depth)}`;
/** Alternating groups, so that none is taken up by the one around it. */
const layered = (depth: number) => {
  let query = 'x0';
  for (let i = 1; i <= depth; i++) query = i % 2 ? `(x${i} OR ${query})` : `(x${i} ${query})`;
  return query;
};

describe('limits: the most that is taken, and one more', () => {
  test('a word of 100 letters', () => {
    expect(messages('a'.repeat(100))).toEqual([]);
    expect(messages('a'.repeat(101))[0]).toMatch(/more than 100 letters/);
    expect(messages(`"b ${'é'.repeat(101)}"`)[0]).toMatch(/more than 100 letters/);
  });

  test('a phrase of 50 words, or 100 characters of a script without blanks', () => {
    const phrase = (word: string, count: number) => `"${`${word} `.repeat(count)}"`;
    expect(messages(phrase('a', 50))).toEqual([]);
    expect(messages(`title:=${phrase('a', 51)}`)).toEqual([
      `The phrase “${'a '.repeat(40).slice(0, 39)}…” has more than 50 words.`,
    ]);
    expect(messages('a-'.repeat(51))[0]).toMatch(/more than 50 words/);
    expect(messages(`x EXCEPT ("b", ${phrase('U.S.', 51)})`)[0]).toMatch(/more than 50 words/);
    expect(messages(phrase('中国', 50))).toEqual([]);
    expect(messages(phrase('中国', 51))[0]).toMatch(/more than 50 words/);
    expect(messages('中'.repeat(100))).toEqual([]);
    const result = parseQuery(`b ${phrase('a', 52)}`);
    expect(result.ok ? undefined : result.errors[0]).toMatchObject({ at: 103, length: 3 });
  });

  test('parentheses 50 deep', () => {
    expect(messages(nested(50))).toEqual([]);
    expect(messages(nested(51))).toEqual(['The parentheses stand more than 50 deep in one another.']);
    expect(messages(layered(50))).toEqual([]);
    expect(messages(layered(51))).toHaveLength(1);
  });

  test('groups 50 deep, also where AND and OR make them without parentheses', () => {
    let query = 'x';
    for (let i = 0; i < 45; i++) query = `a${i} OR b${i} (${query})`;
    expect(messages(query)).toEqual(['The groups stand more than 50 deep in one another.']);
  });

  test('8 KiB, in bytes of UTF-8', () => {
    const words = (word: string, count: number) => Array.from({ length: count }, (_, i) => `${word}${i % 7}`).join(' ');
    expect(messages(words('aaaaaaaaaaaaaaa', 481).slice(0, 8192))).toEqual([]);
    expect(messages(`${words('aaaaaaaaaaaaaaa', 600)}`)[0]).toMatch(/longer than 8 KiB/);
    expect(messages(`"${'中'.repeat(90)}" `.repeat(31))[0]).toMatch(/longer than 8 KiB/);
  });

  test('8 KiB when written out in full', () => {
    const query = Array.from({ length: 900 }, (_, i) => `-a${1000 + i}`).join(' ');
    expect(query.length).toBeLessThan(8192);
    expect(messages(`china ${query}`)[0]).toMatch(/Written out in full/);
  });

  test('1,000 terms', () => {
    const terms = (count: number) => Array.from({ length: count }, (_, i) => `a${i}`).join(' ');
    expect(messages(terms(1000))).toEqual([]);
    expect(messages(terms(1001))).toEqual(['The query has 1,001 words and phrases; 1,000 is the most.']);
  });
});

describe('limits of the operators', () => {
  test('a chain of 20', () => {
    const chain = (count: number) => Array.from({ length: count }, (_, i) => `a${i}`).join(' NEAR/8 ');
    expect(messages(chain(20))).toEqual([]);
    expect(messages(chain(21))).toEqual(['A chain of NEAR and THEN has at most 20 parts.']);
  });

  test('numbers', () => {
    for (const query of ['a NEAR/0 b', 'a THEN/1000 b', 'ATLEAST/1000 a', 'ATLEAST/1 a'])
      expect(messages(query)).toEqual([]);
    for (const query of [
      'a NEAR/1001 b',
      'ATLEAST/1001 a',
      'ATLEAST/0 a',
      'a NEAR/-1 b',
      'a NEAR/99999999999999999999 b',
    ]) {
      expect(messages(query)).toHaveLength(1);
    }
  });

  test('1,000 terms, those of an EXCEPT among them', () => {
    const list = (count: number) => Array.from({ length: count }, (_, i) => `a${i}`).join(',');
    expect(messages(`x EXCEPT (${list(999)})`)).toEqual([]);
    expect(messages(`x EXCEPT (${list(1000)})`)[0]).toMatch(/1,001 words and phrases/);
  });

  test('a field written on each word may be too long', () => {
    expect(messages(`section:(${Array.from({ length: 900 }, (_, i) => `a${i}`).join(' ')})`)[0]).toMatch(/Written out/);
  });
});

describe('of many errors', () => {
  test('twenty are told one by one', () => {
    expect(messages('c* '.repeat(20))).toEqual(Array(20).fill('“c*” would be met by a great part of all words.'));
  });

  test('the last of twenty says how many more there are', () => {
    const found = messages('c* '.repeat(25));
    expect(found).toHaveLength(20);
    expect(found.slice(18)).toEqual([
      '“c*” would be met by a great part of all words.',
      'From here on there are 6 more errors.',
    ]);
  });

  test('those of the whole are told beside those of its parts', () => {
    const long = Array.from({ length: 900 }, (_, i) => `-a${1000 + i}`).join(' ');
    expect(messages(`china ${long} c*`)).toEqual([
      expect.stringMatching(/Written out in full/),
      expect.stringMatching(/“c\*”/),
    ]);
    const tags = new Map(
      ['a', 'b'].map((name) => {
        const parts = Array.from({ length: 6000 }, (_, i) => ({ kind: 'word' as const, word: `${name}${i}` }));
        return [name, { kind: 'or' as const, parts }] as const;
      }),
    );
    const result = parseQuery('tag:a tag:b tag:c', { tags });
    expect(result.ok ? [] : result.errors.map(({ message }) => message)).toEqual([
      expect.stringMatching(/With those of its tags the query has 12,001/),
      'There is no tag “c”.',
    ]);
  });
});

describe('hostile texts get an answer within a second', () => {
  const pieces = [
    '(',
    ')',
    '()',
    '"',
    '“',
    '" ',
    'OR ',
    'a OR ',
    'AND ',
    '-',
    '- ',
    '-(',
    'NOT ',
    'NOT(',
    'NOT a ',
    'a(',
    '* ',
    'a* ',
    'title:',
    'title:(',
    'title:a ',
    'tag:a ',
    'source:a.org ',
    'title:lead:',
    '2 OF (',
    '2 OF (a, ',
    '2 OF ',
    '2 OF (a,b) ',
    'NEAR/8 ',
    'NEAR ',
    'a NEAR/8 ',
    'a THEN/2 (',
    'EXCEPT ',
    'EXCEPT (',
    'a EXCEPT (b) ',
    'EXCEPT (a, ',
    'ATLEAST/3 ',
    'ATLEAST/3 a ',
    'ATLEAST/3 (',
    'except ',
    '=(',
    '==',
    ',',
    'a,',
    '=',
    '=a',
    'a:',
    'a:b',
    '--a',
    '-a',
    '-a ',
    '–',
    '\u0301',
    '\ud800',
    '\0',
    '👩‍👩‍👧 ',
    '中*',
    "'a ",
    "'a b' ",
    "'a",
    "' ",
    "a'b",
    'near5 ',
    'hd=',
    'a=',
    'caps(',
    'AROUND(5)',
    '/N3/',
    '/F3/',
    'a SAME ',
    'ab!',
    '@#&',
  ];
  test.each(pieces)('%j', (piece) => {
    for (const count of [100_000, Math.floor(8192 / new TextEncoder().encode(piece).length)]) {
      const started = performance.now();
      const result = parseQuery(piece.repeat(count));
      expect(performance.now() - started).toBeLessThan(1000);
      if (result.ok) continue;
      expect(result.errors.length).toBeGreaterThan(0);
      expect(result.errors.length).toBeLessThanOrEqual(20);
    }
  });

  test('the costliest of 8 KiB', () => {
    const list = (from: number, count: number, by: string) =>
      Array.from({ length: count }, (_, i) => `a${(from + i).toString(36)}`).join(by);
    const chain = Array.from({ length: 20 }, (_, i) => `(${list(i * 20, 20, ' OR ')})`).join(' NEAR/8 ');
    const queries = [
      `(${list(0, 500, ' OR ')}) NOT (${list(0, 499, ' OR ')} OR zz*)`,
      `${list(0, 500, ' ')} NOT ${list(500, 400, ' NOT ')}`,
      `${chain} NOT (${chain})`,
      `a EXCEPT (${list(0, 900, ', ')})`,
      `5 OF (${list(0, 900, ', ')})`,
      `${list(0, 400, ' ')} (${list(400, 400, ' OR ')}) (${list(400, 300, ' OR ')})`,
      Array.from({ length: 40 }, (_, i) => `(b${i} ${list(i * 20, 18, ' ')} OR -c${i} d${i} `).join('') +
        'x' +
        ')'.repeat(40),
    ];
    for (const query of queries) {
      const started = performance.now();
      parseQuery(query.slice(0, 8192));
      expect(performance.now() - started).toBeLessThan(1000);
    }
  });

  test('a hidden sign does not make a word of an operator', () => {
    const result = parseQuery('china \u200bOR\u200b beijing');
    expect(result.ok && result.query.kind).toBe('or');
  });
});
