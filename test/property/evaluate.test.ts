import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluate, explain } from '../../core/matcher/index.ts';
import { naively, query, told } from './queries.ts';

const SECTIONS = ['title', 'text', 'author', 'section'];

describe('the evaluator', () => {
  test('answers as a naive reading of each query does', () => {
    let met = 0;
    fc.assert(
      fc.property(query, told, (each, article) => {
        const expected = naively(each, article);
        met += Number(expected);
        expect(evaluate(each, article.article)).toBe(expected);
      }),
      { numRuns: 10_000 },
    );
    expect(met).toBeGreaterThan(1_000);
  });
});

describe('an explanation', () => {
  test('is of spans exactly where the query is met: in order, of the article, each once', () => {
    fc.assert(
      fc.property(query, told, (each, { article }) => {
        const explanation = explain(each, article);
        expect(explanation.met).toBe(evaluate(each, article));
        if (!explanation.met) return;
        const { spans } = explanation;
        const order = spans.map(({ place, start, end }) => SECTIONS.indexOf(place) * 1e8 + start * 1e4 + end);
        expect(order).toEqual([...new Set(order)].sort((a, b) => a - b));
        for (const { place, start, end, text } of spans) expect(article[place]!.slice(start, end)).toBe(text);
      }),
      { numRuns: 3_000 },
    );
  });

  test('of a miss names what is missing, and words that are there beside what is met', () => {
    fc.assert(
      fc.property(query, told, (each, { article }) => {
        const explanation = explain(each, article);
        if (explanation.met) return;
        const { met, missing } = explanation.miss;
        expect(missing.length).toBeGreaterThan(0);
        for (const { clause, reason } of missing) {
          expect(clause).not.toBe('');
          expect(reason).toMatch(/\S/);
          expect(reason).not.toMatch(/undefined|NaN|Infinity|\[object/);
        }
        for (const { clause, spans } of met) {
          expect(clause).not.toBe('');
          for (const { place, start, end, text } of spans) expect(article[place]!.slice(start, end)).toBe(text);
        }
      }),
      { numRuns: 3_000 },
    );
  });

  test('keeps its answer when all but the words that it marks are made strange', () => {
    fc.assert(
      fc.property(
        query.filter((each) => !/"kind":"(not|of)"|"exceptions":\[\{/.test(JSON.stringify(each))),
        told,
        (each, { article }) => {
          const explanation = explain(each, article);
          if (!explanation.met) return;
          const strange = (place: 'title' | 'text' | 'author' | 'section') => {
            const kept = explanation.spans.filter((span) => span.place === place);
            return article[place]!.replace(/(?<!’)[\p{L}\p{M}]/gu, (letter, at: number) => {
              if (kept.some(({ start, end }) => at >= start && at < end)) return letter;
              return /\p{Script=Han}/u.test(letter) ? '口' : 'x';
            });
          };
          const changed = {
            ...article,
            title: strange('title'),
            text: strange('text'),
            author: strange('author'),
            section: strange('section'),
          };
          expect(evaluate(each, changed)).toBe(true);
        },
      ),
      { numRuns: 3_000 },
    );
  });
});
