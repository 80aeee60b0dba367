import type { Send } from './send.ts';

/** What a worker that has an alert to send wants to write: the send, before it is claimed. */
export type Wanted = Pick<
  Send,
  'subscriber' | 'story' | 'channel' | 'article' | 'to' | 'matched' | 'subject' | 'text' | 'segments'
>;

/**
 * Longer than the `alert` function may run (30 s), so that no worker alive can lose its claim: a lease that has run out
 * means that its worker crashed, or never learned what SNS answered.
 */
export const LEASE_SECONDS = 60;

/** Real failures before a message is laid aside in the dead-letter queue. */
export const MAX_FAILURES = 5;

/**
 * What to do about one send, seen as it stands in the ledger.
 * `claim`: write `next` over what was seen, and if that succeeds call SNS.
 * `settled`: nothing more is to be done; `send` says why.
 * `wait`: not before `until` (another worker has it, or its time has not come).
 * `poison`: write `next`, and lay the message aside.
 */
export type ClaimDecision =
  | { kind: 'claim'; next: Send }
  | { kind: 'settled'; send: Send }
  | { kind: 'wait'; until: string }
  | { kind: 'poison'; next: Send; error: string };

/** Decides about a send from what the ledger holds for it (undefined: nothing). */
export function decideClaim(seen: Send | undefined, wanted: Wanted, now: Date): ClaimDecision {
  const at = now.toISOString();
  if (!seen) {
    return {
      kind: 'claim',
      next: { ...wanted, state: 'claimed', attempts: 1, failures: 0, createdAt: at, at, dueAt: leaseEnd(now) },
    };
  }
  if (seen.state === 'claimed') {
    if (seen.dueAt !== undefined && seen.dueAt > at) return { kind: 'wait', until: seen.dueAt };
    // Its worker is gone, or SNS's answer was lost: SNS may have accepted, so whatever goes out now may be the second.
    const taken = { ...seen, failures: seen.failures + 1, maybeDuplicate: true };
    const error = seen.reason ?? 'the worker that had claimed it stopped before it wrote the outcome';
    if (taken.failures >= MAX_FAILURES) return { kind: 'poison', next: layAside(taken, error, now), error };
    return { kind: 'claim', next: claimAnew(taken, wanted, now) };
  }
  if (seen.state === 'held') {
    if (seen.dueAt !== undefined && seen.dueAt > at) return { kind: 'wait', until: seen.dueAt };
    return { kind: 'claim', next: claimAnew(seen, wanted, now) };
  }
  return { kind: 'settled', send: seen };
}

function claimAnew(seen: Send, wanted: Wanted, now: Date): Send {
  const { reason: _reason, ...kept } = seen;
  return {
    ...kept,
    ...wanted,
    state: 'claimed',
    attempts: seen.attempts + 1,
    at: now.toISOString(),
    dueAt: leaseEnd(now),
  };
}

const leaseEnd = (now: Date) => new Date(now.getTime() + LEASE_SECONDS * 1000).toISOString();

/**
 * What became of one call to SNS.
 * `accepted`: SNS answered with a MessageId. `refused`: for good, with SNS's reason. `gone`: there is nobody to tell.
 * `later`: surely not accepted, and worth trying again: a throttle, or SNS out of reach. `unanswered`: it may have been
 * accepted. `broken`: surely not accepted, through a fault of ours (rights, a malformed call).
 */
export type Outcome =
  | { kind: 'accepted'; messageId: string }
  | { kind: 'refused'; reason: string }
  | { kind: 'gone'; reason: string }
  | { kind: 'later'; reason: string }
  | { kind: 'unanswered'; reason: string }
  | { kind: 'broken'; reason: string };

/**
 * What to write of a claimed send after its call, and what to do with its message: `done` takes it off the queue, `back`
 * gives it back until `next.dueAt`, `dead` lays it aside.
 * @param jitter from 0 to 1, at random, so that a crowd that was refused together does not come back together
 */
export function decideOutcome(
  claimed: Send,
  outcome: Outcome,
  now: Date,
  jitter: number,
): { kind: 'done' | 'back'; next: Send } | { kind: 'dead'; next: Send; error: string } {
  const at = now.toISOString();
  const settled = ({ dueAt: _dueAt, reason: _reason, ...send }: Send): Send => ({ ...send, at });
  switch (outcome.kind) {
    case 'accepted':
      return { kind: 'done', next: { ...settled(claimed), state: 'sent', messageId: outcome.messageId } };
    case 'refused':
      return { kind: 'done', next: { ...settled(claimed), state: 'failed', reason: outcome.reason } };
    case 'gone':
      return { kind: 'done', next: { ...settled(claimed), state: 'suppressed', reason: outcome.reason } };
    case 'unanswered':
      // Still claimed until the lease ends: then it is claimed anew, and marked as perhaps the second.
      return { kind: 'back', next: { ...claimed, reason: outcome.reason } };
    case 'later': {
      const dueAt = new Date(now.getTime() + backoffSeconds(claimed.attempts, jitter) * 1000).toISOString();
      return { kind: 'back', next: { ...claimed, state: 'held', reason: outcome.reason, at, dueAt } };
    }
    case 'broken':
      return failed(claimed, outcome.reason, now, jitter);
  }
}

/**
 * A real failure before SNS was reached: counted in the ledger and tried again with backoff, and laid aside after
 * {@link MAX_FAILURES}.
 */
export function failed(
  send: Send,
  error: string,
  now: Date,
  jitter: number,
): { kind: 'back'; next: Send } | { kind: 'dead'; next: Send; error: string } {
  const counted = { ...send, failures: send.failures + 1 };
  if (counted.failures >= MAX_FAILURES) return { kind: 'dead', next: layAside(counted, error, now), error };
  const dueAt = new Date(now.getTime() + backoffSeconds(counted.failures, jitter) * 1000).toISOString();
  return { kind: 'back', next: { ...counted, state: 'held', reason: error, at: now.toISOString(), dueAt } };
}

/** Held without a time: nothing moves it but `bellwire dlq redrive`. */
function layAside(send: Send, error: string, now: Date): Send {
  const { dueAt: _dueAt, ...kept } = send;
  return {
    ...kept,
    state: 'held',
    reason: `failed ${send.failures} times, now in the dead-letter queue: ${error}`,
    at: now.toISOString(),
  };
}

/** Seconds to wait before the next try: 5, 10, 20 … up to 15 minutes, between half and the whole of it. */
export function backoffSeconds(attempts: number, jitter: number): number {
  const whole = Math.min(900, 5 * 2 ** Math.min(20, attempts - 1));
  return whole * (0.5 + jitter / 2);
}
