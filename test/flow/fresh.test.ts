import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openClients } from '../../aws/clients.ts';
import { takeIn } from '../../aws/door.ts';
import { confirm, subscribe, unsubscribe } from '../../aws/signup.ts';
import { openWire, type Wire } from '../../aws/wire.ts';
import { explainWhy } from '../../core/ledger/index.ts';
import { type Stack, startStack } from '../../local/stack.ts';
import { until } from './local-bundles.ts';

let stack: Stack;
let wire: Wire;
const compiled: { did: string; rules: number }[] = [];

beforeAll(async () => {
  stack = await startStack({
    port: 0,
    functionLog: (room, line) => {
      if (room === 'compile' && line.includes('"published"')) compiled.push(JSON.parse(line));
    },
  });
  wire = openWire(stack.resources, openClients(stack.endpoints));
});
afterAll(() => stack?.stop());

/** Takes an article in and waits until it is handed out; gives the names of what it met. */
async function met(title: string, text: string): Promise<string[]> {
  const taken = await takeIn(wire, { title, text: `${text} It was seen from the harbour on Monday.` }, new Date());
  if (taken.kind !== 'accepted') throw new Error(taken.kind);
  return until(async () => {
    const article = await wire.articles.get(taken.article.id);
    return article?.state === 'done' && (article.matched ?? []).map(({ tag }) => tag);
  });
}

const tag = (name: string, query = name) => wire.tags.put({ name, query, updatedAt: new Date().toISOString() });

describe('on the whole wire', () => {
  test('a watch of somebody’s own is in force for the very next article, and gone when it is given up', async () => {
    // The function is warm, and has its rules in memory.
    expect(await met('A squid came in', 'It was a giant one.')).toEqual([]);
    const to = '+447700900321';
    const asked = await subscribe(wire, { to, watches: ['giant NEAR/3 squid'], trusted: true }, new Date());
    if (!asked.ok) throw new Error(asked.reason);
    const [text] = stack.carrier.inbox({ to, limit: 1 });
    const code = /\d{6}/.exec(text?.body ?? '')?.[0] as string;
    expect(await confirm(wire, { to, code }, new Date())).toMatchObject({ ok: true });

    const start = Date.now();
    const [query] = await met('Another squid came in', 'The giant squid is thirty feet long.');
    expect(query).toBe(asked.subscriber.watches[0]);
    const alert = await until(() => stack.carrier.inbox({ to }).find(({ body }) => body.includes('Another squid')));
    expect(Date.now() - start).toBeLessThan(8_000);
    expect(alert.body).toMatch(/^Another squid came in/);

    const [article] = await wire.articles.recent(1, new Date());
    const send = await until(async () => {
      const [found] = await wire.sends.byArticle(article?.id as string);
      return found?.state === 'sent' && found;
    });
    // Nothing of it goes to machines.
    expect(await wire.sends.byArticle(article?.id as string)).toHaveLength(1);
    expect(explainWhy(article!, asked.subscriber, send).words).toContain('watches giant NEAR/3 squid (giant, squid)');

    await unsubscribe(wire, { id: asked.subscriber.id, reason: 'by an editor' }, new Date());
    expect(await met('One more squid came in', 'It was a giant squid too.')).toEqual([]);
  });

  test('a hundred changes one upon another are compiled a few times, and each is in force before', async () => {
    await stack.idle({ timeoutMs: 20_000 });
    compiled.length = 0;
    for (let index = 0; index < 100; index += 10) {
      await Promise.all(Array.from({ length: 10 }, (_, offset) => tag(`kraken${index + offset}`)));
    }
    expect(await met('Kraken99 and kraken0 rise', 'So they say of kraken50.')).toEqual([
      'kraken0',
      'kraken50',
      'kraken99',
    ]);
    await wire.tags.remove('kraken0');
    await tag('kraken50', 'leviathan');
    expect(await met('Kraken99 and kraken0 rise again', 'And kraken50.')).toEqual(['kraken99']);
    expect(await stack.idle({ timeoutMs: 20_000 })).toBe(true);
    expect(compiled.length).toBeGreaterThan(0);
    expect(compiled.length).toBeLessThan(8);
    expect(compiled.at(-1)).toMatchObject({ rules: 99 });
    for await (const left of wire.tags.changed()) throw new Error(`${left.name} is still marked`);
    // A warm function goes over to the compiled index, and answers as before.
    expect(await met('Kraken99 and kraken0 once more', 'A leviathan.')).toEqual(['kraken50', 'kraken99']);
  });
});
