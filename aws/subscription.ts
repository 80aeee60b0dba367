import { confirmed, type Subscriber, unsubscribed } from '../core/subscriber/index.ts';
import type { Wire } from './wire.ts';

/** What SNS says of an address: of its subscription, or that its owner replied STOP. */
export type Learned = 'confirmed' | 'pending' | 'gone' | 'opted out';

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
  }
}

/** SNS's list may lag behind what was subscribed a moment ago. */
const SETTLED_MS = 10 * 60_000;

/**
 * Compares every email subscriber with SNS's own list: SNS says neither when a person confirms nor when one leaves by the
 * link in each of its mails. Whom the list does not have is asked for by name before being taken as gone. Ten thousand
 * subscribers are a hundred calls.
 */
export async function reconcile(wire: Wire, now: Date): Promise<{ confirmed: number; gone: number }> {
  const listed = new Map<string, boolean>();
  for await (const { subscriber, confirmed } of wire.carrier.subscriptions()) {
    // An address subscribed twice to its topic is confirmed if one of the two is.
    listed.set(subscriber, confirmed || listed.get(subscriber) === true);
  }
  const found = { confirmed: 0, gone: 0 };
  for await (const subscriber of wire.subscribers.all()) {
    if (subscriber.channel !== 'email' || subscriber.state === 'unsubscribed' || !subscriber.subscriptionArn) continue;
    const inList = listed.get(subscriber.id);
    if (inList === (subscriber.state === 'confirmed')) continue;
    if (inList === undefined && now.getTime() - Date.parse(subscriber.updatedAt) < SETTLED_MS) continue;
    const status = await wire.carrier.subscriptionStatus(subscriber.subscriptionArn);
    const { state } = await learnStatus(wire, subscriber, status, now);
    if (state === 'confirmed' && subscriber.state === 'pending') found.confirmed++;
    if (state === 'unsubscribed') found.gone++;
  }
  return found;
}
