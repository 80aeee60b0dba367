import { describe, expect, test } from 'vitest';
import {
  backoffSeconds,
  decideClaim,
  decideOutcome,
  decideRecipient,
  explainWhy,
  LEASE_SECONDS,
  MAX_FAILURES,
  type Outcome,
  type Send,
  suppress,
  type Wanted,
} from '../../core/ledger/index.ts';
import type { Subscriber } from '../../core/subscriber/index.ts';

const now = new Date('2026-11-24T10:00:00.000Z');
const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);

const wanted: Wanted = {
  subscriber: 'ana000000000',
  story: 'article000000000',
  channel: 'email',
  article: 'article000000000',
  to: 'ana@example.org',
  matched: [{ tag: 'china', watch: 'china', words: ['China'] }],
  subject: 'A headline',
  text: 'A text',
};

function claimOf(seen: Send | undefined, at = now): Send {
  const decision = decideClaim(seen, wanted, at);
  if (decision.kind !== 'claim') throw new Error(`not a claim: ${JSON.stringify(decision)}`);
  return decision.next;
}

const fresh = claimOf(undefined);

describe('a claim', () => {
  test('of a send that is new holds a lease longer than the function may run', () => {
    expect(fresh).toMatchObject({
      state: 'claimed',
      attempts: 1,
      failures: 0,
      dueAt: later(LEASE_SECONDS).toISOString(),
    });
    expect(fresh.maybeDuplicate).toBeUndefined();
    expect(LEASE_SECONDS).toBeGreaterThan(30);
  });

  test('is not taken from a worker whose lease runs', () => {
    expect(decideClaim(fresh, wanted, later(LEASE_SECONDS - 1))).toEqual({ kind: 'wait', until: fresh.dueAt });
  });

  test('is taken over once the lease has run out, marked as perhaps the second and counted as a failure', () => {
    expect(claimOf(fresh, later(LEASE_SECONDS + 1))).toMatchObject({
      state: 'claimed',
      attempts: 2,
      failures: 1,
      maybeDuplicate: true,
    });
  });

  test('that is lost again and again is laid aside after five real failures, never sent for ever', () => {
    let send = fresh;
    for (let round = 1; round < MAX_FAILURES; round++) send = claimOf(send, later(round * 1000));
    const decision = decideClaim(send, wanted, later(10_000));
    expect(decision).toMatchObject({ kind: 'poison', next: { state: 'held', failures: MAX_FAILURES } });
    if (decision.kind === 'poison') expect(decision.next.dueAt).toBeUndefined();
  });

  test.each(['sent', 'suppressed', 'failed'] as const)('is not made of a send that is %s', (state) => {
    expect(decideClaim({ ...fresh, state }, wanted, later(1e6)).kind).toBe('settled');
  });

  test('of a held send is made when its time has come, and not marked: SNS was not reached', () => {
    const held: Send = { ...fresh, state: 'held', reason: 'SNS throttled the call', dueAt: later(5).toISOString() };
    expect(decideClaim(held, wanted, later(4)).kind).toBe('wait');
    const next = claimOf(held, later(6));
    expect(next).toMatchObject({ attempts: 2, failures: 0 });
    expect(next.maybeDuplicate).toBeUndefined();
    expect(next.reason).toBeUndefined();
  });

  test('once marked as perhaps a duplicate stays marked', () => {
    const twice = claimOf(fresh, later(61));
    const held: Send = { ...twice, state: 'held', dueAt: later(70).toISOString() };
    expect(claimOf(held, later(80)).maybeDuplicate).toBe(true);
  });
});

describe('an outcome', () => {
  const cases: [Outcome, string, Partial<Send>][] = [
    [{ kind: 'accepted', messageId: 'm-1' }, 'done', { state: 'sent', messageId: 'm-1' }],
    [{ kind: 'refused', reason: 'invalid number' }, 'done', { state: 'failed', reason: 'invalid number' }],
    [{ kind: 'gone', reason: 'no subscription' }, 'done', { state: 'suppressed', reason: 'no subscription' }],
    [{ kind: 'later', reason: 'throttled' }, 'back', { state: 'held', reason: 'throttled', failures: 0 }],
    [
      { kind: 'unanswered', reason: 'no answer' },
      'back',
      { state: 'claimed', reason: 'no answer', dueAt: fresh.dueAt as string },
    ],
    [{ kind: 'broken', reason: 'no rights' }, 'back', { state: 'held', reason: 'no rights', failures: 1 }],
  ];
  test.each(cases)('%o', (outcome, kind, expected) => {
    const decided = decideOutcome(fresh, outcome, later(1), 0.5);
    expect(decided.kind).toBe(kind);
    expect(decided.next).toMatchObject(expected);
    if (kind === 'done') expect(decided.next.dueAt).toBeUndefined();
    if (expected.state !== 'sent') expect(decided.next.messageId).toBeUndefined();
  });

  test('broken for the fifth time lays the message aside', () => {
    const decided = decideOutcome(
      { ...fresh, failures: MAX_FAILURES - 1 },
      { kind: 'broken', reason: 'no rights' },
      now,
      0,
    );
    expect(decided).toMatchObject({
      kind: 'dead',
      error: 'no rights',
      next: { state: 'held', failures: MAX_FAILURES },
    });
    expect(decided.next.dueAt).toBeUndefined();
  });

  test('a throttle is never counted as a failure, however often it comes', () => {
    let send = fresh;
    for (let round = 0; round < 50; round++) {
      const { next } = decideOutcome(send, { kind: 'later', reason: 'throttled' }, now, 1);
      send = claimOf(next, later(1e6));
    }
    expect(send).toMatchObject({ attempts: 51, failures: 0 });
  });

  test('backs off from seconds to a quarter of an hour', () => {
    expect(backoffSeconds(1, 1)).toBe(5);
    expect(backoffSeconds(2, 1)).toBe(10);
    expect(backoffSeconds(2, 0)).toBe(5);
    expect(backoffSeconds(1000, 1)).toBe(900);
  });
});

