import type { TagMatch } from '../article/article.ts';
import type { Subscriber } from '../subscriber/subscriber.ts';
import type { Matched, Send } from './send.ts';

/** Whether somebody who was found to watch an article is to be told of it; if not, why, in words. */
export type RecipientDecision = { kind: 'alert'; matched: Matched[] } | { kind: 'suppress'; reason: string };

/**
 * Decides about one recipient of an article.
 * @param matched every tag that the article met
 * @param subscriber as it stands now; undefined where it is no longer there
 */
export function decideRecipient(matched: TagMatch[], subscriber: Subscriber | undefined): RecipientDecision {
  if (!subscriber) return { kind: 'suppress', reason: 'no such subscriber any more' };
  if (subscriber.state === 'unsubscribed') return { kind: 'suppress', reason: unsubscribedReason(subscriber) };
  if (subscriber.state === 'pending') return { kind: 'suppress', reason: 'not confirmed yet' };
  const met = metWatches(matched, subscriber);
  if (met.length === 0) return { kind: 'suppress', reason: 'no longer watches a tag that the article met' };
  return { kind: 'alert', matched: met };
}

/** The watches of a subscriber that an article with these tags met. A watch is, so far, the name of a tag. */
export function metWatches(matched: TagMatch[], subscriber: Subscriber): Matched[] {
  return matched.filter(({ tag }) => subscriber.watches.includes(tag)).map((match) => ({ ...match, watch: match.tag }));
}

export function unsubscribedReason(subscriber: Subscriber): string {
  const when = subscriber.unsubscribedAt ? ` on ${inWords(subscriber.unsubscribedAt)}` : '';
  return `unsubscribed${when}${subscriber.reason ? ` (${subscriber.reason})` : ''}`;
}

/**
 * The ledger's item for a recipient who is not told; undefined where the send is settled already, or another worker has it
 * under a lease that still runs.
 */
export function suppress(
  seen: Send | undefined,
  wanted: Pick<Send, 'subscriber' | 'story' | 'channel' | 'article' | 'to' | 'matched'>,
  reason: string,
  now: Date,
): Send | undefined {
  const at = now.toISOString();
  if (!seen) return { ...wanted, state: 'suppressed', reason, attempts: 0, failures: 0, createdAt: at, at };
  if (seen.state !== 'held' && seen.state !== 'claimed') return undefined;
  if (seen.state === 'claimed' && seen.dueAt !== undefined && seen.dueAt > at) return undefined;
  const { dueAt: _dueAt, ...kept } = seen;
  // One marked as perhaps a duplicate says so by its mark.
  const perhaps =
    seen.state === 'claimed' && !seen.maybeDuplicate
      ? '; an earlier attempt got no answer, so it may have come all the same'
      : '';
  return { ...kept, state: 'suppressed', reason: reason + perhaps, at };
}

/** `19 July 2021, 16:20 UTC`. */
export function inWords(instant: string): string {
  const date = new Date(instant);
  return `${day.format(date)}, ${time.format(date)} UTC`;
}

const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });
const time = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone: 'UTC' });
