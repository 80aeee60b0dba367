import { formatAddress, type Subscriber, withWatches } from '../../core/subscriber/index.ts';
import type { Wire } from '../wire.ts';
import { OVERTAKEN, untilWritten } from './rounds.ts';
import { settleIfSnsAnswers } from './settle.ts';
import { listed, readTags } from './tag-names.ts';

export type Watching =
  | { ok: true; subscriber: Subscriber; did: 'watches changed' | 'nothing'; words: string }
  | { ok: false; kind: 'unknown' | 'unsubscribed' | 'invalid' | 'unknown tag'; reason: string };

/**
 * Gives a subscriber these watches in place of those it has. At least one; a tag that the editors have since removed may be
 * kept by whoever watches it.
 */
export async function setWatches(wire: Wire, id: string, watches: readonly string[], now: Date): Promise<Watching> {
  return untilWritten<Watching>(id, async () => {
    const before = await wire.subscribers.get(id);
    if (!before) return { ok: false, kind: 'unknown', reason: 'there is no such subscriber' };
    const address = formatAddress(before.channel, before.to);
    if (before.state === 'unsubscribed') {
      return { ok: false, kind: 'unsubscribed', reason: `${address} is not subscribed: sign up again first` };
    }
    const tags = await readTags(wire, watches, before.watches);
    if (!tags.ok) return tags;
    const next = withWatches(before, tags.names, now);
    const words = `${address} now watches ${listed(next.watches)}.`;
    if (next.watches.join('\n') === before.watches.join('\n')) {
      const settled = await settleIfSnsAnswers(wire, before, now, { stale: 'all', before });
      return { ok: true, subscriber: settled, did: 'nothing', words };
    }
    if (!(await wire.subscribers.replace(before, next, true))) return OVERTAKEN;
    const settled = await settleIfSnsAnswers(wire, next, now, { stale: before.watches, before });
    return { ok: true, subscriber: settled, did: 'watches changed', words };
  });
}
