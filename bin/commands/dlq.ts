import { setTimeout as pause } from 'node:timers/promises';
import type { Message } from '@aws-sdk/client-sqs';
import type { Command } from 'commander';
import { MalformedMessage, readChange, readIncoming, readOutgoing } from '../../aws/messages.ts';
import type { Queue } from '../../aws/queue.ts';
import type { Wire } from '../../aws/wire.ts';
import { withReach } from './flags.ts';
import { columns, count, note, plain, print, printJson } from './print.ts';
import { type Reach, throughWire } from './reach.ts';

/** A message at rest in a dead-letter queue, with what is known of why. */
interface Resting {
  queue: Pair['name'];
  article?: string;
  subscriber?: string;
  /** How often it was received before it came to rest, and by looks at it since. */
  received: number;
  error: string;
}

/** Long enough to look at all of them; whoever looks again before is told that some are being looked at. */
const HIDDEN_SECONDS = 60;

export function addDlq(program: Command): void {
  const dlq = program.command('dlq').description('messages that failed for good, and rest in a dead-letter queue');

  withReach(dlq.command('list', { isDefault: true }))
    .description('show each with its error (this is what `dlq` alone does)')
    .action((reach: Reach) =>
      throughWire(reach, async ({ wire }) => {
        const resting = (await Promise.all(pairs(wire).map((pair) => look(wire, pair)))).flat();
        if (reach.json) return printJson({ messages: resting });
        if (resting.length === 0) return print('the dead-letter queues are empty');
        const rows = resting.map(({ queue, article, subscriber, received, error }) => [
          queue,
          article ? `article ${article}` : '',
          subscriber ? `subscriber ${subscriber}` : '',
          `received ${count(received, 'time')}`,
          plain(error),
        ]);
        await print(columns(rows, '').join('\n'));
        note('once the cause is gone: npx bellwire dlq redrive');
      }),
    );

  withReach(dlq.command('redrive'))
    .description('send every one of them round again')
    .action((reach: Reach) =>
      throughWire(reach, async ({ wire, idle }) => {
        const redriven = { incoming: 0, outgoing: 0, changes: 0, unreadable: 0, back: 0 };
        for (const pair of pairs(wire)) {
          const { sent, unreadable, back } = await redrive(pair);
          redriven[pair.name] = sent;
          redriven.unreadable += unreadable;
          redriven.back += back;
        }
        await idle();
        if (reach.json) return printJson(redriven);
        const { incoming, outgoing, changes, unreadable, back } = redriven;
        await print(
          incoming + outgoing + changes === 0
            ? 'nothing to send round again'
            : `sent round again: ${incoming} to be tagged, ${outgoing} to be alerted, ${changes} to be compiled`,
        );
        if (unreadable > 0) note(`left where they are: ${count(unreadable, 'message')} that are none of Bellwire's`);
        if (back > 0) note(`${count(back, 'message')} failed again at once: see \`npx bellwire dlq\` in a minute`);
      }),
    );
}

interface Pair {
  name: 'incoming' | 'outgoing' | 'changes';
  queue: Queue;
  dead: Queue;
  /** Throws for a message that is none of Bellwire's. */
  read: (body: string) => { article?: string; subscriber?: string };
  /** What is said of a message without an error on record. */
  unknown: string;
  /** Its messages are alike and name nothing, as a bell that is rung: one sent round does for all. */
  isBell?: true;
}

const STOPPED = 'no error recorded: the function stopped (time or memory); see its log';

const pairs = (wire: Wire): Pair[] => [
  { name: 'incoming', queue: wire.incoming, dead: wire.incomingDead, read: readIncoming, unknown: STOPPED },
  { name: 'outgoing', queue: wire.outgoing, dead: wire.outgoingDead, read: readOutgoing, unknown: STOPPED },
  {
    name: 'changes',
    queue: wire.changes,
    dead: wire.changesDead,
    read: (body) => {
      readChange(body);
      return {};
    },
    unknown: 'the watch index could not be compiled: see the log of the function compile',
    isBell: true,
  },
];

/** Reads every message and gives it back. */
async function look(wire: Wire, { name, dead, read, unknown }: Pair): Promise<Resting[]> {
  const messages: Message[] = [];
  try {
    for await (const message of drain(dead, () => messages.length)) messages.push(message);
  } finally {
    await Promise.all(messages.map(({ ReceiptHandle = '' }) => dead.giveBack(ReceiptHandle, 1)));
  }
  return Promise.all(
    messages.map(async ({ Body = '', Attributes, MessageAttributes }) => {
      const message = readOurs(read, Body);
      const { article, subscriber } = message ?? {};
      const error =
        MessageAttributes?.error?.StringValue ??
        (message ? article && (await wire.articles.get(article))?.lastError : "it is none of Bellwire's");
      return {
        queue: name,
        ...(article !== undefined && { article }),
        ...(subscriber !== undefined && { subscriber }),
        // Without this very look.
        received: Math.max(0, Number(Attributes?.ApproximateReceiveCount ?? 1) - 1),
        error: error || unknown,
      };
    }),
  );
}

/** Sends each back to its queue, and only then deletes it: stopped between the two it goes round twice, which does no harm. */
async function redrive({
  name,
  queue,
  dead,
  read,
  isBell,
}: Pair): Promise<{ sent: number; unreadable: number; back: number }> {
  const sent = new Set<string>();
  const kept: string[] = [];
  let unreadable = 0;
  try {
    for await (const { Body = '', ReceiptHandle = '' } of drain(dead, () => kept.length)) {
      const readable = readOurs(read, Body) !== undefined;
      if (isBell && sent.has(Body)) {
        await dead.remove(ReceiptHandle);
        continue;
      }
      // What was sent in this run and is here again has failed again: to send it once more now would never end.
      if (!readable || sent.has(Body)) {
        if (!readable) unreadable++;
        kept.push(ReceiptHandle);
        continue;
      }
      await queue.send(JSON.parse(Body));
      await dead.remove(ReceiptHandle);
      sent.add(Body);
      if (process.stderr.isTTY) process.stderr.write(`\r  ${name}: ${sent.size} sent round again`);
    }
  } finally {
    await Promise.all(kept.map((handle) => dead.giveBack(handle, 1)));
    if (process.stderr.isTTY && sent.size > 0) process.stderr.write('\n');
  }
  return { sent: sent.size, unreadable, back: kept.length - unreadable };
}

/**
 * Receives until nothing comes. SQS answers a short poll out of some of its servers, so one empty answer proves nothing. Who
 * looked a moment ago has given the messages back to be seen in a second; for one who holds them longer nobody waits.
 * @param kept how many of those received are still on the queue, hidden by us
 */
async function* drain(queue: Queue, kept: () => number): AsyncGenerator<Message> {
  let waited = false;
  for (let empty = 0; empty < 3; empty++) {
    for (;;) {
      const messages = await queue.receive(HIDDEN_SECONDS);
      if (messages.length === 0) break;
      empty = 0;
      yield* messages;
    }
    if (empty < 2) continue;
    const hidden = (await queue.size()).inFlight - kept();
    if (hidden <= 0) return;
    if (waited)
      return note(`${count(hidden, 'message')} more: somebody else looks at them just now, try again in a minute`);
    waited = true;
    empty = 0;
    await pause(1500);
  }
}

/** Undefined for a message that is none of Bellwire's. */
function readOurs(read: Pair['read'], body: string): ReturnType<Pair['read']> | undefined {
  try {
    return read(body);
  } catch (error) {
    if (error instanceof MalformedMessage) return undefined;
    throw error;
  }
}
