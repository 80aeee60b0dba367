import { finish } from '../../aws/signup.ts';
import { reconcile } from '../../aws/subscription.ts';
import type { Wire } from '../../aws/wire.ts';

/** What one run found and moved on. */
export interface Recovered {
  /** Articles that were stored, or half handed out, and put on `incoming` again. */
  articles: number;
  /** Claims whose lease ran out and held sends whose time came, put on `outgoing` again. */
  sends: number;
  /** Changes of tags and queries that waited for `compile`, of which it was woken once more. */
  changes: number;
  /** Subscribers whose sign-up or leaving was finished. */
  subscribers: number;
  /** Email subscribers that SNS says have confirmed; those that it no longer holds, and numbers never confirmed. */
  confirmed: number;
  gone: number;
  /** Steps that failed, in words; the next run tries them again. */
  errors: string[];
}

/** Older than this, what is open is taken to have stopped: the queues bring back their own within minutes. */
const STOPPED_MS = 2 * 60_000;
/** So long a send is left to its message, which the queue brings back within three minutes, and which may be waiting in a line. */
const OVERDUE_MS = 5 * 60_000;
/** A send that was put back on the queue is not put there again for this long, however slow the queue is. */
const REQUEUED_MS = 30 * 60_000;
/** Enough to see what is wrong; with a service down, everything that is open fails. */
const MAX_ERRORS = 20;

/**
 * Finds whatever stopped half way and sets it going again. Every step is one that may be done twice, so nothing is lost by
 * a run that stops in the middle, or by two at once.
 * @param timeIsUp asked before each piece of work; once true, the rest is left to the next run
 */
export async function recover(wire: Wire, now: Date, timeIsUp: () => boolean): Promise<Recovered> {
  const found: Recovered = { articles: 0, sends: 0, changes: 0, subscribers: 0, confirmed: 0, gone: 0, errors: [] };
  const ago = (ms: number) => new Date(now.getTime() - ms);
  const fail = (step: string, error: unknown) => {
    if (found.errors.length === MAX_ERRORS) return;
    console.error(JSON.stringify({ message: `recover: ${step} failed`, error: String(error) }));
    found.errors.push(`${step}: ${error}`);
  };
  // One that fails, or one service that is down, must not keep the others waiting at this run and every later one.
  const each = async <T>(step: string, items: AsyncIterable<T>, work: (item: T) => Promise<void>) => {
    try {
      for await (const item of items) {
        if (timeIsUp()) return;
        await work(item).catch((error) => fail(step, error));
      }
    } catch (error) {
      fail(step, error);
    }
  };

  await each('articles', wire.articles.open(ago(STOPPED_MS)), async (article) => {
    if (!(await wire.articles.hasStopped(article, now))) return;
    await wire.incoming.send({ article });
    // Afterwards, so that a crash between the two sends a message too many rather than none; for sends likewise.
    await wire.articles.markRequeued(article, now);
    found.articles++;
  });
  await each('subscribers', wire.subscribers.open(ago(STOPPED_MS)), async (subscriber) => {
    await finish(wire, subscriber, now);
    found.subscribers++;
  });
  await wakeForOldChanges(wire, ago(STOPPED_MS))
    .then((changes) => Object.assign(found, { changes }))
    .catch((error) => fail('changes', error));
  const failReconciling = (error: unknown) => fail('reconciliation with SNS', error);
  await reconcile(wire, now, timeIsUp, failReconciling)
    .then((reconciled) => Object.assign(found, reconciled))
    .catch(failReconciling);
  // The last step: after an outage there may be more of them than one run has time for.
  await each('sends', wire.sends.due(ago(OVERDUE_MS)), async (send) => {
    if (send.requeuedAt && send.requeuedAt > ago(REQUEUED_MS).toISOString()) return;
    await wire.outgoing.send({ article: send.article, subscriber: send.subscriber });
    await wire.sends.replace(send, { ...send, requeuedAt: now.toISOString() });
    found.sends++;
  });
  return found;
}

/** More are not counted. */
const COUNTED = 1000;

/**
 * Wakes `compile` where changes have waited since before `before`: its message was lost, or it was not worth while then.
 * Returns how many wait.
 */
async function wakeForOldChanges({ tags, queries, changes }: Wire, before: Date): Promise<number> {
  let count = 0;
  for (const table of [tags, queries]) {
    for await (const { version } of table.changed()) {
      // Oldest first; a version begins with its time.
      if (version >= before.toISOString() || count === COUNTED) break;
      count++;
    }
  }
  if (count > 0) await changes.send({});
  return count;
}
