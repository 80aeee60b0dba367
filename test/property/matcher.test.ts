import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildIndex, evaluate, explain, matchedWords, WatchIndex } from '../../core/matcher/index.ts';
import { parseQuery, printQuery } from '../../core/query/index.ts';
import { query, told } from './queries.ts';

/** Any query that the parser would take. */
const taken = query.filter((each) => parseQuery(printQuery(each)).ok);
const article = told.map((each) => each.article);
const rules = fc
  .array(taken, { minLength: 1, maxLength: 12 })
  .map((queries) => queries.map((each, i) => ({ id: `watch-${i}`, query: each })));

describe('an index', () => {
  test('answers as the evaluator does for each query, and explains as it does', () => {
    fc.assert(
      fc.property(rules, article, (each, asked) => {
        const index = buildIndex(each);
        const expected = each.flatMap((rule, ordinal) => (evaluate(rule.query, asked) ? [ordinal] : []));
        expect([...index.match(asked)].sort((a, b) => a - b)).toEqual(expected);
        for (const [ordinal, rule] of each.entries()) {
          // Of a miss the clauses may stand in another order: an index need not keep that of a rule's parts.
          const [given, wanted] = [index.explain(ordinal, asked), explain(rule.query, asked)];
          expect(given.met ? given : { met: false }).toEqual(wanted.met ? wanted : { met: false });
        }
      }),
      { numRuns: 300 },
    );
  });

  test('answers alike for a query and its canonical form', () => {
    fc.assert(
      fc.property(taken, article, (each, asked) => {
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
        expect([...again.match(asked)].sort()).toEqual([...index.match(asked)].sort());
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
});

describe('the words that matched', () => {
  test('are those of the spans in headline and text, at most twelve', () => {
    fc.assert(
      fc.property(query, article, (each, asked) => {
        const explanation = explain(each, asked);
        if (!explanation.met) return;
        const shown = explanation.spans.filter(({ place }) => place === 'title' || place === 'text');
        const words = matchedWords(explanation.spans, asked);
        expect(words.length > 0).toBe(shown.length > 0);
        expect(words.length).toBeLessThanOrEqual(12);
      }),
      { numRuns: 500 },
    );
  });
});
