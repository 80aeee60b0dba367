import {
  DeleteMessageBatchCommand,
  type Message,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { clientFor } from './emulators.ts';
import type { QueueServer } from './queues.ts';
import { account, type QueueSource, region, type Schedule } from './template.ts';

type Invoke = (functionName: string, event: unknown) => Promise<unknown>;

export interface SourcesOptions {
  sources: QueueSource[];
  queues: QueueServer;
  /** SQS's endpoint. */
  endpoint: string;
  invoke: Invoke;
  /** How many batches of a source are in work at once; see {@link localConcurrency}. */
  concurrency?: (source: QueueSource) => number;
  /** What went wrong with SQS itself; what goes wrong in a function is in the function's log. */
  log?: (line: string) => void;
}

export interface Sources {
  /** How many batches were received and are not yet done with. */
  running(): number;
  /** Receives nothing more, and waits for the batches in work. */
  stop(): Promise<void>;
}

/** Lambda's bound on what one invocation is given; what the queue gave beyond it comes in a second one. */
const batchBytes = 6 * 1024 * 1024;

/** A laptop's share of `MaximumConcurrency`: two batches of a source at once, or fewer where the template says so. */
export function localConcurrency(source: QueueSource): number {
  return Math.min(2, source.maximumConcurrency ?? 2);
}

/** A batch is gathered for a second at most: a person waits for what comes of it. */
export function localWindow(source: QueueSource): number {
  return Math.min(1, source.batchingWindowSeconds);
}

/**
 * Polls the queues as Lambda's event source mappings do: waits for messages, gathers a batch, hands it to the function, deletes
 * what succeeded. A message that is not deleted is seen again after the queue's visibility timeout, and goes to the
 * dead-letter queue by the queue's own redrive policy.
 */
export function startSources({ sources, queues, endpoint, invoke, ...options }: SourcesOptions): Sources {
  const sqs = new SQSClient(clientFor(endpoint));
  const log = options.log ?? (() => {});
  const concurrency = options.concurrency ?? localConcurrency;
  let stopping = false;
  let running = 0;

  async function receive(source: QueueSource, most: number, waitSeconds: number): Promise<Message[]> {
    const { Messages } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: source.queue.url,
        MaxNumberOfMessages: Math.min(10, most),
        WaitTimeSeconds: waitSeconds,
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      }),
    );
    return Messages ?? [];
  }

  async function poll(source: QueueSource): Promise<void> {
    while (!stopping) {
      let batch: Message[] = [];
      try {
        // 20 seconds is SQS's longest wait.
        batch = await receive(source, source.batchSize, 20);
        if (batch.length === 0) continue;
        running += 1;
        const windowEnds = Date.now() + localWindow(source) * 1000;
        while (batch.length < source.batchSize && !stopping) {
          const left = Math.ceil((windowEnds - Date.now()) / 1000);
          if (left <= 0 && batch.length % 10 !== 0) break;
          const more = await receive(source, source.batchSize - batch.length, Math.max(0, left));
          batch.push(...more);
          if (more.length === 0) break;
        }
        for (const part of parts(batch)) await deliver(source, part);
      } catch (error) {
        log(`${source.queue.name}: ${error instanceof Error ? error.message : error}`);
        if (!stopping) await new Promise((resume) => setTimeout(resume, 1000));
      } finally {
        if (batch.length > 0) running -= 1;
      }
    }
  }

  async function deliver(source: QueueSource, batch: Message[]): Promise<void> {
    let failed: Set<string> | 'all';
    try {
      const response = await invoke(source.functionName, { Records: batch.map((message) => record(source, message)) });
      failed = source.reportBatchItemFailures ? failures(response, batch) : new Set();
    } catch {
      failed = 'all';
    }
    if (failed === 'all') return;
    const done = batch.filter(({ MessageId }) => !failed.has(MessageId!));
    for (let from = 0; from < done.length; from += 10)
      await sqs.send(
        new DeleteMessageBatchCommand({
          QueueUrl: source.queue.url,
          Entries: done
            .slice(from, from + 10)
            .map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle: ReceiptHandle! })),
        }),
      );
  }

  const loops = sources.flatMap((source) => Array.from({ length: concurrency(source) }, () => poll(source)));
  return {
    running: () => running,
    async stop() {
      stopping = true;
      let ended = false;
      const all = Promise.all(loops).then(() => {
        ended = true;
      });
      // A poll that was just on its way may begin to wait after it was woken: so again, until the last loop has ended.
      while (!ended) {
        for (const { queue } of sources) queues.wake(queue.name);
        await Promise.race([all, new Promise((resume) => setTimeout(resume, 20))]);
      }
      sqs.destroy();
    },
  };
}

