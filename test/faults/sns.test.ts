import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { unsubscribe } from '../../aws/signup.ts';
import { decideClaim, type Send } from '../../core/ledger/index.ts';
import { createHandler as createAlert } from '../../lambdas/alert/handler.ts';
import type { Fault } from '../../local/carrier/index.ts';
import { Scene, toRecord } from './scene.ts';

let scene: Scene;
let written = 0;

beforeAll(async () => {
  scene = await Scene.open();
});
afterAll(() => scene?.close());

/** A word that nothing else speaks of, and a tag for it, by another name: a welcome by SMS has the name in it. */
async function newTag(): Promise<string> {
  const word = `mark${++written}x`;
  await scene.hands.tags.put({ name: nameOf(word), query: word, updatedAt: '' });
  return word;
}

const nameOf = (word: string) => word.replace('mark', 'topic');

const bring = (word: string) =>
  scene.bring({ title: `News of ${word}`, text: `Something happened at ${word} on Monday, it was said.` });

/** What is published to one person, with the alert's word in it. */
const published = (to: string, subscriber: string, word: string) => (params: Record<string, unknown>) =>
  (params.PhoneNumber === to || String(params.TopicArn ?? '').endsWith(subscriber)) &&
  String(params.Message).includes(word);

/**
 * Somebody new who watches a tag of their own, and an article for them; faults of Publish meet their alert alone. Answers
 * what the ledger and their inbox hold at the end.
 */
async function tell(to: string, faults: Fault[], before: (subscriber: string) => Promise<void> | void = () => {}) {
  const word = await newTag();
  const subscriber = await scene.person(to, [nameOf(word)]);
  await before(subscriber);
  for (const fault of faults) {
    const match = published(to, subscriber, word);
    scene.emulators.carrier.fault({ ...fault, ...(fault.action === 'Publish' && { match }) });
  }
  const id = await bring(word);
  await scene.settle();
  scene.emulators.carrier.clearFaults();
  const send = (await scene.sendsOf(id)).find((found) => found.subscriber === subscriber) as Send;
  return { id, word, subscriber, send, received: scene.received(to, word).length };
}

const address = () => `reader${++written}@example.org`;
const phone = () => `+447700900${String(++written).padStart(3, '0')}`;

