import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildIndex, matchedWords, WatchIndex } from '../../core/matcher/index.ts';
import { parseQuery, printQuery, type Query } from '../../core/query/index.ts';

const vocabulary = ['ax', 'axe', 'bo', 'bow', 'cy', 'china', 'zürich'] as const;
const runs = ['中国', '国政', '政府中国', '国'] as const;

const leaf: fc.Arbitrary<Query> = fc.oneof(
  fc.constantFrom(...vocabulary).map((word): Query => ({ kind: 'word', word: word.replace('ü', 'u') })),
  fc.constantFrom('ax', 'bo', 'zu', 'chi').map((prefix): Query => ({ kind: 'prefix', prefix })),
  fc.constantFrom(...runs).map((word): Query => ({ kind: 'word', word })),
  fc
    .tuple(fc.array(fc.constantFrom('ax', 'axe', 'bo', 'bow'), { minLength: 2, maxLength: 3 }), fc.boolean())
    .map(([words, prefix]): Query => ({ kind: 'phrase', words, ...(prefix ? { prefix } : {}) })),
);

/** Any query that the parser would take: printed, so that it comes back as parsed. */
const query: fc.Arbitrary<Query> = fc
  .letrec<{ query: Query }>((tie) => ({
    query: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      leaf,
      fc.array(tie('query'), { minLength: 2, maxLength: 4 }).map((parts): Query => ({ kind: 'and', parts })),
      fc.array(tie('query'), { minLength: 2, maxLength: 4 }).map((parts): Query => ({ kind: 'or', parts })),
      tie('query').map((part): Query => ({ kind: 'not', part })),
    ),
  }))
  .query.filter((each) => parseQuery(printQuery(each)).ok);

const token = fc.oneof(fc.constantFrom(...vocabulary, 'AX', 'Bow’s', 'cy-ax', 'bo, '), fc.constantFrom(...runs));
const prose = fc.array(token, { maxLength: 8 }).map((tokens) => tokens.join(' '));
const article = fc.record({ title: prose, text: prose });

/** The same question answered by looking for strings in strings. */
function naively(asked: Query, { title, text }: { title: string; text: string }): boolean {
  const plain = [title, text].map((place) => {
    const letters = place
      .toLowerCase()
      .replaceAll('ü', 'u')
      .replaceAll('’s', '')
      .replace(/[-, ]+/g, ' ');
    return ` ${letters} `;
  });
  const found = (wanted: string) => plain.some((place) => place.includes(wanted));
  switch (asked.kind) {
    case 'word':
      return found(/[a-z]/.test(asked.word) ? ` ${asked.word} ` : asked.word);
    case 'prefix':
      return found(` ${asked.prefix}`);
    case 'phrase':
      return found(` ${asked.words.join(' ')}${asked.prefix ? '' : ' '}`);
    case 'and':
      return asked.parts.every((part) => naively(part, { title, text }));
    case 'or':
      return asked.parts.some((part) => naively(part, { title, text }));
    case 'not':
      return !naively(asked.part, { title, text });
  }
}

const rules = fc
  .array(query, { minLength: 1, maxLength: 12 })
  .map((queries) => queries.map((each, i) => ({ id: `watch-${i}`, query: each })));

describe('an index', () => {
  test('answers as a naive reading of each query does', () => {
    fc.assert(
      fc.property(rules, article, (each, asked) => {
        const expected = each.flatMap((rule, ordinal) => (naively(rule.query, asked) ? [ordinal] : []));
        expect([...buildIndex(each).match(asked)]).toEqual(expected);
      }),
      { numRuns: 1000 },
    );
  });

  test('answers alike for a query and its canonical form', () => {
    fc.assert(
      fc.property(query, article, (each, asked) => {
        const parsed = parseQuery(printQuery(each));
        if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
        const index = buildIndex([
          { id: 'as built', query: each },
          { id: 'as printed', query: parsed.query },
        ]);
        expect([0, 2]).toContain(index.match(asked).length);
      }),
      { numRuns: 1000 },
    );
  });

  test('is the same after a round trip through its bytes', () => {
    fc.assert(
      fc.property(rules, article, (each, asked) => {
        const index = buildIndex(each);
        const again = WatchIndex.fromBytes(index.toBytes());
        expect(again.match(asked)).toEqual(index.match(asked));
        expect(again.toBytes()).toEqual(index.toBytes());
        for (const [ordinal, { id }] of each.entries()) expect(again.idOf(ordinal)).toBe(id);
      }),
      { numRuns: 300 },
    );
  });

  test('finds a text by itself, whatever its script, as a phrase', () => {
    const anyText = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'grapheme' }),
      fc.array(fc.constantFrom('U.S.', 'l’Iran’s', '中国', ' ', 'น้ำ', 'ｶﾞｽ', 'ヿ', '3.5', 'ﷺ', '-', '한국'), {
        minLength: 1,
      }),
    );
    fc.assert(
      fc.property(
        anyText.map((pieces) =>
          [pieces]
            .flat()
            .join('')
            .replace(/["“”„‟＂*]/g, ''),
        ),
        (text) => {
          const parsed = parseQuery(`"${text}"`);
          fc.pre(parsed.ok);
          const index = buildIndex([{ id: 'itself', query: parsed.query }]);
          expect(index.match({ title: '', text: `x ${text} x` })).toHaveLength(1);
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('explains what it answers: spans in order, of the article, and only for rules that are met', () => {
    fc.assert(
      fc.property(rules, article, (each, asked) => {
        const index = buildIndex(each);
        const met = new Set(index.match(asked));
        for (const ordinal of each.keys()) {
          const spans = index.explain(ordinal, asked);
          expect(spans.length > 0).toBe(met.has(ordinal));
          const order = spans.map(({ place, start, end }) => (place === 'text' ? 1e6 : 0) + start * 1e3 + end);
          expect(order).toEqual([...new Set(order)].sort((a, b) => a - b));
          for (const { place, start, end, text } of spans) expect(asked[place].slice(start, end)).toBe(text);
          const words = matchedWords(spans, asked);
          expect(words.length > 0).toBe(spans.length > 0);
          expect(words.length).toBeLessThanOrEqual(12);
        }
      }),
      { numRuns: 500 },
    );
  });
});
