import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  decideClaim,
  decideOutcome,
  explainWhy,
  MAX_FAILURES,
  type Outcome,
  type Send,
  suppress,
  type Wanted,
} from '../../core/ledger/index.ts';
import type { Subscriber } from '../../core/subscriber/index.ts';

const start = Date.parse('2026-11-24T10:00:00.000Z');

const ana: Subscriber = {
  id: 'ana000000000',
  channel: 'email',
  to: 'ana@example.org',
  state: 'confirmed',
  watches: ['china'],
  createdAt: '2026-11-01T00:00:00.000Z',
  updatedAt: '2026-11-01T00:00:00.000Z',
};
const matched = [{ tag: 'china', words: ['China'] }];
const article = { state: 'done' as const, acceptedAt: new Date(start).toISOString(), matched };
const wanted: Wanted = {
  subscriber: ana.id,
  story: 'article000000000',
  channel: 'email',
  article: 'article000000000',
  to: ana.to,
  matched: [{ tag: 'china', watch: 'china', words: ['China'] }],
  text: 'A text',
};

const reason = fc.constantFrom('the number is invalid', 'SNS throttled the call', 'no rights');
const outcome: fc.Arbitrary<Outcome> = fc.oneof(
  fc.constant({ kind: 'accepted', messageId: 'm-1' } as const),
  fc.record({ kind: fc.constantFrom('refused', 'gone', 'later', 'unanswered', 'broken'), reason }),
);
/** A worker gets the message after some time, and either is to tell nobody, or tells and perhaps dies before it writes. */
const step = fc.record({
  waitSeconds: fc.integer({ min: 0, max: 1200 }),
  leaves: fc.integer({ min: 0, max: 9 }).map((number) => number === 0),
  dies: fc.integer({ min: 0, max: 4 }).map((number) => number === 0),
  outcome,
  jitter: fc.double({ min: 0, max: 1, noNaN: true }),
});

/** What must be true of a send at any moment; `perhapsTold` is how often SNS may have accepted it so far. */
function expectTrue(send: Send, perhapsTold: number): void {
  const why = explainWhy(article, ana, send);
  expect(send.state === 'sent').toBe(send.messageId !== undefined);
  expect(why.verdict === 'told').toBe(send.state === 'sent');
  if (send.state === 'suppressed' || send.state === 'failed' || send.state === 'held') {
    expect(send.reason).toMatch(/\w/);
    expect(why.words).toContain(send.reason);
    // Whoever may have been told all the same is never flatly said not to have been.
    if (perhapsTold > 0) expect(why.words).toContain('may have come');
  }
  if (send.state === 'sent' && perhapsTold > 1) {
    expect(send.maybeDuplicate).toBe(true);
    expect(why.words).toContain('twice');
  }
  // What is not settled comes again by itself, unless it rests in the dead-letter queue.
  const rests = send.state === 'held' && send.failures >= MAX_FAILURES && /dead-letter queue/.test(send.reason ?? '');
  const settled = send.state !== 'claimed' && send.state !== 'held';
  expect(send.dueAt === undefined).toBe(settled || rests);
}

test('whatever happens to a send, its record is true, and `why` gives the reason', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (steps) => {
      let send: Send | undefined;
      let clock = start;
      let perhapsTold = 0;
      for (const { waitSeconds, leaves, dies, outcome, jitter } of steps) {
        clock += waitSeconds * 1000;
        const now = new Date(clock);
        const before = send;
        if (leaves) send = suppress(send, wanted, 'unsubscribed', now) ?? send;
        else {
          const claim = decideClaim(send, wanted, now);
          if (claim.kind === 'poison') send = claim.next;
          if (claim.kind === 'claim') {
            send = claim.next;
            if (dies || outcome.kind === 'accepted' || outcome.kind === 'unanswered') perhapsTold++;
            if (!dies) send = decideOutcome(send, outcome, new Date(clock + 500), jitter).next;
          }
        }
        if (before && (before.state === 'sent' || before.state === 'failed' || before.state === 'suppressed')) {
          expect(send).toBe(before);
        }
        if (send) expectTrue(send, perhapsTold);
      }
    }),
    { numRuns: 1000 },
  );
});
