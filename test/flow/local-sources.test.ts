import { ReceiveMessageCommand, SendMessageBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { clientFor, type Emulators, startEmulators } from '../../local/emulators.ts';
import { localConcurrency, type Sources, startSchedules, startSources } from '../../local/sources.ts';
import type { QueueSource, Template } from '../../local/template.ts';
import fixture from '../unit/template-fixture.json' with { type: 'json' };
import { until } from './local-bundles.ts';

interface Batch {
  Records: { messageId: string; body: string; attributes: Record<string, string>; messageAttributes: object }[];
}

let stack: { emulators: Emulators; sources: Sources } | undefined;
afterEach(async () => {
  await stack?.sources.stop();
  await stack?.emulators.stop();
  stack = undefined;
});

/** Polls the fixture's queue (visible again after a second, dead after two receives) for a function in this process. */
async function poll(answer: (batch: Batch) => unknown, of: Partial<QueueSource> = {}) {
  const emulators = await startEmulators({ template: fixture as unknown as Template, stackName: 'Test' });
  const batches: Batch[] = [];
  const source = { ...emulators.template.sources[0]!, batchingWindowSeconds: 0, ...of };
  const sources = startSources({
    sources: [source],
    queues: emulators.queues,
    endpoint: emulators.endpoints.sqs,
    invoke: async (name, event) => {
      expect(name).toBe('Test-Tag');
      batches.push(event as Batch);
      return answer(event as Batch);
    },
  });
  stack = { emulators, sources };
  const sqs = new SQSClient(clientFor(emulators.endpoints.sqs));
  const QueueUrl = emulators.resources.incomingQueue;
  return {
    emulators,
    sources,
    batches,
    sqs,
    bodies: () => batches.flatMap(({ Records }) => Records.map(({ body }) => body)),
    send: (...bodies: string[]) =>
      sqs.send(
        new SendMessageBatchCommand({
          QueueUrl,
          Entries: bodies.map((MessageBody, index) => ({ Id: String(index), MessageBody })),
        }),
      ),
    left: () => {
      const { visible, inFlight, delayed } = emulators.queues.counts('Test-Incoming')!;
      return visible + inFlight + delayed;
    },
    dead: () => emulators.queues.counts('incoming-dead')!.visible,
  };
}

describe('an event source', () => {
  it("hands on messages in Lambda's form, and deletes what succeeded", async () => {
    const { sqs, emulators, batches, left } = await poll(() => ({ batchItemFailures: [] }));
    const { MessageId } = await sqs.send(
      new SendMessageCommand({
        QueueUrl: emulators.resources.incomingQueue,
        MessageBody: '{"article":"a1"}',
        MessageAttributes: {
          why: { DataType: 'String', StringValue: 'new' },
          raw: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2, 255]) },
        },
      }),
    );
    await until(() => batches.length === 1 && left() === 0);
    expect(batches[0]).toEqual({
      Records: [
        {
          messageId: MessageId,
          receiptHandle: expect.any(String),
          body: '{"article":"a1"}',
          attributes: {
            ApproximateReceiveCount: '1',
            SentTimestamp: expect.stringMatching(/^\d{13}$/),
            ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
            SenderId: expect.any(String),
          },
          messageAttributes: {
            why: { stringValue: 'new', stringListValues: [], binaryListValues: [], dataType: 'String' },
            raw: { binaryValue: 'AQL/', stringListValues: [], binaryListValues: [], dataType: 'Binary' },
          },
          md5OfBody: expect.stringMatching(/^[0-9a-f]{32}$/),
          md5OfMessageAttributes: expect.stringMatching(/^[0-9a-f]{32}$/),
          eventSource: 'aws:sqs',
          eventSourceARN: 'arn:aws:sqs:eu-west-1:000000000000:Test-Incoming',
          awsRegion: 'eu-west-1',
        },
      ],
    });
  });

  it('keeps the messages that the function names as failed, which end in the dead-letter queue', async () => {
    const { send, bodies, left, dead } = await poll(({ Records }) => ({
      batchItemFailures: Records.filter(({ body }) => body === 'bad').map(({ messageId }) => ({
        itemIdentifier: messageId,
      })),
    }));
    await send('good', 'bad', 'fine');
    await until(() => bodies().length >= 3 && left() === 1);
    // A second later once more, and after the second receive the queue itself lays it aside.
    await until(() => dead() === 1);
    expect(bodies().sort()).toEqual(['bad', 'bad', 'fine', 'good']);
    expect(left()).toBe(0);
  });

  it.each([
    ['throws', () => Promise.reject(new Error('down'))],
    ['answers with a text', () => 'done'],
    ['names nobody', () => ({ batchItemFailures: [{ itemIdentifier: '' }] })],
    [
      'names a message by another key',
      ({ Records }: Batch) => ({ batchItemFailures: [{ id: Records[0]?.messageId }] }),
    ],
    ['names a message that it was not given', () => ({ batchItemFailures: [{ itemIdentifier: 'other' }] })],
    ['answers with something else', () => ({ statusCode: 200 })],
  ])('deletes nothing when the function %s', async (_what, answer) => {
    const { send, batches, left, sources } = await poll(answer as (batch: Batch) => unknown);
    await send('one', 'two');
    await until(() => batches.length > 0 && sources.running() === 0);
    expect(left()).toBe(2);
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['an empty object', {}],
    ['no list', { batchItemFailures: null }],
  ])('takes %s for success', async (_what, answer) => {
    const { send, batches, left } = await poll(() => answer);
    await send('one', 'two');
    await until(() => batches.length > 0 && left() === 0);
  });

  it('takes any answer for success where the template asks for no report', async () => {
    const { send, batches, left } = await poll(() => 'done', { reportBatchItemFailures: false });
    await send('one');
    await until(() => batches.length > 0 && left() === 0);
  });

  it('gathers a batch for as long as its window is open, and no more than its size', async () => {
    const { send, batches, left } = await poll(() => ({}), {
      batchSize: 12,
      batchingWindowSeconds: 1,
      maximumConcurrency: 1,
    });
    await send('a', 'b', 'c');
    await send('d', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l');
    await until(() => left() === 0);
    expect(batches.map(({ Records }) => Records.length)).toEqual([12]);
  });

  it('has two batches in work at once, or one where the template says so', async () => {
    let now = 0;
    let most = 0;
    const { send, left } = await poll(
      async () => {
        now += 1;
        most = Math.max(most, now);
        await new Promise((resume) => setTimeout(resume, 50));
        now -= 1;
      },
      { batchSize: 1 },
    );
    await send('1', '2', '3', '4', '5', '6');
    await until(() => left() === 0);
    expect(most).toBe(2);
    expect(localConcurrency({ ...stack!.emulators.template.sources[0]!, maximumConcurrency: 1 })).toBe(1);
  });

  it('ends within a moment when nothing is there, and after the batch in work when there is', async () => {
    const { send, sources, batches, left, sqs, emulators } = await poll(
      () => new Promise((done) => setTimeout(() => done({}), 200)),
    );
    await send('last');
    await until(() => batches.length === 1);
    const started = performance.now();
    await sources.stop();
    expect(performance.now() - started).toBeLessThan(1000);
    expect(left()).toBe(0);
    await send('after');
    await new Promise((resume) => setTimeout(resume, 100));
    expect(batches).toHaveLength(1);
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: emulators.resources.incomingQueue }));
    expect(Messages?.[0]?.Body).toBe('after');
  });
});