const ana: Subscriber = {
  id: 'ana000000000',
  channel: 'email',
  to: 'ana@example.org',
  state: 'confirmed',
  watches: ['china'],
  createdAt: '2026-11-01T00:00:00.000Z',
  updatedAt: '2026-11-01T00:00:00.000Z',
};
const matched = [
  { tag: 'china', words: ['China', 'Chinese'] },
  { tag: 'cyber', words: ['cyber'] },
];

describe('a recipient', () => {
  test('is told with the watches that were met, and no others', () => {
    expect(decideRecipient(matched, ana)).toEqual({
      kind: 'alert',
      matched: [{ tag: 'china', watch: 'china', words: ['China', 'Chinese'] }],
    });
  });

  test.each([
    [undefined, 'no such subscriber any more'],
    [{ ...ana, state: 'pending' }, 'not confirmed yet'],
    [
      { ...ana, state: 'unsubscribed', unsubscribedAt: '2026-11-20T08:05:00.000Z', reason: 'by the link in an alert' },
      'unsubscribed on 20 November 2026, 08:05 UTC (by the link in an alert)',
    ],
    [{ ...ana, watches: ['cars'] }, 'no longer watches a tag that the article met'],
  ] as [Subscriber | undefined, string][])('%# is not told, with the reason', (subscriber, reason) => {
    expect(decideRecipient(matched, subscriber)).toEqual({ kind: 'suppress', reason });
  });

  test('who is suppressed while a claim runs is left to that claim; a held send is suppressed', () => {
    expect(suppress(fresh, wanted, 'unsubscribed', now)).toBeUndefined();
    expect(suppress({ ...fresh, state: 'sent' }, wanted, 'unsubscribed', now)).toBeUndefined();
    expect(suppress({ ...fresh, state: 'held' }, wanted, 'unsubscribed', now)).toMatchObject({
      state: 'suppressed',
      reason: 'unsubscribed',
    });
    expect(suppress(fresh, wanted, 'unsubscribed', later(100))?.reason).toMatch(/may have come all the same/);
  });
});

describe('why', () => {
  const article = {
    state: 'done' as const,
    acceptedAt: '2026-11-24T09:00:00.000Z',
    taggedAt: '2026-11-24T09:00:01.000Z',
    doneAt: '2026-11-24T09:00:02.000Z',
    matched,
  };
  const sent: Send = { ...fresh, state: 'sent', messageId: 'm-1' };
  test.each([
    [
      'told',
      sent,
      ana,
      article,
      'Told on 24 November 2026, 10:00 UTC by email to ana@example.org: watches china (China). SNS accepted it as m-1.',
    ],
    ['told', { ...sent, maybeDuplicate: true }, ana, article, /so it may have come twice\.$/],
    [
      'not told',
      { ...fresh, state: 'suppressed', reason: 'not confirmed yet' },
      ana,
      article,
      'Not told: not confirmed yet. Decided on 24 November 2026, 10:00 UTC.',
    ],
    [
      'not told',
      { ...fresh, state: 'failed', reason: 'invalid number' },
      ana,
      article,
      /refused for good .*: invalid number\./,
    ],
    [
      'not yet',
      { ...fresh, state: 'held', reason: 'SNS throttled the call' },
      ana,
      article,
      /^Not yet: SNS throttled the call\. Next try after/,
    ],
    [
      'not told',
      undefined,
      { ...ana, watches: ['cars'] },
      article,
      'No watch met: the article met china and cyber; this subscriber watches cars.',
    ],
    ['not told', undefined, ana, { ...article, matched: [] }, 'No watch met: the article met no tag at all.'],
    [
      'not told',
      undefined,
      { ...ana, createdAt: '2026-11-24T11:00:00.000Z' },
      article,
      /^Not told: signed up on .*after the article was tagged/,
    ],
    [
      'not told',
      undefined,
      { ...ana, updatedAt: '2026-11-24T11:00:00.000Z' },
      article,
      /^Not told: the watch china was set after/,
    ],
    [
      'not told',
      undefined,
      { ...ana, state: 'unsubscribed', unsubscribedAt: '2026-11-20T08:05:00.000Z' },
      article,
      /^Not told: unsubscribed on 20 November 2026/,
    ],
    ['not yet', undefined, ana, { ...article, state: 'accepted', matched: undefined }, /not tagged yet/],
    ['not yet', undefined, ana, article, /on the queue/],
  ] as never[])('%s: %#', (verdict, send, subscriber, progress, words) => {
    const why = explainWhy(progress, subscriber, send);
    expect(why.verdict).toBe(verdict);
    if (typeof words === 'string') expect(why.words).toBe(words);
    else expect(why.words).toMatch(words);
  });
});
