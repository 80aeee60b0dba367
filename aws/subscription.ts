import { confirmed, type Subscriber, unsubscribed } from '../core/subscriber/index.ts';
import { patiently } from './sns.ts';
import type { Wire } from './wire.ts';

/**
 * What SNS says of an address: of its subscription, or that its owner replied STOP. `expired`: nobody entered its code.
 * `torn down`: whoever runs the stack removed all topics.
 */
export type Learned = 'confirmed' | 'pending' | 'gone' | 'opted out' | 'expired' | 'torn down';

/**
 * Brings a subscriber in line with what SNS says; returns it as it stands afterwards. Somebody of whom there is nothing
 * new is not written. What is written is left unfinished, for `recover` to bring topic and watches in line with it.
 */
export async function learnStatus(
  wire: Wire,
  subscriber: Subscriber,
  learned: Learned,
  now: Date,
): Promise<Subscriber> {
  const next = afterLearning(subscriber, learned, now);
  if (next === subscriber) return subscriber;
  if (await wire.subscribers.replace(subscriber, next, true)) {
    return { ...next, revision: (subscriber.revision ?? 0) + 1 };
  }
  // Somebody else has written since; what they wrote is newer than what we read.
  return (await wire.subscribers.get(subscriber.id)) ?? subscriber;
}

function afterLearning(subscriber: Subscriber, learned: Learned, now: Date): Subscriber {
  switch (learned) {
    case 'confirmed':
      return subscriber.state === 'pending' ? confirmed(subscriber, now, subscriber.subscriptionArn) : subscriber;
    case 'pending':
      return subscriber.state === 'confirmed'
        ? { ...subscriber, state: 'pending', updatedAt: now.toISOString() }
        : subscriber;
    case 'gone':
      return unsubscribed(
        subscriber,
        subscriber.state === 'pending'
          ? 'never confirmed, and SNS dropped the request'
          : "by SNS's own unsubscribe link, or removed in SNS",
        now,
      );
    case 'opted out':
      return unsubscribed(subscriber, 'the owner of the number replied STOP', now);
    case 'torn down':
      return unsubscribed(subscriber, 'its topic was removed by teardown', now);
    case 'expired':
      return unsubscribed(subscriber, 'never confirmed: no code was entered', now);
  }
}

/** SNS's list, and what it answers for a subscription, may lag behind what was asked for a moment ago. */
const SETTLED_MS = 10 * 60_000;

/** As long as SNS waits for an email to be confirmed. Who never enters a code would else be a recipient for ever. */
const PENDING_MS = 48 * 3_600_000;

/**
 * Compares every email subscriber with SNS's own list: SNS says neither when a person confirms nor when one leaves by the
 * link in each of its mails. Whom the list does not have is asked for by name before being taken as gone. Ten thousand
 * subscribers are a hundred calls.
 * @param timeIsUp asked before each subscriber; once true, the rest is left to the next run
 * @param fail told of each subscriber of whom SNS would not speak; the others are done
 */
export async function reconcile(
  wire: Wire,
  now: Date,
  timeIsUp: () => boolean,
  fail: (error: unknown) => void,
): Promise<{ confirmed: number; gone: number }> {
  const found = { confirmed: 0, gone: 0 };
  if (timeIsUp()) return found;
  const listed = new Map<string, boolean>();
  for await (const { subscriber, confirmed } of wire.carrier.subscriptions()) {
    if (timeIsUp()) return found;
    // An address subscribed twice to its topic is confirmed if one of the two is.
    listed.set(subscriber, confirmed || listed.get(subscriber) === true);
  }
  for await (const subscriber of wire.subscribers.all()) {
    if (timeIsUp()) return found;
    try {
      const news = await newsOf(wire, subscriber, listed.get(subscriber.id), now);
      if (!news) continue;
      const { state } = await learnStatus(wire, subscriber, news, now);
      if (state === 'confirmed' && subscriber.state === 'pending') found.confirmed++;
      if (state === 'unsubscribed') found.gone++;
    } catch (error) {
      fail(`${subscriber.id}: ${error}`);
    }
  }
  return found;
}

/** What is to be learned of a subscriber; undefined where the list agrees with what is written. */
async function newsOf(
  wire: Wire,
  { channel, state, subscriptionArn, updatedAt }: Subscriber,
  inList: boolean | undefined,
  now: Date,
): Promise<Learned | undefined> {
  if (state === 'unsubscribed') return undefined;
  const unchangedMs = now.getTime() - Date.parse(updatedAt);
  if (channel === 'sms') return state === 'pending' && unchangedMs > PENDING_MS ? 'expired' : undefined;
  if (!subscriptionArn || inList === (state === 'confirmed')) return undefined;
  if (inList === undefined && state === 'pending' && unchangedMs < SETTLED_MS) return undefined;
  return patiently(() => wire.carrier.subscriptionStatus(subscriptionArn));
}
