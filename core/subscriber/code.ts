import { sameSecret, sign } from './links.ts';
import type { Subscriber } from './subscriber.ts';

/** Five tries of a million codes, three codes an hour (see limits.ts): a stranger is right once in 66,000 hours. */
export const codeTriesAllowed = 5;
export const codeMinutes = 10;

/** Six digits. `random(max)` gives a whole number from 0 up to, not including, max, as node:crypto's `randomInt` does. */
export function makeCode(random: (max: number) => number): string {
  return String(random(1_000_000)).padStart(6, '0');
}

/** What is stored in place of the code. It is bound to the subscriber: one number's code confirms no other. */
export function hashCode(key: string, subscriber: string, code: string): string {
  return sign(key, 'code', subscriber, code);
}

export type CodeDecision =
  | { kind: 'confirmed' }
  | { kind: 'wrong'; triesLeft: number }
  | { kind: 'expired' }
  | { kind: 'too many tries' }
  | { kind: 'no code' }
  | { kind: 'already confirmed' };

/**
 * Whether a code confirms a number. Spaces and dashes in it are not minded.
 *
 * `subscriber` is as it was read before this try. So that a thousand guesses at once are not a thousand tries, the caller
 * first writes `withTry(subscriber)` on the condition that `codeHash` and `codeTries` are still those it read, and only
 * then acts on the decision.
 */
export function decideCode({
  subscriber,
  code,
  key,
  now,
}: {
  subscriber: Subscriber;
  code: string;
  key: string;
  now: Date | string;
}): CodeDecision {
  if (subscriber.codeHash === undefined || subscriber.codeExpiresAt === undefined) {
    return { kind: subscriber.state === 'confirmed' ? 'already confirmed' : 'no code' };
  }
  if (!(new Date(now).getTime() < new Date(subscriber.codeExpiresAt).getTime())) return { kind: 'expired' };
  const tries = subscriber.codeTries ?? 0;
  if (tries >= codeTriesAllowed) return { kind: 'too many tries' };
  const digits = code.normalize('NFKC').replace(/[\s\p{Pd}]/gu, '');
  if (/^\d{6}$/.test(digits) && sameSecret(hashCode(key, subscriber.id, digits), subscriber.codeHash)) {
    return { kind: 'confirmed' };
  }
  return { kind: 'wrong', triesLeft: codeTriesAllowed - tries - 1 };
}
