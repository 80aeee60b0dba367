import { afterAll, beforeAll, expect, test } from 'vitest';
import { openClients } from '../../aws/clients.ts';
import { openWire, type Wire } from '../../aws/wire.ts';
import type { Article, TagMatch } from '../../core/article/index.ts';
import { type Emulators, startEmulators } from '../../local/emulators.ts';
import { synthesise } from '../template.ts';

let emulators: Emulators;
let wire: Wire;

beforeAll(async () => {
  emulators = await startEmulators({ template: synthesise() });
  wire = openWire(emulators.resources, openClients(emulators.endpoints));
}, 60_000);
afterAll(() => emulators?.stop());

const now = new Date('2026-11-24T02:00:00.000Z');
const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000);
const article = (number: number): Article => ({
  id: `article${String(number).padStart(9, '0')}`,
  title: `Number ${number}`,
  text: `The text of number ${number}.`,
});

test('whoever reads back gets every article of the time, newest first, in pages that memory can hold', async () => {
  // One every ten minutes, over three days: more than a page on one of them, which begins and ends within the time asked for.
  const all = Array.from({ length: 300 }, (_, number) => number);
  for (let start = 0; start < all.length; start += 25) {
    await Promise.all(
      all.slice(start, start + 25).map((number) => wire.articles.put(article(number), minutesAgo(10 * number))),
    );
  }
  const pages: string[][] = [];
  for await (const page of wire.articles.since(minutesAgo(2500), now)) pages.push(page.map(({ title }) => title));
  expect(pages.flat()).toEqual(all.slice(0, 251).map((number) => `Number ${number}`));
  expect(pages.map(({ length }) => length)).toEqual([13, 100, 44, 94]);
  for await (const page of wire.articles.since(minutesAgo(-1), now)) expect(page).toEqual('nothing');
}, 60_000);

test('in the list of the newest stands all that an article met, in parts or not', async () => {
  const own = Array.from(
    { length: 3000 },
    (_, number): TagMatch => ({
      tag: `number NEAR/3 text -watch${number}`,
      words: ['number', 'text'],
      own: true,
    }),
  );
  const matched: TagMatch[] = [{ tag: 'numbers', words: ['number'] }, ...own];
  expect(await wire.articles.markTagged(article(0).id, matched, now)).toBe(true);
  const [first, second] = await wire.articles.recent(2, now);
  expect(first).toMatchObject({ id: article(0).id, matched });
  expect(first).not.toHaveProperty('parts');
  expect(second).not.toHaveProperty('matched');
}, 60_000);
