import { setTimeout as pause } from 'node:timers/promises';
import type { StoredArticle } from '../../aws/articles.ts';
import type { Wire } from '../../aws/wire.ts';
import type { Send } from '../../core/ledger/index.ts';

/** An article and what became of its recipients so far. */
export interface Followed {
  article: StoredArticle;
  /** Every item that the ledger has of it, oldest first. */
  sends: Send[];
  /** Nothing more happens by itself: every recipient is settled, or laid aside. */
  atRest: boolean;
}

/** Articles looked at in one round: the wire works them off in about the order in which they came. */
const AT_ONCE = 10;
/** With nothing new for this long, whoever waits is told what for, and again after each such time. */
const TELL_MS = 10_000;

/**
 * Waits until the articles are at rest: tagged, handed out, and each recipient settled in the ledger. Calls `atRest` for each
 * in the order given, and `waiting` when nothing has moved for a while. Returns the ids of those that are not at rest when
 * `patienceMs` went by with nothing new, or the signal came.
 */
export async function follow(
  wire: Wire,
  ids: readonly string[],
  {
    signal,
    patienceMs,
    everyMs = 100,
    atRest,
    waiting,
  }: {
    signal: AbortSignal;
    patienceMs: number;
    /** Between two looks. */
    everyMs?: number;
    atRest: (followed: Followed) => Promise<void>;
    waiting: (followed: Followed[]) => void;
  },
): Promise<string[]> {
  const open = [...ids];
  const known = new Map<string, Followed>();
  let trace = '';
  let moved = Date.now();
  let told = moved;
  while (open.length > 0 && !signal.aborted) {
    const looked = await Promise.all(open.slice(0, AT_ONCE).map((id) => look(wire, id, known.get(id))));
    for (const followed of looked) known.set(followed.article.id, followed);
    while (open[0] !== undefined && known.get(open[0])?.atRest) {
      await atRest(known.get(open[0])!);
      open.shift();
    }
    const seen = `${open.length} ${looked.map(traceOf).join()}`;
    const now = Date.now();
    if (seen !== trace) {
      trace = seen;
      moved = now;
      told = now;
    }
    if (open.length === 0 || now - moved > patienceMs) break;
    if (now - told > TELL_MS) {
      told = now;
      waiting(looked.filter((followed) => !followed.atRest));
    }
    await pause(everyMs, undefined, { signal }).catch(() => {});
  }
  return open;
}

/** Reads an article's state and its ledger as they stand. @throws where there is no such article */
export async function look(wire: Wire, id: string, before?: Followed): Promise<Followed> {
  if (before?.atRest) return before;
  const article = await wire.articles.get(id);
  if (!article) throw new Error(`the article ${id} is no longer there`);
  const sends = article.state === 'accepted' ? [] : await wire.sends.byArticle(id);
  const resting = sends.filter(isAtRest).length;
  return { article, sends, atRest: article.state === 'done' && resting >= (article.recipients ?? 0) };
}

/** Settled, or held without a time: then it is laid aside in the dead-letter queue. */
function isAtRest({ state, dueAt }: Send): boolean {
  return state === 'sent' || state === 'suppressed' || state === 'failed' || (state === 'held' && dueAt === undefined);
}

const traceOf = ({ article, sends }: Followed) =>
  `${article.id}${article.state}${article.recipients}${sends.map(({ state, attempts }) => state + attempts).join()}`;
