import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Send } from '../../core/ledger/index.ts';
import { createHandler as createAlert } from '../../lambdas/alert/handler.ts';
import type { Fault } from '../../local/carrier/index.ts';
import { Scene, toRecord } from './scene.ts';

let scene: Scene;
let written = 0;

beforeAll(async () => {
  scene = await Scene.open();
  await scene.hands.tags.put({ name: 'china', query: 'china', updatedAt: '' });
});
afterAll(() => scene?.close());

/** Somebody new who watches china, and an article for them: what the ledger and their inbox hold at the end. */
async function tell(to: string, faults: Fault[], before: (subscriber: string) => Promise<void> | void = () => {}) {
  const subscriber = await scene.person(to, ['china']);
  await before(subscriber);
  for (const fault of faults) scene.emulators.carrier.fault(fault);
  const article = await read();
  scene.emulators.carrier.clearFaults();
  const send = (await scene.sendsOf(article.id)).find((found) => found.subscriber === subscriber) as Send;
  return { subscriber, send, received: scene.received(to, article.mark).length, ...article };
}

async function read() {
  const mark = `mark${++written}x`;
  const id = await scene.bring({
    title: `China and the ${mark}`,
    text: `Something happened at ${mark} on Monday, it was said.`,
  });
  await scene.settle();
  return { id, mark };
}

const address = () => `reader${++written}@example.org`;
const phone = () => `+4477009${String(10_000 + ++written).slice(-5)}`;
const toPerson = (params: Record<string, unknown>) => !String(params.TopicArn ?? '').endsWith('-alerts');

describe('SNS', () => {
  test('that throttles thirty times is asked again until it takes the alert, and none of it counts as a failure', async () => {
    const { send, received } = await tell(address(), [
      { action: 'Publish', kind: 'throttle', times: 30, match: toPerson },
    ]);
    expect(send).toMatchObject({ state: 'sent', failures: 0 });
    expect(send.attempts).toBeGreaterThan(5);
    expect(send.maybeDuplicate).toBeUndefined();
    expect(received).toBe(1);
  });

  test('that is down is asked again', async () => {
    const { send, received } = await tell(phone(), [
      { action: 'Publish', kind: 'unavailable', times: 20, match: toPerson },
    ]);
    expect(send).toMatchObject({ state: 'sent', failures: 0 });
    expect(received).toBe(1);
  });

  test('whose answer is lost is asked again, and the record says that it may be the second', async () => {
    const { send, received } = await tell(address(), [{ action: 'Publish', kind: 'lost answer', match: toPerson }]);
    expect(send).toMatchObject({ state: 'sent', attempts: 2, maybeDuplicate: true });
    expect(received).toBe(2);
  });

  test('that answers 500 may have accepted, and the record says so', async () => {
    const { send } = await tell(address(), [{ action: 'Publish', kind: 'internal', match: toPerson }]);
    expect(send).toMatchObject({ state: 'sent', attempts: 2, maybeDuplicate: true });
  });

  test('is called once for each attempt: the SDK does not try again unseen', async () => {
    const before = scene.emulators.carrier.calls().filter(({ action }) => action === 'Publish').length;
    const { send } = await tell(phone(), [{ action: 'Publish', kind: 'lost answer', match: toPerson }]);
    const after = scene.emulators.carrier.calls().filter(({ action }) => action === 'Publish').length;
    // One confirmation and one welcome by SMS, one publication to machines, and the two attempts; others met no fault.
    const others =
      (await scene.sendsOf(send.article)).filter(({ state, channel }) => state === 'sent' && channel !== 'topic')
        .length - 1;
    expect(after - before - others).toBe(2 + 1 + 2);
  });

  test('that refuses for good is taken at its word: failed, with the reason, and not asked again', async () => {
    const { send, received } = await tell(phone(), [
      {
        action: 'Publish',
        kind: 'refuse',
        code: 'InvalidParameter',
        message: 'Invalid parameter: PhoneNumber',
        match: (p) => Boolean(p.PhoneNumber),
      },
    ]);
    expect(send).toMatchObject({
      state: 'failed',
      attempts: 1,
      reason: expect.stringContaining('Invalid parameter: PhoneNumber'),
    });
    expect(received).toBe(0);
  });

  test('is asked for the opt-out list before each SMS: a number on it fails with the reason, and is unsubscribed', async () => {
    const to = phone();
    const first = await tell(to, [], () => scene.emulators.carrier.optOut(to));
    expect(first.send).toMatchObject({ state: 'failed', reason: expect.stringContaining('STOP') });
    expect(first.received).toBe(0);
    expect(await scene.hands.subscribers.get(first.subscriber)).toMatchObject({ state: 'unsubscribed' });
  });

  test('that will not say whether a number is opted out gets no SMS to send', async () => {
    const { send, received } = await tell(phone(), [
      { action: 'CheckIfPhoneNumberIsOptedOut', kind: 'throttle', times: 3 },
    ]);
    expect(send).toMatchObject({ state: 'sent', failures: 0 });
    expect(received).toBe(1);
  });

  test('whose subscription is gone is never recorded as somebody told', async () => {
    const { send, received, subscriber } = await tell(address(), [], async (id) => {
      const found = await scene.hands.subscribers.get(id);
      scene.emulators.carrier.dropSubscription(found?.subscriptionArn as string);
    });
    expect(send).toMatchObject({ state: 'suppressed', reason: expect.stringContaining('gone from SNS') });
    expect(send.messageId).toBeUndefined();
    expect(received).toBe(0);
    expect(await scene.hands.subscribers.get(subscriber)).toMatchObject({ state: 'unsubscribed' });
    // From then on the person is no recipient at all, once `recover` has cleared up.
    scene.wait(600);
    await scene.recover();
    const next = await read();
    expect((await scene.sendsOf(next.id)).map((found) => found.subscriber)).not.toContain(subscriber);
  });

  test('that does not allow the call fails five times, rests in the dead-letter queue with its error, and goes on when sent round', async () => {
    const deny: Fault = { action: 'Publish', kind: 'refuse', code: 'AuthorizationError', times: 5, match: toPerson };
    const { send, id, subscriber, mark } = await tell(phone(), [
      { ...deny, match: (p) => Boolean(p.PhoneNumber) && String(p.Message).includes('mark') },
    ]);
    expect(send).toMatchObject({ state: 'held', failures: 5, reason: expect.stringContaining('dead-letter queue') });
    expect(send.dueAt).toBeUndefined();
    const [resting] = await scene.hands.outgoingDead.receive(1);
    expect(JSON.parse(resting?.Body as string)).toEqual({ article: id, subscriber });
    expect(resting?.MessageAttributes?.error?.StringValue).toContain('AuthorizationError');

    await scene.hands.outgoing.send(JSON.parse(resting?.Body as string));
    await scene.settle();
    expect((await scene.sendsOf(id)).find((found) => found.subscriber === subscriber)).toMatchObject({ state: 'sent' });
    expect(scene.received(send.to, mark)).toHaveLength(1);
  });
});

