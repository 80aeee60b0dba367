import { formatAddress, type Subscriber, withWatches } from '../../core/subscriber/index.ts';
import type { Wire } from '../wire.ts';
import { OVERTAKEN, untilWritten } from './rounds.ts';
import { settleIfSnsAnswers } from './settle.ts';
import { listed, readWatches } from './watches.ts';

export type Watching =
  | { ok: true; subscriber: Subscriber; did: 'watches changed' | 'nothing'; words: string }
  | { ok: false; kind: 'unknown' | 'unsubscribed' | 'invalid'; reason: string };

/**
 * Gives a subscriber these watches in place of those it has: at least one, tags or queries of its own. A tag that the editors
 * have since removed may be kept by whoever watches it.
 */
export async function setWatches(wire: Wire, id: string, watches: readonly string[], now: Date): Promise<Watching> {
  return untilWritten<Watching>(id, async () => {
    const before = await wire.subscribers.get(id);
    if (!before) return { ok: false, kind: 'unknown', reason: 'there is no such subscriber' };
    const address = formatAddress(before.channel, before.to);
    if (before.state === 'unsubscribed') {
      return { ok: false, kind: 'unsubscribed', reason: `${address} is not subscribed: sign up again first` };
    }
    const read = await readWatches(wire, watches, before);
    if (!read.ok) return read;
    const next = withWatches(before, read.names, now, read.queries);
    const words = [`${address} now watches ${listed(next.watches)}.`, ...read.notes].join(' ');
    if (next.watches.join('\n') === before.watches.join('\n')) {
      const settled = await settleIfSnsAnswers(wire, before, now, { stale: 'all', before });
      return { ok: true, subscriber: settled, did: 'nothing', words };
    }
    if (!(await wire.subscribers.replace(before, next, true))) return OVERTAKEN;
    const settled = await settleIfSnsAnswers(wire, next, now, { stale: before.watches, before });
    return { ok: true, subscriber: settled, did: 'watches changed', words };
  });
}