function* parts(batch: Message[]): Generator<Message[]> {
  let part: Message[] = [];
  let bytes = 0;
  for (const message of batch) {
    const size = Buffer.byteLength(JSON.stringify(message));
    if (part.length > 0 && bytes + size > batchBytes) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(message);
    bytes += size;
  }
  yield part;
}

/**
 * The messages that a function names as failed. As Lambda reads it ("Reporting batch item failures"): an empty answer, or one
 * with an empty list, is success; one that is malformed, or names a message that was not in the batch, is failure of all.
 */
function failures(response: unknown, batch: Message[]): Set<string> | 'all' {
  if (response === null || response === undefined) return new Set();
  if (typeof response !== 'object') return 'all';
  const list = (response as { batchItemFailures?: unknown }).batchItemFailures;
  if (list === undefined) return Object.keys(response).length === 0 ? new Set() : 'all';
  if (list === null) return new Set();
  if (!Array.isArray(list)) return 'all';
  const ids = list.map((item) => (item as { itemIdentifier?: unknown } | null)?.itemIdentifier);
  const known = new Set(batch.map(({ MessageId }) => MessageId!));
  return ids.every((id) => typeof id === 'string' && known.has(id)) ? new Set(ids as string[]) : 'all';
}

function record(source: QueueSource, message: Message) {
  return {
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body ?? '',
    attributes: message.Attributes ?? {},
    messageAttributes: Object.fromEntries(
      Object.entries(message.MessageAttributes ?? {}).map(([name, value]) => [name, attribute(value)]),
    ),
    ...(message.MD5OfMessageAttributes ? { md5OfMessageAttributes: message.MD5OfMessageAttributes } : {}),
    md5OfBody: message.MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN: source.queue.arn,
    awsRegion: region,
  };
}

function attribute({ StringValue, BinaryValue, DataType }: MessageAttributeValue) {
  return {
    ...(StringValue === undefined ? {} : { stringValue: StringValue }),
    ...(BinaryValue === undefined ? {} : { binaryValue: Buffer.from(BinaryValue).toString('base64') }),
    stringListValues: [],
    binaryListValues: [],
    dataType: DataType,
  };
}

export interface Schedules {
  /** Runs every schedule once, now, and waits for it. A function that fails is in its own log. */
  run(): Promise<void>;
  /** Starts no more. */
  stop(): void;
}

/**
 * Invokes the functions of EventBridge Scheduler's `rate(…)` schedules, first after one period, as the service does. A
 * run that is still going is not overtaken by the next.
 */
export function startSchedules(schedules: Schedule[], invoke: Invoke): Schedules {
  const going = new Map<string, Promise<void>>();
  const run = (schedule: Schedule): Promise<void> => {
    const current = going.get(schedule.name);
    if (current) return current;
    const started = invoke(schedule.functionName, eventOf(schedule, new Date()))
      .then(
        () => {},
        () => {},
      )
      .finally(() => going.delete(schedule.name));
    going.set(schedule.name, started);
    return started;
  };
  const timers = schedules.map((schedule) => setInterval(() => void run(schedule), schedule.everySeconds * 1000));
  return {
    run: async () => void (await Promise.all(schedules.map(run))),
    stop: () => timers.forEach(clearInterval),
  };
}

function eventOf(schedule: Schedule, now: Date): unknown {
  const time = `${now.toISOString().slice(0, 19)}Z`;
  if (schedule.input !== undefined)
    return JSON.parse(
      schedule.input
        .replaceAll('<aws.scheduler.scheduled-time>', time)
        .replaceAll('<aws.scheduler.schedule-arn>', schedule.arn),
    );
  return {
    version: '0',
    id: schedule.name,
    'detail-type': 'Scheduled Event',
    source: 'aws.scheduler',
    account,
    time,
    region,
    resources: [schedule.arn],
    detail: '{}',
  };
}