describe('SNS', () => {
  test('that throttles thirty times is asked again until it takes the alert, and none of it counts as a failure', async () => {
    const { send, received } = await tell(address(), [{ action: 'Publish', kind: 'throttle', times: 30 }]);
    expect(send).toMatchObject({ state: 'sent', failures: 0 });
    expect(send.attempts).toBeGreaterThan(5);
    expect(send.maybeDuplicate).toBeUndefined();
    expect(received).toBe(1);
  });

  test('that is down is asked again', async () => {
    const { send, received } = await tell(phone(), [{ action: 'Publish', kind: 'unavailable', times: 20 }]);
    expect(send).toMatchObject({ state: 'sent', failures: 0 });
    expect(received).toBe(1);
  });

  test('whose answer is lost is asked again, and the record says that it may be the second', async () => {
    const { send, received } = await tell(address(), [{ action: 'Publish', kind: 'lost answer' }]);
    expect(send).toMatchObject({ state: 'sent', attempts: 2, maybeDuplicate: true });
    expect(received).toBe(2);
  });

  test('that answers 500 may have accepted, and the record says so', async () => {
    const { send } = await tell(address(), [{ action: 'Publish', kind: 'internal' }]);
    expect(send).toMatchObject({ state: 'sent', attempts: 2, maybeDuplicate: true });
  });

  test('is called once for each attempt: the SDK does not try again unseen', async () => {
    const to = phone();
    const { send, subscriber, word } = await tell(to, [{ action: 'Publish', kind: 'lost answer' }]);
    const calls = scene.emulators.carrier
      .calls()
      .filter(({ action, params }) => action === 'Publish' && published(to, subscriber, word)(params));
    expect(send.attempts).toBe(2);
    expect(calls).toHaveLength(2);
  });

  test('that refuses for good is taken at its word: failed, with the reason, and not asked again', async () => {
    const { send, received } = await tell(phone(), [
      { action: 'Publish', kind: 'refuse', code: 'InvalidParameter', message: 'Invalid parameter: PhoneNumber' },
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

  test('that calls a number invalid when asked for the opt-out list has refused it for good', async () => {
    const { send, received } = await tell(phone(), [
      { action: 'CheckIfPhoneNumberIsOptedOut', kind: 'refuse', message: 'Invalid parameter: PhoneNumber', times: 100 },
    ]);
    expect(send).toMatchObject({ state: 'failed', attempts: 1, reason: expect.stringContaining('PhoneNumber') });
    expect(received).toBe(0);
  });

  test('that cannot be asked for a subscription has not been asked: the record says no `checkedAt` until it has', async () => {
    const to = address();
    const word = await newTag();
    const subscriber = await scene.person(to, [nameOf(word)]);
    scene.emulators.carrier.fault({
      action: 'GetSubscriptionAttributes',
      kind: 'throttle',
      times: Number.POSITIVE_INFINITY,
    });
    const id = await bring(word);
    await expect(scene.settle(1)).rejects.toThrow('still on their way');
    const find = async () => (await scene.sendsOf(id)).find((found) => found.subscriber === subscriber);
    expect(await find()).toMatchObject({ state: 'held' });
    expect(await find()).not.toHaveProperty('checkedAt');
    scene.emulators.carrier.clearFaults();
    await scene.settle();
    expect(await find()).toMatchObject({ state: 'sent', checkedAt: expect.stringMatching(/^2026/) });
  });

  test('that cannot say whether somebody has confirmed since: held on record, then told', async () => {
    const to = address();
    const word = await newTag();
    const subscriber = await scene.person(to, [nameOf(word)], false);
    const find = async (id: string) => (await scene.sendsOf(id)).find((found) => found.subscriber === subscriber);
    const fault = { action: 'GetSubscriptionAttributes', kind: 'throttle', times: Number.POSITIVE_INFINITY } as const;
    scene.emulators.carrier.fault(fault);
    const [told, untold] = [await bring(word), await bring(`${word} twice over, and of ${word}`)];
    await expect(scene.settle(1)).rejects.toThrow('still on their way');
    for (const id of [told, untold]) {
      expect(await find(id)).toMatchObject({
        state: 'held',
        failures: 0,
        reason: expect.stringContaining('throttled'),
      });
    }
    scene.emulators.carrier.clearFaults();
    await scene.settle();
    expect(await find(untold)).toMatchObject({ state: 'suppressed', reason: 'not confirmed yet' });
    expect(scene.received(to, word)).toHaveLength(0);

    scene.emulators.carrier.fault(fault);
    const late = await bring(`${word} late`);
    await expect(scene.settle(1)).rejects.toThrow('still on their way');
    scene.emulators.carrier.clearFaults();
    await fetch(scene.emulators.carrier.inbox().findLast((mail) => mail.to === to)?.confirmUrl as string);
    await scene.settle();
    expect(await find(late)).toMatchObject({ state: 'sent' });
    expect(scene.received(to, word)).toHaveLength(1);
  });

  test('that does not allow the question whether somebody has confirmed: five failures, then the dead-letter queue', async () => {
    const to = address();
    const word = await newTag();
    const subscriber = await scene.person(to, [nameOf(word)], false);
    scene.emulators.carrier.fault({
      action: 'GetSubscriptionAttributes',
      kind: 'refuse',
      code: 'AuthorizationError',
      times: Number.POSITIVE_INFINITY,
    });
    const id = await bring(word);
    await scene.settle();
    scene.emulators.carrier.clearFaults();
    expect((await scene.sendsOf(id)).find((found) => found.subscriber === subscriber)).toMatchObject({
      state: 'held',
      failures: 5,
      reason: expect.stringContaining('AuthorizationError'),
    });
    const [resting] = await scene.hands.outgoingDead.receive(43_000);
    expect(JSON.parse(resting?.Body as string)).toEqual({ article: id, subscriber });
    await scene.hands.outgoingDead.remove(resting?.ReceiptHandle as string);
  });

  test('whose subscription is gone is never recorded as somebody told', async () => {
    const { send, received, subscriber, word } = await tell(address(), [], async (id) => {
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
    expect(await scene.hands.watches.page(nameOf(word), undefined, 10)).toEqual({ subscribers: [], more: false });
  });

  test('that does not allow the call: five failures, then the dead-letter queue with the error, and on when sent round', async () => {
    const { send, id, subscriber, word } = await tell(phone(), [
      { action: 'Publish', kind: 'refuse', code: 'AuthorizationError', times: 5 },
    ]);
    expect(send).toMatchObject({ state: 'held', failures: 5, reason: expect.stringContaining('dead-letter queue') });
    expect(send.dueAt).toBeUndefined();
    const [resting] = await scene.hands.outgoingDead.receive(1);
    expect(JSON.parse(resting?.Body as string)).toEqual({ article: id, subscriber });
    expect(resting?.MessageAttributes?.error?.StringValue).toContain('AuthorizationError');

    await scene.hands.outgoingDead.remove(resting?.ReceiptHandle as string);
    await scene.hands.outgoing.send(JSON.parse(resting?.Body as string));
    await scene.settle();
    expect((await scene.sendsOf(id)).find((found) => found.subscriber === subscriber)).toMatchObject({ state: 'sent' });
    expect(scene.received(send.to, word)).toHaveLength(1);
  });
});

/** Somebody, and an article that is tagged for them and on no queue: its message is in the test's hands. */
async function tagged() {
  const to = address();
  const word = await newTag();
  const subscriber = await scene.person(to, [nameOf(word)]);
  const id = await bring(word);
  for (const { ReceiptHandle } of await scene.hands.incoming.receive(43_000)) {
    await scene.hands.incoming.remove(ReceiptHandle as string);
  }
  await scene.hands.articles.markTagged(id, [{ tag: nameOf(word), words: [word] }], scene.now());
  await scene.hands.articles.markDone(id, scene.now());
  return { id, to, word, subscriber, body: JSON.stringify({ article: id, subscriber }) };
}

/** The same, claimed by a worker that died before it called SNS; its lease has run out. */
async function claimedAndLeft() {
  const ready = await tagged();
  const { id, subscriber, to } = ready;
  const wanted = { subscriber, story: id, article: id, channel: 'email' as const, to, matched: [], text: '' };
  const claim = decideClaim(undefined, wanted, scene.now());
  if (claim.kind !== 'claim') throw new Error(claim.kind);
  await scene.hands.sends.replace(undefined, claim.next);
  scene.wait(61);
  return ready;
}

/** One worker with one message: a handler of its own. */
async function work(Body: string): Promise<void> {
  const record = toRecord({ MessageId: 'm', ReceiptHandle: 'none', Body });
  await createAlert(scene.hands, scene.now)({ Records: [record] }, { getRemainingTimeInMillis: () => 30_000 });
}

describe('a message on outgoing', () => {
  test('is laid aside though the answer to the ledger’s last write is lost', async () => {
    const lost = scene.lose((input) => /dead-letter queue/.test(JSON.stringify(input)));
    const { send, id, subscriber } = await tell(phone(), [
      { action: 'Publish', kind: 'refuse', code: 'AuthorizationError', times: 5 },
    ]);
    expect(lost()).toBe(true);
    expect(send).toMatchObject({ state: 'held', failures: 5 });
    const [resting] = await scene.hands.outgoingDead.receive(43_000);
    expect(JSON.parse(resting?.Body as string)).toEqual({ article: id, subscriber });
    await scene.hands.outgoingDead.remove(resting?.ReceiptHandle as string);
  });

  test('that comes ten times at once sends one alert', async () => {
    const { id, to, word, body } = await tagged();
    await Promise.all(Array.from({ length: 10 }, () => work(body)));
    expect(scene.received(to, word)).toHaveLength(1);
    expect(await scene.sendsOf(id)).toMatchObject([{ state: 'sent', attempts: 1 }]);
  });

  test('whose claim ran out is taken over by one of ten workers, not by two', async () => {
    const { id, to, word, body } = await claimedAndLeft();
    await Promise.all(Array.from({ length: 10 }, () => work(body)));
    expect(scene.received(to, word)).toHaveLength(1);
    expect(await scene.sendsOf(id)).toMatchObject([{ state: 'sent', attempts: 2, maybeDuplicate: true }]);
  });

  test('that is lost from the queue is brought back by `recover`, once', async () => {
    const { id, to, word } = await claimedAndLeft();
    // The queue has its time first: most that is due is about to be worked on.
    expect((await scene.recover()).sends).toBe(0);
    scene.wait(5 * 60);
    // Nobody else has the message: only the ledger knows.
    expect((await scene.recover()).sends).toBe(1);
    expect((await scene.recover()).sends).toBe(0);
    await scene.settle();
    expect(scene.received(to, word)).toHaveLength(1);
    expect(await scene.sendsOf(id)).toMatchObject([{ state: 'sent', attempts: 2, maybeDuplicate: true }]);
    scene.wait(3600);
    expect((await scene.recover()).sends).toBe(0);
  });

  test('that SNS takes no alert for is not copied by each `recover`, however often it is claimed meanwhile', async () => {
    const to = phone();
    const word = await newTag();
    const subscriber = await scene.person(to, [nameOf(word)]);
    const match = published(to, subscriber, word);
    scene.emulators.carrier.fault({ action: 'Publish', kind: 'throttle', times: Number.POSITIVE_INFINITY, match });
    const id = await bring(word);
    await expect(scene.settle(1)).rejects.toThrow('still on their way');
    scene.wait(6 * 60);
    expect((await scene.recover()).sends).toBe(1);
    await expect(scene.settle(1)).rejects.toThrow('still on their way');
    scene.wait(6 * 60);
    // Claimed since, held again, and overdue again, 26 minutes after the copy.
    expect((await scene.recover()).sends).toBe(0);
    scene.emulators.carrier.clearFaults();
    await scene.settle();
    expect((await scene.sendsOf(id)).find((found) => found.subscriber === subscriber)).toMatchObject({ state: 'sent' });
    expect(scene.received(to, word)).toHaveLength(1);
  });

  test('that is none of ours rests in the dead-letter queue; others of its batch go through', async () => {
    const before = await scene.hands.outgoingDead.size();
    await scene.hands.outgoing.send('no object at all');
    await scene.hands.outgoing.send({ article: 'nosucharticle000', subscriber: 'nobody000000' });
    const { send } = await tell(address(), []);
    expect(send.state).toBe('sent');
    const after = await scene.hands.outgoingDead.size();
    expect(after.waiting + after.inFlight - before.waiting - before.inFlight).toBe(2);
  });
});

describe('somebody', () => {
  test('who leaves while the alert waits is not told, and the ledger says why', async () => {
    const to = address();
    const word = await newTag();
    const subscriber = await scene.person(to, [nameOf(word)]);
    const match = published(to, subscriber, word);
    scene.emulators.carrier.fault({ action: 'Publish', kind: 'throttle', times: Number.POSITIVE_INFINITY, match });
    const id = await bring(word);
    await expect(scene.settle(3)).rejects.toThrow('still on their way');
    await unsubscribe(scene.hands, { id: subscriber, reason: 'by the link in an alert' }, scene.now());
    scene.emulators.carrier.clearFaults();
    await scene.settle();
    const send = (await scene.sendsOf(id)).find((found) => found.subscriber === subscriber);
    expect(send).toMatchObject({ state: 'suppressed', reason: expect.stringContaining('by the link in an alert') });
    expect(scene.received(to, word)).toHaveLength(0);
  });
});
