import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  closest,
  countApart,
  hasChain,
  inOrder,
  type Link,
  membersOfChains,
  outside,
  type Stretch,
} from '../../core/matcher/positions.ts';

const stretch: fc.Arbitrary<Stretch> = fc
  .record({ from: fc.nat(24), width: fc.integer({ min: 1, max: 5 }) })
  .map(({ from, width }) => ({ from, to: from + width }));
const stretches = (constraints: fc.ArrayConstraints) => fc.array(stretch, constraints).map((list) => inOrder(list));
const link: fc.Arbitrary<Link> = fc.record({ ordered: fc.boolean(), within: fc.nat(4) });

interface Chains {
  lists: Stretch[][];
  links: Link[];
  exceptions: Stretch[];
}

const chains: fc.Arbitrary<Chains> = fc.integer({ min: 2, max: 4 }).chain((operands) =>
  fc.record({
    lists: fc.array(stretches({ minLength: 1, maxLength: 5 }), { minLength: operands, maxLength: operands }),
    links: fc.array(link, { minLength: operands - 1, maxLength: operands - 1 }),
    exceptions: fc.oneof(
      fc.constant<Stretch[]>([]),
      fc.array(stretch, { maxLength: 6 }).map((list) => inOrder(list.map(({ from, to }) => ({ from, to: to + 8 })))),
    ),
  }),
);

const overlap = (a: Stretch, b: Stretch) => a.from < b.to && b.from < a.to;
const isInside = (a: Stretch, b: Stretch) => a.from >= b.from && a.to <= b.to;

/** Every choice of one stretch of each list that is a chain. */
function allChains({ lists, links, exceptions }: Chains): Stretch[][] {
  const choices = lists.reduce<Stretch[][]>(
    (all, list) => all.flatMap((chosen) => list.map((each) => [...chosen, each])),
    [[]],
  );
  return choices.filter((chosen) => {
    const whole = { from: Math.min(...chosen.map(({ from }) => from)), to: Math.max(...chosen.map(({ to }) => to)) };
    return (
      chosen.every((a, i) => chosen.every((b, k) => i === k || !overlap(a, b))) &&
      links.every(({ ordered, within }, i) => {
        const [a, b] = [chosen[i]!, chosen[i + 1]!];
        const isReversed = b.to <= a.from;
        return !(ordered && isReversed) && (isReversed ? a.from - b.to : b.from - a.to) <= 2 * within;
      }) &&
      !exceptions.some((exception) => isInside(whole, exception))
    );
  });
}

/** The most stretches of which no two overlap, by trying every choice. */
function mostApart(list: Stretch[]): number {
  const [first, ...rest] = list;
  if (first === undefined) return 0;
  return Math.max(mostApart(rest), 1 + mostApart(rest.filter((each) => !overlap(first, each))));
}

