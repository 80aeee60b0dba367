import { describe, expect, it, test } from 'vitest';
import { parseQuery, type Query } from '../../core/query/index.ts';
import { idsOf, indexOf, readId, readOwnQuery, ruleOf, tagRules } from '../../core/rules/index.ts';
import { isDue } from '../../lambdas/compile/due.ts';
import cases from './own-queries.json' with { type: 'json' };

const tags = tagRules([
  { name: 'harbour', query: 'harbour OR quay' },
  { name: 'storm', query: 'storm' },
]).tags;

describe('an own query', () => {
  test.each(cases)('$text: $why', ({ text, query, reason }) => {
    const read = readOwnQuery(text, tags);
    if (query !== undefined) expect(read).toMatchObject({ ok: true, query });
    else expect(read).toMatchObject({ ok: false, reason: expect.stringContaining(reason as string) });
  });

  it('is as long as a key may be, and no longer', () => {
    const words = (count: number) =>
      Array.from({ length: count }, (_, at) => `w${String(at).padStart(6, '0')}`).join(' ');
    expect(readOwnQuery(words(128), tags)).toMatchObject({ ok: true });
    expect(readOwnQuery(words(129), tags)).toMatchObject({ ok: false, reason: expect.stringContaining('1,024 bytes') });
    // Counted as they are kept, in UTF-8.
    expect(readOwnQuery('中'.repeat(400), tags)).toMatchObject({ ok: false });
  });
});

describe('the rules of tags', () => {
  it('are the tags that can be read, with those in them taken apart; the others are named, with the reason', () => {
    const read = tagRules([
      { name: 'china', query: 'china' },
      { name: 'asia', query: 'tag:china OR japan' },
      { name: 'broken', query: 'china OR' },
      { name: 'on broken', query: 'tag:broken OR peru' },
      { name: 'a', query: 'tag:b OR x' },
      { name: 'b', query: 'tag:a OR y' },
    ]);
    expect(read.rules.map(({ id }) => id)).toEqual(['#china', '#asia']);
    expect(read.rules[1]?.query).toEqual((parseQuery('china OR japan') as { query: object }).query);
    expect([...read.tags.keys()]).toEqual(['china', 'asia']);
    expect(read.leftOut.map(({ name }) => name)).toEqual(['broken', 'on broken', 'a', 'b']);
    for (const { reason } of read.leftOut) expect(reason).toMatch(/\w/);
  });

  it('leave out what has grown beyond bounds since it was saved', () => {
    const list = [{ name: 't0', query: Array.from({ length: 500 }, (_, at) => `w${at}`).join(' OR ') }];
    for (let at = 1; at <= 40; at++) list.push({ name: `t${at}`, query: `tag:t${at - 1} a OR tag:t${at - 1} b` });
    const read = tagRules(list);
    expect(read.rules.length).toBeLessThan(10);
    expect(read.rules.length + read.leftOut.length).toBe(41);
    expect(read.leftOut[0]?.reason).toMatch(/10,000/);
  });

  it('are told from own queries by their ids', () => {
    expect(ruleOf({ name: 'crane', query: 'crane' }, tags)).toMatchObject({ rule: { id: '?crane' } });
    expect(ruleOf({ name: 'tag:nobody', query: 'tag:nobody' }, tags)).toMatchObject({
      leftOut: { name: 'tag:nobody' },
    });
    for (const name of ['china', '#1', '?', 'a b']) {
      const ids = idsOf(name);
      expect(readId(ids.tag)).toEqual({ name, own: false });
      expect(readId(ids.own)).toEqual({ name, own: true });
    }
  });
});

describe('an index of rules', () => {
  it('is built without a rule that no index can be built with, which is named', () => {
    const china: Query = { kind: 'word', word: 'china' };
    const good = { id: '#china', query: china };
    const { index, leftOut } = indexOf([
      good,
      { id: '?all but china', query: { kind: 'not', part: china } },
      { id: '?nonsense', query: { kind: 'nonsense' } as never },
      { ...good, id: '#again' },
    ]);
    const met = [...index.match({ title: 'China', text: '' })].map((ordinal) => index.idOf(ordinal));
    expect(met.sort()).toEqual(['#again', '#china']);
    expect(leftOut.map(({ name }) => name)).toEqual(['all but china', 'nonsense']);
  });
});

describe('compiling is due', () => {
  const now = new Date('2026-11-24T10:00:00Z');
  const published = (rules: number, secondsAgo: number) => ({
    etag: '"1"',
    rules,
    compiledAt: new Date(now.getTime() - secondsAgo * 1000).toISOString(),
  });
  const one = { count: 1, ofTag: false };

  test.each([
    ['first of all', undefined, { count: 0, ofTag: false }, true],
    ['not where nothing has changed', published(10, 9999), { count: 0, ofTag: false }, false],
    ['at once where the rules are few', published(10, 1), one, true],
    ['seldom where they are a million', published(1_000_000, 999), one, false],
    ['but then it is', published(1_000_000, 1000), one, true],
    ['at once for many changes', published(1_000_000, 1), { count: 1000, ofTag: false }, true],
    ['at once for a tag, of which others are made', published(1_000_000, 1), { count: 1, ofTag: true }, true],
    ['where it is not known when it last was', { etag: '"1"', rules: 10, compiledAt: '' }, one, true],
  ])('%s', (_what, before, changes, due) => {
    expect(isDue(before, changes, now)).toBe(due);
  });
});
