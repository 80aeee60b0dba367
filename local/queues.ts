import { mkdirSync, readFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { findPackageJSON } from 'node:module';
import { pathToFileURL } from 'node:url';
import { isLoopback } from './loopback.ts';
import { account, region } from './template.ts';

/** How many messages a queue holds, in each of SQS's three conditions. */
export interface QueueCounts {
  visible: number;
  inFlight: number;
  delayed: number;
}

export interface QueueServer {
  /** Such as `http://127.0.0.1:9324`; a queue's URL is this, the account and the queue's name. */
  url: string;
  /** Exact, unlike SQS's approximate attributes; undefined when there is no such queue. */
  counts(queueName: string): QueueCounts | undefined;
  /** Ends the long polls that wait on the queue, with no message, so that a poll loop can stop at once. */
  wake(queueName: string): void;
  stop(): Promise<void>;
}

/** The parts below are fauxqs's inner ones, which it may change with any version. */
const fauxqsVersion = '2.4.1';

/**
 * The parts of fauxqs that are used below. Its own starter listens on every interface of the machine (0.0.0.0, not to
 * be changed by an option), so the server is put together here from the same parts and bound to loopback alone.
 */
interface FauxqsQueue {
  name: string;
  url: string;
  persistence?: Persistence;
  messages: unknown[];
  delayedMessages: unknown[];
  inflightMessages: Map<string, { visibilityDeadline: number; message: { approximateReceiveCount: number } }>;
  dequeue(...parameters: unknown[]): unknown[];
  processTimers(): void;
  cancelWaiters(): void;
}

interface SqsStore {
  host: string;
  region?: string;
  persistence?: Persistence;
  allQueues(): Iterable<FauxqsQueue>;
  getQueueByName(name: string): FauxqsQueue | undefined;
  createQueue(...parameters: unknown[]): FauxqsQueue;
}

interface Persistence {
  db: { exec(sql: string): void; prepare(sql: string): { run(...values: unknown[]): unknown } };
  transaction(work: () => void): void;
  load(sqs: SqsStore, sns: unknown, s3: unknown): void;
  updateMessageReady(messageId: string): void;
  close(): void;
}

interface FauxqsApp {
  addHook(name: 'preClose', hook: () => void): void;
  addHook(
    name: 'onRequest',
    hook: (
      request: { headers: IncomingHttpHeaders },
      reply: { code(status: number): { send(): unknown } },
    ) => Promise<unknown>,
  ): void;
  listen(address: { port: number; host: string }): Promise<string>;
  close(): Promise<void>;
}

/** Loads fauxqs, a tenth of a second of modules: also ahead of need. */
export async function loadFauxqs() {
  const manifest = findPackageJSON('fauxqs', import.meta.url);
  if (!manifest) throw new Error('fauxqs is not installed: run npm ci');
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  if (version !== fauxqsVersion)
    throw new Error(
      `local/queues.ts is written for the inside of fauxqs ${fauxqsVersion}, and ${version} is installed: ` +
        'run npm ci; or, for a new version, look through what it uses, change the number there and run test/flow',
    );
  const part = (path: string) => import(/* @vite-ignore */ new URL(`dist/${path}`, pathToFileURL(manifest)).href);
  const [app, sqs, sns, s3, persistence, types] = await Promise.all([
    part('app.js'),
    part('sqs/sqsStore.js'),
    part('sns/snsStore.js'),
    part('s3/s3Store.js'),
    part('persistence.js'),
    part('sqs/sqsTypes.js'),
  ]);
  // Its own test looks at halves of surrogate pairs, and so refuses every character above U+FFFF; SQS takes them.
  types.INVALID_MESSAGE_BODY_CHAR.test = (body: string) =>
    /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u.test(body);
  return {
    buildApp: app.buildApp as (options: object) => FauxqsApp,
    SqsStore: sqs.SqsStore as new () => SqsStore,
    SnsStore: sns.SnsStore as new () => object,
    S3Store: s3.S3Store as new () => object,
    PersistenceManager: persistence.PersistenceManager as new (folder: string) => Persistence,
  };
}

/**
 * Starts SQS on a free loopback port. With a folder the queues live in an SQLite file there and outlive a kill -9; without one
 * they are in memory. Messages that were in flight when the last process ended are visible again at once, for whoever
 * held them is gone. Throws when the folder's file cannot be read.
 */
export async function startQueues(folder?: string): Promise<QueueServer> {
  const { buildApp, SqsStore, SnsStore, S3Store, PersistenceManager } = await loadFauxqs();
  const store = new SqsStore();
  store.region = region;
  // With no host of its own it answers with the host that it was asked on.
  store.host = '';
  const others = { snsStore: new SnsStore(), s3Store: new S3Store() };
  let persistence: Persistence | undefined;
  if (folder) {
    mkdirSync(folder, { recursive: true });
    persistence = new PersistenceManager(folder);
    // In WAL mode NORMAL loses nothing when the process is killed, only, at worst, the last instants of a power cut.
    persistence.db.exec('PRAGMA synchronous = NORMAL');
    const ready = persistence.db.prepare(
      'UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL WHERE message_id = ?',
    );
    // Its own version clears the receive count too, which the table refuses.
    persistence.updateMessageReady = (messageId) => void ready.run(messageId);
    // Loaded before it is attached: attached, each queue would be replaced in the table, and its messages with it.
    persistence.load(store, others.snsStore, others.s3Store);
    store.persistence = persistence;
    for (const queue of store.allQueues()) {
      queue.persistence = persistence;
      inOneTransaction(queue, persistence);
      for (const held of queue.inflightMessages.values()) held.visibilityDeadline = 0;
      queue.processTimers();
    }
    const create = store.createQueue.bind(store);
    store.createQueue = (...parameters) => {
      const queue = create(...parameters);
      inOneTransaction(queue, persistence!);
      return queue;
    };
  }

  const app = buildApp({ logger: false, defaultRegion: region, stores: { sqsStore: store, ...others } });
  app.addHook('preClose', () => persistence?.close());
  app.addHook('onRequest', async ({ headers }, reply) => (isLoopback(headers) ? undefined : reply.code(403).send()));
  let url: string;
  try {
    url = (await app.listen({ port: 0, host: '127.0.0.1' })).replace(/\/$/, '');
  } catch (error) {
    persistence?.close();
    throw error;
  }
  for (const queue of store.allQueues()) queue.url = `${url}/${account}/${queue.name}`;

  return {
    url,
    counts(queueName) {
      const queue = store.getQueueByName(queueName);
      if (!queue) return undefined;
      queue.processTimers();
      return {
        visible: queue.messages.length,
        inFlight: queue.inflightMessages.size,
        delayed: queue.delayedMessages.length,
      };
    },
    wake: (queueName) => store.getQueueByName(queueName)?.cancelWaiters(),
    stop: () => app.close(),
  };
}

/**
 * A message that goes to the dead-letter queue is deleted and inserted anew: in one transaction a kill -9 cannot fall between.
 */
function inOneTransaction(queue: FauxqsQueue, persistence: Persistence): void {
  const dequeue = queue.dequeue.bind(queue);
  queue.dequeue = (...parameters) => {
    let received: unknown[] = [];
    persistence.transaction(() => {
      received = dequeue(...parameters);
    });
    return received;
  };
}
