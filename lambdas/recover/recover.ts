import { finish } from '../../aws/signup.ts';
import { reconcile } from '../../aws/subscription.ts';
import type { Wire } from '../../aws/wire.ts';

/** What one run found and moved on. */
export interface Recovered {
  /** Articles that were stored, or half handed out, and put on `incoming` again. */
  articles: number;
  /** Claims whose lease ran out and held sends whose time came, put on `outgoing` again. */
  sends: number;
  /** Subscribers whose sign-up or leaving was finished. */
  subscribers: number;
  /** Email subscribers that SNS says have confirmed, and that it no longer holds. */
  confirmed: number;
  gone: number;
  /** Steps that failed, in words; the next run tries them again. */
  errors: string[];
}

/** Older than this, what is open is taken to have stopped: the queues bring back their own within minutes. */
const STOPPED_MS = 2 * 60_000;
/** A send that was put back on the queue is not put there again for this long, however slow the queue is. */
const REQUEUED_MS = 30 * 60_000;

/**
 * Finds whatever stopped half way and sets it going again. Every step is one that may be done twice, so nothing is lost by
 * a run that stops in the middle, or by two at once.
 */
export async function recover(wire: Wire, now: Date, timeIsUp: () => boolean): Promise<Recovered> {
  const found: Recovered = { articles: 0, sends: 0, subscribers: 0, confirmed: 0, gone: 0, errors: [] };
  const stopped = new Date(now.getTime() - STOPPED_MS);
  const step = async (name: string, work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      // One service that is down must not keep the other steps from being done.
      console.error(JSON.stringify({ message: `recover: ${name} failed`, error: String(error) }));
      found.errors.push(`${name}: ${error}`);
    }
  };

  await step('articles', async () => {
    for await (const article of wire.articles.open(stopped)) {
      if (timeIsUp()) return;
      if (!(await wire.articles.mayRequeue(article, now))) continue;
      await wire.incoming.send({ article });
      found.articles++;
    }
  });
  await step('sends', async () => {
    const at = now.toISOString();
    for await (const send of wire.sends.due(now)) {
      if (timeIsUp()) return;
      if (send.requeuedAt && now.getTime() - Date.parse(send.requeuedAt) < REQUEUED_MS) continue;
      await wire.outgoing.send({ article: send.article, subscriber: send.subscriber });
      // Afterwards, so that a crash between the two sends a message too many rather than none.
      await wire.sends.replace(send, { ...send, requeuedAt: at });
      found.sends++;
    }
  });
  await step('subscribers', async () => {
    for await (const subscriber of wire.subscribers.open(stopped)) {
      if (timeIsUp()) return;
      await finish(wire, subscriber, now);
      found.subscribers++;
    }
  });
  await step('reconciliation with SNS', async () => {
    Object.assign(found, await reconcile(wire, now));
  });
  return found;
}
