import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Tag } from '../../aws/tags.ts';
import { buildIndex } from '../../core/matcher/index.ts';
import { idsOf, tagRules } from '../../core/rules/index.ts';
import { tagArticle } from '../../lambdas/tag/tag.ts';
import { Scene } from './scene.ts';

let scene: Scene;
const WATCHERS = 1700;
const indexTags = (tags: Tag[]) => buildIndex(tagRules(tags).rules);
const id = (index: number) => index.toString().padStart(12, '0');

beforeAll(async () => {
  scene = await Scene.open();
  await scene.hands.tags.put({ name: 'china', query: 'china', updatedAt: '' });
  await scene.hands.tags.put({ name: 'cyber', query: 'cyber', updatedAt: '' });
  // Every third one watches both tags, and is still one recipient.
  for (let start = 0; start < WATCHERS; start += 50) {
    await Promise.all(
      Array.from({ length: 50 }, async (_, offset) => {
        const index = start + offset;
        await scene.hands.watches.add(index % 3 === 1 ? 'cyber' : 'china', id(index));
        if (index % 3 === 0) await scene.hands.watches.add('cyber', id(index));
      }),
    );
  }
}, 60_000);
afterAll(() => scene?.close());

/** Takes everything off `outgoing`: how often each recipient stands on it. */
async function recipients(): Promise<Map<string, number>> {
  const times = new Map<string, number>();
  for (;;) {
    const messages = await scene.hands.outgoing.receive(43_000);
    if (messages.length === 0) return times;
    for (const { Body, ReceiptHandle } of messages) {
      const { subscriber } = JSON.parse(Body as string) as { subscriber: string };
      times.set(subscriber, (times.get(subscriber) ?? 0) + 1);
      await scene.hands.outgoing.remove(ReceiptHandle as string);
    }
  }
}

const everybody = ['machines', ...Array.from({ length: WATCHERS }, (_, index) => id(index))].sort();

async function accept(mark: string): Promise<string> {
  const article = await scene.bring({
    title: `China, ${mark}`,
    text: `A cyber drill at ${mark} was held in the harbour.`,
  });
  for (const { ReceiptHandle } of await scene.hands.incoming.receive(43_000))
    await scene.hands.incoming.remove(ReceiptHandle as string);
  return article;
}

test('hands each watcher of several tags out once, page by page', async () => {
  const article = await accept('one');
  scene.arm();
  await tagArticle(scene.wire, indexTags(await scene.hands.tags.list()), article, scene.now, () => false);
  const times = await recipients();
  expect([...times.keys()].sort()).toEqual(everybody);
  expect(Math.max(...times.values())).toBe(1);
  expect(await scene.hands.articles.get(article)).toMatchObject({ state: 'done', recipients: WATCHERS + 1 });
}, 60_000);

test('goes on from its cursor after a crash: at most the page at hand is handed out twice', async () => {
  const article = await accept('two');
  const index = indexTags(await scene.hands.tags.list());
  scene.arm();
  await tagArticle(scene.wire, index, article, scene.now, () => false);
  await recipients();
  const calls = scene.calls.length;

  const again = await accept('three');
  // Half way through the pages.
  scene.arm({ call: Math.floor(calls / 2), when: 'after' });
  await expect(tagArticle(scene.wire, index, again, scene.now, () => false)).rejects.toThrow();
  scene.revive();
  const half = await scene.hands.articles.get(again);
  expect(half).toMatchObject({ state: 'tagged' });
  expect(half?.recipients).toBeGreaterThan(1);
  expect(half?.recipients).toBeLessThan(WATCHERS);
  await tagArticle(scene.wire, index, again, scene.now, () => false);
  const times = await recipients();
  expect([...times.keys()].sort()).toEqual(everybody);
  expect([...times.values()].filter((count) => count > 1).length).toBeLessThanOrEqual(500);
  expect(await scene.hands.articles.get(again)).toMatchObject({ state: 'done', recipients: WATCHERS + 1 });
}, 60_000);

test('no function runs long: what its time does not allow goes to a new message', async () => {
  const article = await accept('four');
  const index = indexTags(await scene.hands.tags.list());
  let pages = 0;
  await tagArticle(scene.hands, index, article, scene.now, () => ++pages > 2);
  expect(await scene.hands.articles.get(article)).toMatchObject({ state: 'tagged' });
  const messages = await scene.hands.incoming.receive(43_000);
  expect(messages.map(({ Body }) => JSON.parse(Body as string))).toEqual([{ article }]);
  await tagArticle(scene.hands, index, article, scene.now, () => false);
  const times = await recipients();
  expect([...times.keys()].sort()).toEqual(everybody);
  expect(Math.max(...times.values())).toBe(1);
}, 60_000);

test('two workers with the same message hand nobody out of the record', async () => {
  const article = await accept('five');
  const index = indexTags(await scene.hands.tags.list());
  await Promise.all([1, 2].map(() => tagArticle(scene.hands, index, article, scene.now, () => false)));
  const times = await recipients();
  expect([...times.keys()].sort()).toEqual(everybody);
  expect(await scene.hands.articles.get(article)).toMatchObject({ recipients: WATCHERS + 1 });
}, 60_000);

