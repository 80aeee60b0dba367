import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { takeIn } from '../../aws/door.ts';
import { subscribe, unsubscribe } from '../../aws/signup.ts';
import { subscriberId } from '../../core/subscriber/index.ts';
import { recover } from '../../lambdas/recover/recover.ts';
import { Scene } from './scene.ts';

let scene: Scene;
let person = 0;

beforeAll(async () => {
  scene = await Scene.open();
  await scene.hands.tags.put({ name: 'china', query: 'china', updatedAt: '' });
});
afterAll(() => scene?.close());
beforeEach(() => {
  scene.arm();
  scene.emulators.carrier.clearFaults();
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  vi.spyOn(console, 'error').mockImplementation(() => {});
});

const address = () => `recovered${person++}@example.org`;
const stateOf = async (id: string) => (await scene.hands.subscribers.get(id))?.state;
const watchers = async () => (await scene.hands.watches.page('china', undefined, 1000)).subscribers;

/** Signs up by email while SNS is down: its confirmation is yet to be sent. */
async function unfinished(): Promise<{ to: string; id: string }> {
  const to = address();
  scene.emulators.carrier.fault({ action: 'CreateTopic', kind: 'unavailable' });
  await subscribe(scene.hands, { to, watches: ['china'], trusted: true }, scene.clock);
  scene.wait(1);
  return { to, id: subscriberId('email', to) };
}

const mails = (to: string) => scene.emulators.carrier.inbox({ to }).length;

describe('recover', () => {
  test('finishes those behind one that cannot be finished, and names it', async () => {
    const people = [await unfinished(), await unfinished(), await unfinished()];
    const [first, ...others] = people;
    scene.emulators.carrier.fault({
      action: 'Subscribe',
      kind: 'refuse',
      code: 'AuthorizationError',
      times: Number.POSITIVE_INFINITY,
      match: ({ Endpoint }) => Endpoint === first?.to,
    });
    scene.wait(600);
    const found = await scene.recover();
    expect(found.errors).toEqual([expect.stringMatching(/^subscribers: .*AuthorizationError/)]);
    expect(mails(first?.to as string)).toBe(0);
    expect(others.map(({ to }) => mails(to))).toEqual([1, 1]);
    scene.emulators.carrier.clearFaults();
    expect((await scene.recover()).errors).toEqual([]);
    expect(mails(first?.to as string)).toBe(1);
  });

  test('learns of the others who confirmed, though SNS will not speak of one', async () => {
    const people = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const to = address();
        const id = await scene.person(to, ['china'], false);
        await fetch(scene.emulators.carrier.inbox().findLast((mail) => mail.to === to)?.confirmUrl as string);
        return { id, arn: (await scene.hands.subscribers.get(id))?.subscriptionArn };
      }),
    );
    const [first, ...others] = people;
    scene.emulators.carrier.fault({
      action: 'GetSubscriptionAttributes',
      kind: 'refuse',
      times: Number.POSITIVE_INFINITY,
      match: ({ SubscriptionArn }) => SubscriptionArn === first?.arn,
    });
    const found = await scene.recover();
    expect(found.errors).toEqual([expect.stringMatching(/^reconciliation with SNS: .*InvalidParameter/)]);
    expect(await Promise.all(others.map(({ id }) => stateOf(id)))).toEqual(['confirmed', 'confirmed', 'confirmed']);
  });

  test.each(['ListSubscriptions', 'GetSubscriptionAttributes'])(
    'waits a little where SNS throttles %s: its list is longer than its rate',
    async (action) => {
      const to = address();
      const id = await scene.person(to, ['china'], false);
      await fetch(scene.emulators.carrier.inbox().findLast((mail) => mail.to === to)?.confirmUrl as string);
      scene.emulators.carrier.fault({ action, kind: 'throttle', times: 2 });
      expect((await scene.recover()).errors).toEqual([]);
      expect(await stateOf(id)).toBe('confirmed');
    },
  );

  test('lets go of a number whose code was not entered within two days', async () => {
    const number = await scene.person('+447700900321', ['china'], false);
    const fresh = await scene.person('+447700900322', ['china']);
    scene.wait(47 * 3600);
    const late = await scene.person('+447700900323', ['china'], false);
    await scene.recover();
    expect(await stateOf(number)).toBe('pending');
    scene.wait(2 * 3600);
    await scene.recover();
    expect(await scene.hands.subscribers.get(number)).toMatchObject({
      state: 'unsubscribed',
      reason: expect.stringContaining('never confirmed'),
    });
    expect([await stateOf(fresh), await stateOf(late)]).toEqual(['confirmed', 'pending']);
    scene.wait(600);
    await scene.recover();
    const watching = await watchers();
    expect(watching).not.toContain(number);
    expect(watching).toEqual(expect.arrayContaining([fresh, late]));
  });

  test('that dies over an article leaves it to the next run', async () => {
    const run = () => recover(scene.wire, scene.clock, () => false);
    const lost = async (title: string) => {
      scene.arm({ call: 2, when: 'before' });
      const admission = await takeIn(scene.wire, { title, text: 'A text of some words, on no queue.' }, scene.clock);
      scene.arm();
      scene.wait(300);
      return admission.kind === 'refused' ? admission.reason : admission.article.id;
    };
    const onQueue = async () => {
      const messages = await scene.hands.incoming.receive(1);
      const articles = messages.map(({ Body }) => (JSON.parse(Body as string) as { article: string }).article);
      for (const { ReceiptHandle } of messages) await scene.hands.incoming.remove(ReceiptHandle as string);
      for (const id of articles) {
        await scene.hands.articles.markTagged(id, [], scene.clock);
        await scene.hands.articles.markDone(id, scene.clock);
      }
      return articles;
    };
    const first = await lost('An article that counts the calls');
    scene.arm();
    await run();
    const calls = scene.calls.findIndex((call) => call.includes('ListSubscriptions'));
    expect(await onQueue()).toEqual([first]);
    for (let call = 1; call <= calls; call++) {
      for (const when of ['before', 'after'] as const) {
        const id = await lost(`An article that dies ${when} ${call}`);
        scene.arm({ call, when });
        await run();
        scene.arm();
        await run();
        expect(await onQueue(), `${when} ${call}`).toContain(id);
      }
    }
  });

  test('stops when its time is up, and leaves the rest to the next run', async () => {
    const to = address();
    const id = await scene.person(to, ['china']);
    scene.emulators.carrier.fault({ action: 'DeleteTopic', kind: 'unavailable' });
    await unsubscribe(scene.hands, { id, reason: 'by an editor' }, scene.clock);
    scene.wait(600);
    const asked = scene.emulators.carrier.calls().length;
    expect(await recover(scene.hands, scene.clock, () => true)).toMatchObject({ subscribers: 0, errors: [] });
    expect(scene.emulators.carrier.calls()).toHaveLength(asked);
    expect((await scene.recover()).subscribers).toBeGreaterThan(0);
    expect(await watchers()).not.toContain(id);
  });
});