describe('a message on outgoing', () => {
  test('that comes ten times at once sends one alert', async () => {
    const to = address();
    const subscriber = await scene.person(to, ['china']);
    const { id, mark } = await read();
    const body = JSON.stringify({ article: id, subscriber });
    await scene.hands.articles.get(id);
    // As ten workers would: each with a handler of its own.
    await Promise.all(
      Array.from({ length: 10 }, async (_, index) => {
        const handler = createAlert(scene.hands, scene.now);
        const record = toRecord({ MessageId: `m${index}`, ReceiptHandle: 'none', Body: body });
        await handler({ Records: [record] }, { getRemainingTimeInMillis: () => 30_000 });
      }),
    );
    expect(scene.received(to, mark)).toHaveLength(1);
  });

  test('that is none of ours rests in the dead-letter queue with its error; others of its batch go through', async () => {
    const before = await scene.hands.outgoingDead.size();
    await scene.hands.outgoing.send('no object at all');
    await scene.hands.outgoing.send({ article: 'nosucharticle000', subscriber: 'nobody000000' });
    await scene.settle();
    const after = await scene.hands.outgoingDead.size();
    expect(after.waiting + after.inFlight - before.waiting - before.inFlight).toBe(2);
  });
});

describe('somebody', () => {
  test('who leaves while the alert waits is not told, and the ledger says why', async () => {
    const { unsubscribe } = await import('../../aws/signup.ts');
    const to = address();
    const subscriber = await scene.person(to, ['china']);
    scene.emulators.carrier.fault({
      action: 'Publish',
      kind: 'throttle',
      times: Number.POSITIVE_INFINITY,
      match: toPerson,
    });
    const mark = `mark${++written}x`;
    const id = await scene.bring({
      title: `China and the ${mark}`,
      text: `Something happened at ${mark} on Monday, it was said.`,
    });
    await expect(scene.settle(3)).rejects.toThrow('still on their way');
    await unsubscribe(scene.hands, { id: subscriber, reason: 'by the link in an alert' }, scene.now());
    scene.emulators.carrier.clearFaults();
    await scene.settle();
    const send = (await scene.sendsOf(id)).find((found) => found.subscriber === subscriber);
    expect(send).toMatchObject({ state: 'suppressed', reason: expect.stringContaining('by the link in an alert') });
    expect(scene.received(to, mark)).toHaveLength(0);
  });
});