describe('a schedule', () => {
  afterEach(() => void vi.useRealTimers());
  const every = { logicalId: 'Often', name: 'often', arn: 'arn:often', functionName: 'Recover', everySeconds: 300 };

  it('invokes its function after each period, and never twice at once', async () => {
    vi.useFakeTimers({ now: new Date('2026-11-24T10:00:00Z') });
    const events: unknown[] = [];
    let end = () => {};
    const schedules = startSchedules([every], async (name, event) => {
      events.push([name, event]);
      await new Promise<void>((ended) => {
        end = ended;
      });
    });
    expect(events).toEqual([]);
    await vi.advanceTimersByTimeAsync(300_000);
    expect(events).toEqual([
      ['Recover', expect.objectContaining({ source: 'aws.scheduler', time: '2026-11-24T10:05:00Z', detail: '{}' })],
    ]);
    await vi.advanceTimersByTimeAsync(300_000);
    expect(events).toHaveLength(1);
    end();
    await vi.advanceTimersByTimeAsync(300_000);
    expect(events).toHaveLength(2);
    schedules.stop();
    end();
    await vi.advanceTimersByTimeAsync(900_000);
    expect(events).toHaveLength(2);
  });

  it('hands on the input of the template, and outlives a failure', async () => {
    const given: unknown[] = [];
    const input = '{"what":"reconcile","at":"<aws.scheduler.scheduled-time>"}';
    const schedules = startSchedules([{ ...every, input }], async (_name, event) => {
      given.push(event);
      throw new Error('down');
    });
    await schedules.run();
    await schedules.run();
    schedules.stop();
    expect(given).toHaveLength(2);
    expect(given[0]).toEqual({ what: 'reconcile', at: expect.stringMatching(/^2\d{3}-.*Z$/) });
  });
});