describe('a chain', () => {
  test('is there where trying every choice finds one', () => {
    fc.assert(
      fc.property(chains, (each) => {
        expect(hasChain(each.lists, each.links, each.exceptions)).toBe(allChains(each).length > 0);
      }),
      { numRuns: 3000 },
    );
  });

  test('is decided alike by the sweeps that serve long lists', () => {
    fc.assert(
      fc.property(chains, (each) => {
        const steps = { quick: 0, most: 100_000 };
        expect(hasChain(each.lists, each.links, each.exceptions, steps)).toBe(allChains(each).length > 0);
      }),
      { numRuns: 3000 },
    );
  });

  test('of ordered links, or of lists that share no word, is decided without a search', () => {
    const steps = { quick: 0, most: 0 };
    const ordered = chains.map((each) => ({ ...each, links: each.links.map((one) => ({ ...one, ordered: true })) }));
    /** Each half-word belongs to one list. */
    const disjoint = chains.map((each) => {
      const taken = new Map<number, number>();
      const lists = each.lists.map((list, i) =>
        list.filter(({ from, to }) => {
          const places = Array.from({ length: to - from }, (_, k) => from + k);
          if (places.some((place) => (taken.get(place) ?? i) !== i)) return false;
          for (const place of places) taken.set(place, i);
          return true;
        }),
      );
      return { ...each, lists };
    });
    fc.assert(
      fc.property(fc.oneof(ordered, disjoint), (each) => {
        expect(hasChain(each.lists, each.links, each.exceptions, steps)).toBe(allChains(each).length > 0);
      }),
      { numRuns: 3000 },
    );
  });

  test('has as its members all that take part in one', () => {
    fc.assert(
      fc.property(chains, (each) => {
        const members = new Set(membersOfChains(each.lists, each.links, each.exceptions));
        expect(members).toEqual(new Set(allChains(each).flat()));
      }),
      { numRuns: 3000 },
    );
  });

  test('is decided alike where a rare word stands beside lists that are long', () => {
    /** The stretches of a chain again and again, so far apart that no chain leads from one copy to the next; one list has but one. */
    const spread = chains.chain((each) =>
      fc.record({ each: fc.constant(each), rare: fc.nat(each.lists.length - 1), copy: fc.nat(19) }),
    );
    fc.assert(
      fc.property(spread, ({ each, rare, copy }) => {
        const moved = (list: readonly Stretch[], by: number) =>
          list.map(({ from, to }) => ({ from: from + by, to: to + by }));
        const copies = Array.from({ length: 20 }, (_, i) => 200 * i);
        const lists = each.lists.map((list, i) =>
          i === rare ? moved(list, 200 * copy) : copies.flatMap((by) => moved(list, by)),
        );
        const exceptions = copies.flatMap((by) => moved(each.exceptions, by));
        const there = allChains(each).length > 0;
        expect(hasChain(lists, each.links, exceptions, { quick: 0, most: 100_000 })).toBe(there);
        const members = new Set(
          allChains(each)
            .flat()
            .map(({ from }) => from + 200 * copy),
        );
        const found = membersOfChains(lists, each.links, exceptions);
        expect(new Set(found.map(({ from }) => from))).toEqual(members);
      }),
      { numRuns: 1000 },
    );
  });

  test('of twenty words that stand everywhere, and one that is nowhere near, is not found in a moment', () => {
    const everywhere = Array.from({ length: 160_000 }, (_, i) => ({ from: 2 * i, to: 2 * i + 2 }));
    const lists = [...Array.from({ length: 19 }, () => everywhere), [{ from: 1_000, to: 1_002 }]];
    const links = lists.slice(1).map((_, i) => ({ ordered: false, within: i === 18 ? 0 : 1_000 }));
    const started = performance.now();
    expect(hasChain(lists, links, [])).toBe(true);
    expect(hasChain(lists, links, [{ from: 0, to: 320_000 }])).toBe(false);
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  test('among ten thousand places is found or not in a moment', () => {
    const every = (step: number, shift: number) =>
      Array.from({ length: 10_000 }, (_, i) => ({ from: i * step + shift, to: i * step + shift + 2 }));
    const near = (within: number): Link => ({ ordered: false, within });
    const exceptions = every(40, 0).map(({ from }) => ({ from, to: from + 8 }));
    const started = performance.now();
    // b is 6 half-words after a; the next a 32 after b.
    expect(hasChain([every(40, 0), every(40, 8)], [near(3)], [])).toBe(true);
    expect(hasChain([every(40, 0), every(40, 8)], [near(2)], [])).toBe(false);
    expect(hasChain([every(40, 0), every(40, 6)], [near(2)], exceptions)).toBe(false);
    expect(hasChain([every(40, 0), every(40, 6), every(40, 3)], [near(16), near(1)], exceptions)).toBe(true);
    expect(hasChain([every(2, 0), every(2, 0), every(40, 11)], [near(1000), near(1000)], [])).toBe(true);
    expect(membersOfChains([every(40, 0), every(40, 6)], [near(20)], exceptions).length).toBe(19_998);
    const lists = Array.from({ length: 12 }, () => every(40, 0).slice(0, 10));
    expect(
      hasChain(
        lists,
        lists.slice(1).map(() => near(1000)),
        [],
      ),
    ).toBe(false);
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

describe('stretches', () => {
  const list = stretches({ maxLength: 9 });

  test('apart are counted as trying every choice does', () => {
    fc.assert(
      fc.property(list, fc.nat(5), (each, enough) => {
        expect(countApart(each)).toBe(mostApart(each));
        expect(countApart(each, enough)).toBe(Math.min(enough, mostApart(each)));
      }),
      { numRuns: 1000 },
    );
  });

  test('outside exceptions are those that stand inside none', () => {
    fc.assert(
      fc.property(list, list, (each, exceptions) => {
        const expected = each.filter((one) => !exceptions.some((exception) => isInside(one, exception)));
        expect(outside(each, exceptions)).toEqual(expected);
      }),
      { numRuns: 1000 },
    );
  });

  test('have the least distance of all pairs', () => {
    fc.assert(
      fc.property(list, list, (before, after) => {
        const gaps = before.flatMap(({ to }) => after.map(({ from }) => from - to)).filter((gap) => gap >= 0);
        expect(closest(before, after)).toBe(gaps.length > 0 ? Math.min(...gaps) : undefined);
      }),
      { numRuns: 1000 },
    );
  });
});