test('an article whose message ended over a lost answer is brought back by `recover`, whatever had failed before', async () => {
  const article = await accept('six');
  const index = indexTags(await scene.hands.tags.list());
  scene.arm({ call: 8, when: 'before' });
  await expect(tagArticle(scene.wire, index, article, scene.now, () => false)).rejects.toThrow();
  scene.arm();
  await scene.hands.articles.recordError(article, 'SQS was down');
  // The cursor is moved; the SDK asks again, and is told that it stands elsewhere: as if another worker had moved it.
  const happened = scene.lose((input) => JSON.stringify(input).includes('#cursor = :to'));
  await tagArticle(scene.wire, index, article, scene.now, () => false);
  expect(happened()).toBe(true);
  expect(await scene.hands.articles.get(article)).toMatchObject({ state: 'tagged' });
  scene.wait(40 * 60);
  expect((await scene.recover()).articles).toBeGreaterThan(0);
  expect(await scene.hands.incoming.receive(1)).toMatchObject([{ Body: JSON.stringify({ article }) }]);
  await tagArticle(scene.hands, index, article, scene.now, () => false);
  expect([...(await recipients()).keys()].sort()).toEqual(everybody);
  expect(await scene.hands.articles.get(article)).toMatchObject({ state: 'done', recipients: WATCHERS + 1 });
}, 60_000);

test('an article that meets very many tags asks for the watchers of each about once', async () => {
  const tags = Array.from({ length: 300 }, (_, index) => `quay ${index}`);
  const people = tags.flatMap((_, index) => [1, 2, 3].map((turn) => id(turn * 100_000 + index)));
  await Promise.all(people.map((person, at) => scene.hands.watches.add(tags[Math.floor(at / 3)] as string, person)));
  const article = await accept('seven');
  const index = indexTags(tags.map((name) => ({ name, query: 'seven', updatedAt: '' })));
  scene.arm();
  await tagArticle(scene.wire, index, article, scene.now, () => false);
  expect(scene.calls.filter((call) => call === 'dynamodb QueryCommand').length).toBe(tags.length);
  const times = await recipients();
  expect([...times.keys()].sort()).toEqual(['machines', ...people].sort());
  expect(Math.max(...times.values())).toBe(1);
  expect(await scene.hands.articles.get(article)).toMatchObject({ state: 'done', recipients: people.length + 1 });
}, 60_000);

test('thousands of own queries: each watcher is handed out, nothing of theirs goes to machines, and a crash loses none', async () => {
  // Of half a kilobyte each, so that they fill several items beside the article's own.
  const queries = Array.from({ length: 1000 }, (_, index) => `${'eight OR '.repeat(70)}q${index}`);
  for (let start = 0; start < queries.length; start += 50) {
    const some = queries.slice(start, start + 50);
    await Promise.all(some.map((query, offset) => scene.hands.watches.add(query, id(500_000 + start + offset))));
  }
  const article = await accept('eight');
  const index = buildIndex(queries.map((name) => ({ id: idsOf(name).own, query: { kind: 'word', word: 'eight' } })));
  scene.arm({ call: 9, when: 'after' });
  await expect(tagArticle(scene.wire, index, article, scene.now, () => false)).rejects.toThrow();
  scene.arm();
  expect(await scene.hands.articles.get(article)).toMatchObject({ state: expect.stringMatching(/accepted|tagged/) });
  await tagArticle(scene.wire, index, article, scene.now, () => false);
  const times = await recipients();
  expect([...times.keys()].sort()).toEqual(queries.map((_, index) => id(500_000 + index)));
  const stored = await scene.hands.articles.get(article);
  expect(stored).toMatchObject({ state: 'done', recipients: queries.length });
  expect(stored?.matched).toHaveLength(queries.length);
  expect(new Set(stored?.matched?.map(({ tag }) => tag))).toEqual(new Set(queries));
  expect(stored?.matched?.every(({ own, words }) => own && words[0] === 'eight')).toBe(true);
  // A list of articles shows what stands in the article's own item.
  const [listed] = await scene.hands.articles.recent(1, scene.clock);
  expect(listed?.matched?.length).toBeGreaterThan(100);
}, 60_000);

test('two workers that tag at once overwrite nothing of each other’s, however much it is', async () => {
  const matches = (mark: string) =>
    Array.from({ length: 3000 }, (_, index) => ({ tag: `${mark} ${'x'.repeat(200)} ${index}`, words: [mark] }));
  const article = await accept('nine');
  const both = await Promise.all(
    ['one', 'two'].map((mark) => scene.hands.articles.markTagged(article, matches(mark), scene.now())),
  );
  expect(both.toSorted()).toEqual([false, true]);
  const stored = await scene.hands.articles.get(article);
  expect(stored?.matched).toEqual(matches(both[0] ? 'one' : 'two'));
});

test('the largest article and very many tags, with all their words', async () => {
  // As good as incompressible: base64 has six bits in a byte.
  const text = randomBytes(240 * 1024)
    .toString('base64')
    .replace(/[+/]/g, ' ');
  const article = { id: 'largest000000000', title: 'Largest', text };
  expect(await scene.hands.articles.put(article, scene.now())).toEqual({ kind: 'stored' });
  const matched = Array.from({ length: 2000 }, (_, index) => ({
    tag: `microsoft exchange ${index}`,
    words: Array.from({ length: 12 }, (_, word) => randomBytes(30).toString('base64') + word),
  }));
  await scene.hands.articles.markTagged(article.id, matched, scene.now());
  expect(await scene.hands.articles.get(article.id)).toMatchObject({ state: 'tagged', text, matched });
}, 60_000);
