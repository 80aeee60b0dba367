/**
 * How fast is the wire, beside the floor: the same two conditional writes and one publish for each alert, against the same
 * emulators, with nothing around them? And how long is it from POST to SNS's acceptance? Everything in one run, so that the
 * ratios hold whatever the machine.
 *
 * The emulators answer on one thread, and are what both wait for. The wire makes five calls for an alert where the floor makes
 * three (it reads the subscriber, and asks SNS whether the address may still be told), so that about 0.6 is the most to be had.
 *
 *     npm run bench:wire [-- --articles 40 --subscribers 25 --singles 100 --json]
 */
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { PublishCommand } from '@aws-sdk/client-sns';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { openClients } from '../aws/clients.ts';
import { openWire } from '../aws/wire.ts';
import { confirmed, newSubscriber } from '../core/subscriber/index.ts';
import { startStack } from '../local/stack.ts';

const { values } = parseArgs({
  options: {
    articles: { type: 'string', default: '40' },
    subscribers: { type: 'string', default: '25' },
    singles: { type: 'string', default: '100' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log('npm run bench:wire [-- --articles 40 --subscribers 25 --singles 100 --json]');
  process.exit(0);
}
const ARTICLES = Number(values.articles);
const SUBSCRIBERS = Number(values.subscribers);
const SINGLES = Number(values.singles);
/** What `alert` does side by side here: a batch of ten in each of two workers. */
const SIDE_BY_SIDE = 20;

const stack = await startStack({ port: 0, functionLog: () => {} });
try {
  const clients = openClients(stack.endpoints);
  const wire = openWire(stack.resources, clients);
  const { apiToken } = await wire.secret(new Date());

  // ── A crowd that watches one tag, and one person who watches another.
  const now = new Date();
  await wire.tags.put({ name: 'harbour', query: 'harbour', updatedAt: now.toISOString() });
  await wire.tags.put({ name: 'lighthouse', query: 'lighthouse', updatedAt: now.toISOString() });
  const numbers = Array.from({ length: SUBSCRIBERS }, (_, index) => `+447700900${String(index).padStart(3, '0')}`);
  for (const [index, to] of ['+447700900999', ...numbers].entries()) {
    const tag = index === 0 ? 'lighthouse' : 'harbour';
    const subscriber = confirmed(newSubscriber({ channel: 'sms', to, watches: [tag], now }), now);
    await wire.subscribers.replace(undefined, subscriber);
    await wire.watches.add(tag, subscriber.id);
  }

  const post = async (word: string): Promise<string> => {
    const mark = randomUUID();
    const answer = await fetch(`${stack.url}/articles`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        title: `A ${word} in the news ${mark}`,
        text: `The ${word} was opened by the mayor on Monday, ${mark}.`,
      }),
    });
    if (answer.status !== 202) throw new Error(`POST /articles answered ${answer.status}: ${await answer.text()}`);
    const { articles } = (await answer.json()) as { articles: { id: string }[] };
    return articles[0]?.id as string;
  };
  const told = async (article: string) =>
    (await wire.sends.byArticle(article)).filter(({ state, channel }) => state === 'sent' && channel === 'sms').length;

  // ── Warm: the first invocation of each worker is not what is measured.
  await post('lighthouse');
  await stack.idle();

  // ── Many at once.
  const start = performance.now();
  const ids: string[] = [];
  for (let from = 0; from < ARTICLES; from += 10) {
    ids.push(...(await Promise.all(Array.from({ length: Math.min(10, ARTICLES - from) }, () => post('harbour')))));
  }
  await stack.idle();
  const wireSeconds = (performance.now() - start) / 1000;
  // Correct first: everybody was told of every article, once.
  for (const id of ids) {
    const count = await told(id);
    if (count !== SUBSCRIBERS) throw new Error(`article ${id}: ${count} of ${SUBSCRIBERS} were told`);
  }
  const delivered = stack.carrier.inbox({ channel: 'sms' }).filter(({ to }) => numbers.includes(to)).length;
  if (delivered !== ARTICLES * SUBSCRIBERS) throw new Error(`${delivered} SMS for ${ARTICLES * SUBSCRIBERS} alerts`);

  // ── The floor: two conditional writes and one publish for each alert.
  const floorOf = async (count: number, sideBySide: number): Promise<number[]> => {
    const each: number[] = [];
    let next = 0;
    const worker = async () => {
      for (let index = next++; index < count; index = next++) {
        const began = performance.now();
        const key = { subscriber: `floor-${randomUUID()}`, send: 'floor' };
        const item = {
          ...key,
          day: 'floor',
          createdAt: new Date().toISOString(),
          article: 'floor',
          text: 'x'.repeat(150),
        };
        await clients.dynamodb.send(
          new PutCommand({
            TableName: stack.resources.sendsTable,
            Item: { ...item, state: 'claimed', open: 'floor', dueAt: item.createdAt },
            ConditionExpression: 'attribute_not_exists(subscriber)',
          }),
        );
        const { MessageId } = await clients.sns.send(
          new PublishCommand({ PhoneNumber: '+447700900998', Message: item.text }),
        );
        await clients.dynamodb.send(
          new PutCommand({
            TableName: stack.resources.sendsTable,
            Item: { ...item, state: 'sent', MessageId },
            ConditionExpression: '#state = :claimed',
            ExpressionAttributeNames: { '#state': 'state' },
            ExpressionAttributeValues: { ':claimed': 'claimed' },
          }),
        );
        each.push(performance.now() - began);
      }
    };
    await Promise.all(Array.from({ length: sideBySide }, worker));
    return each;
  };
  await floorOf(20, SIDE_BY_SIDE);
  const floorStart = performance.now();
  await floorOf(ARTICLES * SUBSCRIBERS, SIDE_BY_SIDE);
  const floorSeconds = (performance.now() - floorStart) / 1000;

  // ── One at a time: from POST to SNS's acceptance.
  const waits: number[] = [];
  for (let index = 0; index < SINGLES; index++) {
    const after = stack.carrier.inbox({ limit: 1 })[0]?.id ?? 0;
    const began = performance.now();
    await post('lighthouse');
    while (stack.carrier.inbox({ to: '+447700900999', after }).length === 0) {
      await new Promise((resume) => setTimeout(resume, 1));
    }
    waits.push(performance.now() - began);
    await stack.idle();
  }
  const floorWaits = await floorOf(SINGLES, 1);

  const figures = {
    articles: ARTICLES,
    subscribers: SUBSCRIBERS,
    articlesPerSecond: ARTICLES / wireSeconds,
    alertsPerSecond: (ARTICLES * SUBSCRIBERS) / wireSeconds,
    floorAlertsPerSecond: (ARTICLES * SUBSCRIBERS) / floorSeconds,
    shareOfFloor: floorSeconds / wireSeconds,
    postToAcceptance: { p50: quantile(waits, 0.5), p99: quantile(waits, 0.99) },
    floorOfOne: { p50: quantile(floorWaits, 0.5), p99: quantile(floorWaits, 0.99) },
    timesFloor: {
      p50: quantile(waits, 0.5) / quantile(floorWaits, 0.5),
      p99: quantile(waits, 0.99) / quantile(floorWaits, 0.99),
    },
  };
  if (values.json) console.log(JSON.stringify(figures));
  else {
    const ms = (value: number) => `${value.toFixed(1)} ms`;
    console.log(
      [
        `${ARTICLES} articles × ${SUBSCRIBERS} subscribers: each told once, none twice`,
        `  through the wire   ${figures.articlesPerSecond.toFixed(1)} articles/s   ${figures.alertsPerSecond.toFixed(0)} alerts/s`,
        `  the floor          ${figures.floorAlertsPerSecond.toFixed(0)} alerts/s (two conditional writes and a publish, ${SIDE_BY_SIDE} side by side)`,
        `  wire ÷ floor       ${figures.shareOfFloor.toFixed(2)}`,
        `${SINGLES} articles one at a time, POST to SNS's acceptance`,
        `  through the wire   p50 ${ms(figures.postToAcceptance.p50)}   p99 ${ms(figures.postToAcceptance.p99)}`,
        `  the floor          p50 ${ms(figures.floorOfOne.p50)}   p99 ${ms(figures.floorOfOne.p99)}`,
        `  wire ÷ floor       p50 ${figures.timesFloor.p50.toFixed(1)}   p99 ${figures.timesFloor.p99.toFixed(1)}`,
      ].join('\n'),
    );
  }
} finally {
  await stack.stop();
}

function quantile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number;
}
