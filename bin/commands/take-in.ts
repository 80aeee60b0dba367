import { takeIn } from '../../aws/door.ts';
import type { Wire } from '../../aws/wire.ts';
import type { Article } from '../../core/article/index.ts';
import { plain } from './print.ts';
import type { Given, Refused } from './read-files.ts';

/** An article that is in: `known` where it was in before. */
export interface Taken {
  label: string;
  article: Article;
  known: boolean;
}

/**
 * Takes the articles in by the one door, one after the other, so that they are in the order in which they were given. One
 * given twice counts once. What the door refuses joins `refused`, and so does what was still to come when the signal was
 * aborted: nobody else knows of it.
 */
export async function takeInAll(
  wire: Wire,
  given: readonly Given[],
  signal?: AbortSignal,
): Promise<{ taken: Taken[]; refused: Refused[] }> {
  const taken = new Map<string, Taken>();
  const refused: Refused[] = [];
  for (const [at, { label, input }] of given.entries()) {
    if (signal?.aborted) {
      refused.push({ input: label, reason: 'not taken in: the run was stopped before its turn, so give it again' });
      continue;
    }
    const admission = await takeIn(wire, input, new Date());
    if (admission.kind === 'refused') refused.push({ input: label, reason: admission.reason });
    else if (!taken.has(admission.article.id)) {
      taken.set(admission.article.id, { label, article: admission.article, known: admission.kind === 'known' });
    }
    if (given.length > 20 && process.stderr.isTTY) process.stderr.write(`\r  ${at + 1} of ${given.length} taken in`);
  }
  if (given.length > 20 && process.stderr.isTTY) process.stderr.write('\n');
  return { taken: [...taken.values()], refused };
}

/** Names on standard error what was not taken in. */
export function nameRefused(refused: readonly Refused[]): void {
  for (const { input, reason } of refused) process.stderr.write(`${plain(input)}: ${plain(reason)}\n`);
}
