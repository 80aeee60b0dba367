import { codeMinutes } from './code.ts';
import { subscriberId } from './identity.ts';
import type { Channel, Subscriber } from './subscriber.ts';

/** The life of a subscriber: each step is a new object, and none is written here. `now` is a Date or ISO 8601. */
type Now = Date | string;

/** Asked for, not yet confirmed. */
export function newSubscriber({
  channel,
  to,
  watches,
  queries = [],
  now,
}: {
  channel: Channel;
  to: string;
  watches: readonly string[];
  queries?: readonly string[];
  now: Now;
}): Subscriber {
  const at = iso(now);
  return {
    id: subscriberId(channel, to),
    channel,
    to,
    state: 'pending',
    watches: sorted(watches),
    ...(queries.length > 0 && { queries: sorted(queries) }),
    createdAt: at,
    updatedAt: at,
  };
}

/**
 * Other watches in place of those it had: sorted, each once. `queries` are those of them that are newly own queries; what was one
 * before, and is still watched, stays one.
 */
export function withWatches(
  { queries: before = [], ...subscriber }: Subscriber,
  watches: readonly string[],
  now: Now,
  queries: readonly string[] = [],
): Subscriber {
  const own = sorted([...before, ...queries]).filter((query) => watches.includes(query));
  return {
    ...subscriber,
    watches: sorted(watches),
    ...(own.length > 0 && { queries: own }),
    updatedAt: iso(now),
  };
}

/** Asked for once more by somebody unsubscribed: pending again, since the old consent is gone. Others stay what they are. */
export function askedAgain(subscriber: Subscriber, now: Now): Subscriber {
  if (subscriber.state !== 'unsubscribed') return { ...subscriber, updatedAt: iso(now) };
  const { reason, unsubscribedAt, confirmedAt, subscriptionArn, ...kept } = withoutCode(subscriber);
  return { ...kept, state: 'pending', updatedAt: iso(now) };
}

/** A code was made (`codeHash` from `hashCode`): it is good for ten minutes, and its tries begin anew. */
export function withCode(subscriber: Subscriber, codeHash: string, now: Now): Subscriber {
  const expires = new Date(new Date(now).getTime() + codeMinutes * 60_000);
  return { ...subscriber, codeHash, codeExpiresAt: expires.toISOString(), codeTries: 0, updatedAt: iso(now) };
}

/** One try of the code is taken: written before the code is looked at, see `decideCode`. */
export function withTry(subscriber: Subscriber, now: Now): Subscriber {
  return { ...subscriber, codeTries: (subscriber.codeTries ?? 0) + 1, updatedAt: iso(now) };
}

/** Confirmed by its owner: for email with SNS's subscription. The code is used up. */
export function confirmed(subscriber: Subscriber, now: Now, subscriptionArn?: string): Subscriber {
  const at = iso(now);
  const { reason, unsubscribedAt, ...kept } = withoutCode(subscriber);
  return {
    ...kept,
    state: 'confirmed',
    ...(subscriptionArn !== undefined && { subscriptionArn }),
    confirmedAt: subscriber.state === 'confirmed' ? (subscriber.confirmedAt ?? at) : at,
    updatedAt: at,
  };
}

/**
 * Never alerted again. `reason` in words, as `why` prints it. Watches stay, for `why`, and so do the topic and the
 * subscription, which the caller has yet to take away. Somebody already unsubscribed keeps the first reason and time.
 */
export function unsubscribed(subscriber: Subscriber, reason: string, now: Now): Subscriber {
  const at = iso(now);
  if (subscriber.state === 'unsubscribed') return subscriber;
  return { ...withoutCode(subscriber), state: 'unsubscribed', reason, unsubscribedAt: at, updatedAt: at };
}

function withoutCode(subscriber: Subscriber): Subscriber {
  const { codeHash, codeExpiresAt, codeTries, ...kept } = subscriber;
  return kept;
}

/** By code unit, so that the order does not depend on where it is sorted. */
function sorted(watches: readonly string[]): string[] {
  return [...new Set(watches.map((watch) => watch.trim()).filter(Boolean))].sort();
}

function iso(now: Now): string {
  return new Date(now).toISOString();
}
