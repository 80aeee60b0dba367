import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { explainWhy } from '../../core/ledger/index.ts';
import type { Subscriber } from '../../core/subscriber/index.ts';
import { type CrashPoint, Scene } from './scene.ts';

let scene: Scene;
const people = { ana: 'ana@example.org', zoe: 'zoe@example.org', sam: '+447700900123' };
let written = 0;

beforeAll(async () => {
  scene = await Scene.open();
  await scene.hands.tags.put({ name: 'china', query: 'china', updatedAt: '' });
  await scene.hands.tags.put({ name: 'cyber', query: 'cyber', updatedAt: '' });
  await scene.person(people.ana, ['china', 'cyber']);
  await scene.person(people.sam, ['cyber']);
  // Zoe never confirms.
  await scene.person(people.zoe, ['china'], false);
});
afterAll(() => scene?.close());

/** One article through the wire with the process dying at the points; what is then true of it. */
async function through(points: CrashPoint[]) {
  const mark = `mark${++written}x`;
  const article = {
    title: `Harbour ${mark} notes on China`,
    text: `A cyber drill at ${mark} was held in the harbour of the town on Monday.`,
  };
  scene.arm(...points);
  const id = await scene.bring(article);
  await scene.settle();
  const calls = scene.calls.length;
  // What a queue does not bring back, `recover` finds.
  scene.wait(40 * 60);
  await scene.recover();
  await scene.settle();
  scene.arm();
  return { id, mark, calls, article: await scene.hands.articles.get(id), sends: await scene.sendsOf(id) };
}

/** The invariants of an article, whatever died on its way. */
async function expectNothingLost(run: Awaited<ReturnType<typeof through>>): Promise<void> {
  expect(run.article?.state).toBe('done');
  expect(run.article?.matched?.map(({ tag }) => tag)).toEqual(['china', 'cyber']);
  // Recipients = sent + held + suppressed + failed, and with the queues empty nobody is held.
  expect(run.sends).toHaveLength(run.article?.recipients as number);
  expect(run.sends.map(({ channel, state }) => `${channel} ${state}`).sort()).toEqual([
    'email sent',
    'email suppressed',
    'sms sent',
    'topic sent',
  ]);
  for (const send of run.sends) {
    if (send.channel === 'topic') continue;
    const received = scene.received(send.to, run.mark).length;
    if (send.state === 'suppressed') {
      expect(received).toBe(0);
      expect(send.reason).toBe('not confirmed yet');
      const subscriber = (await scene.hands.subscribers.get(send.subscriber)) as Subscriber;
      const why = explainWhy(run.article as NonNullable<typeof run.article>, subscriber, send);
      expect(why).toMatchObject({ verdict: 'not told', words: expect.stringContaining('not confirmed yet') });
      continue;
    }
    expect(send.messageId).toBeTruthy();
    // Once; or, where the process died between SNS's acceptance and the ledger, twice and on record as that.
    expect(received).toBeGreaterThanOrEqual(1);
    expect(received).toBeLessThanOrEqual(send.attempts);
    if (received > 1) expect(send.maybeDuplicate).toBe(true);
  }
}

describe('a process that dies', () => {
  test('before or after any single call loses nobody and tells nobody twice unmarked', async () => {
    const { calls } = await through([]);
    expect(calls).toBeGreaterThan(20);
    let twice = 0;
    for (let call = 1; call <= calls; call++) {
      for (const when of ['before', 'after'] as const) {
        const run = await through([{ call, when }]);
        try {
          await expectNothingLost(run);
        } catch (error) {
          throw new Error(`dying ${when} call ${call}: ${(error as Error).message}`, { cause: error });
        }
        twice += run.sends.filter(({ maybeDuplicate }) => maybeDuplicate).length;
      }
    }
    // The switch did kill it where it hurts: some sends were made again.
    expect(twice).toBeGreaterThan(0);
  }, 120_000);

  test('whose answer from a table or queue is lost, so that the SDK asks again, loses nobody and tells nobody twice', async () => {
    let answers = 0;
    scene.lose(() => ++answers < 0);
    await through([]);
    expect(answers).toBeGreaterThan(15);
    for (let lost = 1; lost <= answers; lost++) {
      let answer = 0;
      const happened = scene.lose(() => ++answer === lost);
      const run = await through([]);
      expect(happened(), `answer ${lost}`).toBe(true);
      await expectNothingLost(run);
      for (const to of [people.ana, people.sam]) expect(scene.received(to, run.mark), `answer ${lost}`).toHaveLength(1);
    }
  }, 120_000);

  test('several times on the way loses nobody either', async () => {
    const point = fc.record({
      call: fc.integer({ min: 1, max: 90 }),
      when: fc.constantFrom('before' as const, 'after' as const),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(point, { minLength: 2, maxLength: 4 }), async (points) => {
        await expectNothingLost(await through(points));
      }),
      { numRuns: 25, endOnFailure: true },
    );
  }, 120_000);
});
