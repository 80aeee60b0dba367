import type { Published } from '../../aws/snapshot.ts';

/** With so many changes the delta that `tag` builds for itself begins to cost each article something. */
const MANY_CHANGES = 1_000;
/** Rules for which the index is built anew at most once a second: a million, every seventeen minutes. */
const RULES_A_SECOND = 1_000;

/**
 * Whether it is worth while to compile now. What has changed is in force without it, and to read and build a million rules for
 * each new watch would cost more than everything else: about a cent each time. A tag's change is always due, for queries that
 * are made of that tag (`tag:`) have it only from the next index.
 */
export function isDue(
  published: Published | undefined,
  changes: { count: number; ofTag: boolean },
  now: Date,
): boolean {
  if (!published || changes.ofTag || changes.count >= MANY_CHANGES) return true;
  if (changes.count === 0) return false;
  const age = now.getTime() - Date.parse(published.compiledAt);
  return !(age < (published.rules / RULES_A_SECOND) * 1000);
}
