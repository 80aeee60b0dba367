import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildIndex, FreshIndex, type Rule } from '../../core/matcher/index.ts';
import { parseQuery, printQuery, type Query } from '../../core/query/index.ts';
import { query, told } from './queries.ts';

const taken = query.filter((each) => parseQuery(printQuery(each)).ok);
const article = told.map((each) => each.article);
const id = fc.integer({ min: 0, max: 9 }).map((number) => `watch-${number}`);
/** Rules by id; two of one id may stand in a base, as they may in any index. */
const base = fc.array(fc.record({ id, query: taken }), { maxLength: 12 });
/** What becomes of some of them, or of new ones: another query, or none. */
const changes = fc.array(fc.tuple(id, fc.option(taken, { nil: undefined })), { maxLength: 8 });

type Answer = Map<string, string[]>;

/** What is met: of each id the spans of its rules, in one order. */
function answer(
  index: Pick<FreshIndex, 'match' | 'idOf' | 'explain'>,
  asked: Parameters<FreshIndex['match']>[0],
): Answer {
  const met: Answer = new Map();
  for (const ordinal of [...index.match(asked)]) {
    const explanation = JSON.stringify(index.explain(ordinal, asked));
    met.set(index.idOf(ordinal), [...(met.get(index.idOf(ordinal)) ?? []), explanation].sort());
  }
  return new Map([...met].sort());
}

/** The base with the changes in it, as a list of rules. */
function merged(rules: readonly Rule[], changed: ReadonlyMap<string, Query | undefined>): Rule[] {
  const kept = rules.filter((rule) => !changed.has(rule.id));
  return [...kept, ...added(changed)];
}

const added = (changed: ReadonlyMap<string, Query | undefined>): Rule[] =>
  [...changed].flatMap(([name, each]) => (each ? [{ id: name, query: each }] : []));

describe('a fresh index', () => {
  test('answers as an index of the base with the changes in it, built anew', () => {
    fc.assert(
      fc.property(base, changes, article, (rules, list, asked) => {
        const changed = new Map(list);
        const fresh = new FreshIndex(buildIndex(rules)).with(buildIndex(added(changed)), changed.keys());
        const anew = buildIndex(merged(rules, changed));
        expect(answer(fresh, asked)).toEqual(answer(anew, asked));
        expect(fresh.size).toBe(anew.size);
      }),
      { numRuns: 150 },
    );
  });

  test('goes on with its base: each delta takes the place of the one before', () => {
    fc.assert(
      fc.property(base, fc.array(changes, { minLength: 1, maxLength: 4 }), article, (rules, lists, asked) => {
        let fresh = new FreshIndex(buildIndex(rules));
        const changed = new Map<string, Query | undefined>();
        for (const list of lists) {
          for (const [name, each] of list) changed.set(name, each);
          fresh = fresh.with(buildIndex(added(changed)), changed.keys());
          expect(answer(fresh, asked)).toEqual(answer(buildIndex(merged(rules, changed)), asked));
        }
        // And with none it is the base again.
        expect(answer(fresh.with(buildIndex([]), []), asked)).toEqual(answer(buildIndex(rules), asked));
      }),
      { numRuns: 60 },
    );
  });

  test('refuses an ordinal that is none', () => {
    const china: Rule = { id: 'china', query: { kind: 'word', word: 'china' } };
    const fresh = new FreshIndex(buildIndex([china])).with(buildIndex([china]), ['china']);
    expect([...fresh.match({ title: 'China', text: '' })]).toEqual([1]);
    expect(fresh.size).toBe(1);
    for (const none of [2, -1, 0.5]) expect(() => fresh.idOf(none)).toThrow(RangeError);
    expect(() => new FreshIndex(buildIndex([])).idOf(0)).toThrow(RangeError);
  });
});
