import { type Article, admitArticle } from '../core/article/index.ts';
import { MAX_COMPRESSED_BYTES } from './articles.ts';
import type { Wire } from './wire.ts';

/**
 * `accepted`: stored, and tagged in effect once from here on. `known`: the same article came in before; nothing was done.
 * `refused`: for a reason that whoever sent it can act on.
 */
export type Admission = { kind: 'accepted' | 'known'; article: Article } | { kind: 'refused'; reason: string };

/**
 * The one door by which an article comes in, whoever brings it: cleaned, identified, stored, its id put on the queue
 * `incoming`. Throws only where it could not be stored: whoever brings it must then try again.
 */
export async function takeIn(wire: Wire, input: unknown, now: Date): Promise<Admission> {
  const admitted = admitArticle(input);
  if (!admitted.ok) return { kind: 'refused', reason: admitted.reason };
  const { article } = admitted;
  const stored = await wire.articles.put(article, now);
  if (stored.kind === 'too large') {
    return {
      kind: 'refused',
      reason: `the text is too large to keep: ${Math.ceil(stored.bytes / 1024)} KiB even compressed, and ${MAX_COMPRESSED_BYTES / 1024} KiB is the most`,
    };
  }
  if (stored.kind === 'known') return { kind: 'known', article };
  try {
    await wire.incoming.send({ article: article.id });
  } catch (error) {
    // It is stored as `accepted`, and `recover` puts on the queue what is not there: to refuse it now would be untrue.
    console.warn(JSON.stringify({ message: 'stored, but not queued', article: article.id, error: String(error) }));
  }
  return { kind: 'accepted', article };
}
