import { type Subscriber, unsubscribed } from '../../core/subscriber/index.ts';
import { readFailure } from '../sns.ts';
import type { Wire } from '../wire.ts';
import { OVERTAKEN, untilWritten } from './rounds.ts';
import { fromSns, orUnavailable, SnsUnavailable } from './sns-answers.ts';
import { allTags } from './watches.ts';

/**
 * Completes what was left half-way with one subscriber; may be done again at any time without harm. Returns it as it then
 * stands, or undefined where there is none. Throws where a service fails: the next run tries again.
 */
export async function finish(wire: Wire, id: string, now: Date): Promise<Subscriber | undefined> {
  return settle(wire, id, now, { stale: 'all' });
}

export interface Unsettled {
  /**
   * What else than its former watches the subscriber may have a row of, that it should no longer have; `all` where that is not
   * known.
   */
  stale: readonly string[] | 'all';
  /** As it was before the change that is to be settled. */
  before?: Subscriber | undefined;
}

/** Makes watches and SNS agree with what is written of the subscriber, then takes it out of the index of open ones. */
export async function settle(
  wire: Wire,
  id: string,
  now: Date,
  { stale, before }: Unsettled,
): Promise<Subscriber | undefined> {
  let doubtful = stale;
  let tookTopicAway = false;
  /** What earlier rounds have perhaps put in place. */
  const tried = new Set<string>();
  return untilWritten(id, async () => {
    const seen = await wire.subscribers.get(id);
    if (!seen) return undefined;
    for (const watch of [...seen.watches, ...(seen.formerWatches ?? [])]) tried.add(watch);
    const isLost = tookTopicAway || (doubtful === 'all' && (await isGone(wire, seen)));
    const next = await carryOut(
      wire,
      isLost ? yetToBeAsked(seen) : seen,
      [...tried, ...(doubtful === 'all' ? await allTags(wire) : doubtful)],
      now,
    );
    if (await wire.subscribers.replace(seen, next, isCrowded(before, now))) {
      return { ...next, revision: (seen.revision ?? 0) + 1 };
    }
    // Somebody has written since, and may have set up what was just taken away: what is written now is to be made true.
    doubtful = 'all';
    tookTopicAway ||= seen.channel === 'email' && seen.state === 'unsubscribed';
    return OVERTAKEN;
  });
}

/** For a change that stands even if SNS cannot be reached: `recover` then does the rest. */
export async function settleIfSnsAnswers(
  wire: Wire,
  written: Subscriber,
  now: Date,
  unsettled: Unsettled,
): Promise<Subscriber> {
  const settled = await orUnavailable(settle(wire, written.id, now, unsettled));
  return settled === 'unavailable' || !settled ? written : settled;
}

/**
 * Whether the writer before may still be at work (a function lives half a minute). Should it take away what was set up
 * after it, and then stop before it noticed, nobody would know: so the subscriber stays open, for `recover` to look at
 * once more when all is quiet.
 */
function isCrowded(before: Subscriber | undefined, now: Date): boolean {
  return before !== undefined && now.getTime() - Date.parse(before.updatedAt) < CROWDED_MS;
}

const CROWDED_MS = 60_000;

/** Whether the confirmation that somebody is asked for cannot be given any more: its topic was deleted meanwhile. */
async function isGone(wire: Wire, { channel, state, subscriptionArn }: Subscriber): Promise<boolean> {
  if (channel !== 'email' || state !== 'pending' || !subscriptionArn) return false;
  return (await fromSns(wire.carrier.subscriptionStatus(subscriptionArn))) === 'gone';
}

/** Without its subscription, a pending subscriber is one whose confirmation is yet to be sent; others stay as they are. */
export function yetToBeAsked(subscriber: Subscriber): Subscriber {
  if (subscriber.state !== 'pending') return subscriber;
  const { subscriptionArn: _subscriptionArn, ...rest } = subscriber;
  return rest;
}

async function carryOut(wire: Wire, seen: Subscriber, stale: readonly string[], now: Date): Promise<Subscriber> {
  if (seen.state === 'unsubscribed') {
    const next = seen.channel === 'email' ? await endSubscription(wire, seen) : seen;
    await removeWatches(wire, [...new Set([...seen.watches, ...stale])], seen.id, now);
    return next;
  }
  await each(seen.watches, (watch) => wire.watches.add(watch, seen.id));
  await each(seen.queries ?? [], (query) => wire.queries.keep(query, now));
  const gone = [...new Set(stale)].filter((watch) => !seen.watches.includes(watch));
  await removeWatches(wire, gone, seen.id, now);
  if (seen.channel === 'email' && seen.state === 'pending' && !seen.subscriptionArn) {
    return askToConfirm(wire, seen, now);
  }
  return seen;
}

/** Takes watches away, and with the last watch of an own query the query. */
async function removeWatches(wire: Wire, watches: string[], subscriber: string, now: Date): Promise<void> {
  if (watches.length === 0) return;
  await each(watches, (watch) => wire.watches.remove(watch, subscriber));
  const own = await wire.queries.read(watches);
  await each(own, ({ name }) => wire.queries.release(name, () => wire.watches.isWatched(name), now));
}

async function askToConfirm(wire: Wire, seen: Subscriber, now: Date): Promise<Subscriber> {
  const topicArn = await fromSns(wire.carrier.createTopic(seen.id));
  try {
    const subscriptionArn = await fromSns(wire.carrier.subscribeEmail(topicArn, seen.to));
    return { ...seen, topicArn, subscriptionArn };
  } catch (error) {
    if (error instanceof SnsUnavailable) throw error;
    const failure = readFailure(error);
    if (failure.kind !== 'refused') throw error;
    // It will never take this address: to try for ever would help nobody.
    const refused = unsubscribed({ ...seen, topicArn }, failure.reason, now);
    return carryOut(wire, refused, [], now);
  }
}

async function endSubscription(wire: Wire, seen: Subscriber): Promise<Subscriber> {
  // It may have been made by somebody who stopped before its ARN was written; the name says which it would be.
  const topicArn = seen.topicArn ?? (await fromSns(wire.carrier.createTopic(seen.id)));
  // By itself, for DeleteTopic has been seen to leave subscriptions behind: https://github.com/boto/boto3/issues/2244
  if (seen.subscriptionArn) await fromSns(wire.carrier.unsubscribe(seen.subscriptionArn));
  await fromSns(wire.carrier.deleteTopic(topicArn));
  return { ...seen, topicArn };
}

/** Waits for all, ten at a time, before it throws what one of them threw. */
async function each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  for (let start = 0; start < items.length; start += 10) {
    const results = await Promise.allSettled(items.slice(start, start + 10).map(work));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }
}
