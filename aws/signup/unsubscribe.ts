import { formatAddress, type Subscriber, unsubscribed, withWatches } from '../../core/subscriber/index.ts';
import type { Wire } from '../wire.ts';
import { OVERTAKEN, untilWritten } from './rounds.ts';
import { settleIfSnsAnswers } from './settle.ts';
import { findWatch, listed } from './watches.ts';

export type Leaving =
  | { ok: true; subscriber: Subscriber; did: 'unsubscribed' | 'watch removed' | 'nothing'; words: string }
  | { ok: false; kind: 'unknown'; reason: string };

/**
 * Ends all alerts to a subscriber, from the first write on; with `watch`, those of one tag or own query, and
 * all where none is left.
 * What is to be taken away in SNS may wait for `recover`.
 * @param leaving.reason in words, as `why` prints it
 */
export async function unsubscribe(
  wire: Wire,
  leaving: { id: string; reason: string; watch?: string | undefined },
  now: Date,
): Promise<Leaving> {
  const { id, reason } = leaving;
  return untilWritten<Leaving>(id, async () => {
    const before = await wire.subscribers.get(id);
    if (!before) return { ok: false, kind: 'unknown', reason: 'there is no such subscriber' };
    const address = formatAddress(before.channel, before.to);
    const watch = leaving.watch === undefined ? undefined : (findWatch(before.watches, leaving.watch) ?? leaving.watch);
    const words =
      before.state === 'unsubscribed'
        ? `${address} gets no alerts.`
        : watch !== undefined && !before.watches.includes(watch)
          ? `${address} does not watch ${watch}.`
          : undefined;
    if (words !== undefined) {
      // An earlier call may have stopped before all was taken away.
      const subscriber = await settleIfSnsAnswers(wire, before, now, { stale: 'all', before });
      return { ok: true, subscriber, did: 'nothing', words };
    }
    const left = watch === undefined ? [] : before.watches.filter((name) => name !== watch);
    const next = left.length > 0 ? withWatches(before, left, now) : unsubscribed(before, reason, now);
    if (!(await wire.subscribers.replace(before, next, true))) return OVERTAKEN;
    const subscriber = await settleIfSnsAnswers(wire, next, now, { stale: before.watches, before });
    return left.length > 0
      ? { ok: true, subscriber, did: 'watch removed', words: `${address} now watches ${listed(left)}.` }
      : { ok: true, subscriber, did: 'unsubscribed', words: `${address} gets no more alerts.` };
  });
}
