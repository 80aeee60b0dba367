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
    '2 OF (',
    'NEAR/8 ',
    '=',
    '=a',
    'a:',
    'a:b',
    '--a',
    '-a',
    '-a ',
    '–',
    ',',
    '\u0301',
    '\ud800',
    '\0',
    '👩‍👩‍👧 ',
    '中*',
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

  test('a hidden sign does not make a word of an operator', () => {
    const result = parseQuery('china \u200bOR\u200b beijing');
    expect(result.ok && result.query.kind).toBe('or');
  });
});
