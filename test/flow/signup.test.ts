import { GetTopicAttributesCommand, type SNSClient } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { openClients } from '../../aws/clients.ts';
import { confirm, finish, type SignUp, setWatches, subscribe, unsubscribe } from '../../aws/signup.ts';
import { type Subscriber, subscriberId } from '../../core/subscriber/index.ts';
import { Scene } from '../faults/scene.ts';

const TAGS = ['china', 'cyber', 'microsoft exchange', 'whales'];
/** A query of somebody's own, in its canonical form. */
const OWN = 'giant OR squid';

let scene: Scene;
let sns: SNSClient;
/** Numbers of people: each test has its own, so that none sees another's. */
let person = 0;

beforeAll(async () => {
  scene = await Scene.open();
  ({ sns } = openClients(scene.emulators.endpoints));
  for (const name of TAGS) await scene.hands.tags.put({ name, query: name, updatedAt: scene.clock.toISOString() });
});
afterAll(() => scene.close());

beforeEach(() => {
  scene.arm();
  scene.emulators.carrier.clearFaults();
  // Far enough for every limit's window to be a new one.
  scene.wait(2 * 86_400);
  vi.spyOn(console, 'warn').mockImplementation(() => {});
});

const newEmail = () => `person${person++}@example.org`;
const newNumber = () => `+447700900${String(person++ % 1000).padStart(3, '0')}`;

const ask = (to: string, watches: string[], trusted = true, from?: string) =>
  subscribe(scene.wire, { to, watches, trusted, from }, scene.clock);

const letters = (to: string) => scene.emulators.carrier.inbox({ to });
const lastToken = (to: string) => letters(to).findLast(({ token }) => token)?.token as string;
const lastCode = (to: string) => /\b\d{6}\b/.exec(letters(to).at(-1)?.body ?? '')?.[0] as string;
const wrong = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0');

function taken(result: SignUp): Subscriber {
  if (!result.ok) throw new Error(result.reason);
  return result.subscriber;
}

const idOf = (to: string) => subscriberId(to.includes('@') ? 'email' : 'sms', to);
const now = (id: string) => scene.hands.subscribers.get(id) as Promise<Subscriber>;

async function rowsOf(id: string): Promise<string[]> {
  const found: string[] = [];
  for (const tag of [...TAGS, OWN].sort()) {
    const { subscribers } = await scene.hands.watches.page(tag, id.slice(0, -1), 40);
    if (subscribers.includes(id)) found.push(tag);
  }
  return found;
}

async function isOpen(id: string): Promise<boolean> {
  for await (const open of scene.hands.subscribers.open(new Date('2100-01-01'))) if (open === id) return true;
  return false;
}

async function hasTopic(id: string): Promise<boolean> {
  const TopicArn = scene.emulators.resources.alertsTopic.replace(
    /[^:]+$/,
    `${scene.emulators.resources.stack}-to-${id}`,
  );
  try {
    await sns.send(new GetTopicAttributesCommand({ TopicArn }));
    return true;
  } catch (error) {
    if ((error as Error).name === 'NotFoundException') return false;
    throw error;
  }
}

/** Watches and SNS agree with what is written of the subscriber. */
async function expectConsistent(id: string): Promise<void> {
  const subscriber = await now(id);
  const rows = subscriber.state === 'unsubscribed' ? [] : subscriber.watches;
  expect(await rowsOf(id)).toEqual(rows);
  // An own query is a rule for as long as anybody watches it.
  expect(await scene.hands.queries.read([OWN])).toHaveLength((await scene.hands.watches.isWatched(OWN)) ? 1 : 0);
  if (subscriber.channel === 'sms') return;
  if (subscriber.state === 'unsubscribed') expect(await hasTopic(id)).toBe(false);
  else {
    expect(subscriber.topicArn).toMatch(new RegExp(`-to-${id}$`));
    expect(await scene.hands.carrier.subscriptionStatus(subscriber.subscriptionArn as string)).toBe(subscriber.state);
  }
}

async function confirmedEmail(watches: string[]): Promise<{ id: string; to: string }> {
  const to = newEmail();
  const { id } = taken(await ask(to, watches));
  const done = await confirm(scene.wire, { to, token: lastToken(to) }, scene.clock);
  if (!done.ok) throw new Error(done.reason);
  scene.wait(120);
  await finish(scene.hands, id, scene.clock);
  return { id, to };
}

async function confirmedNumber(watches: string[]): Promise<{ id: string; to: string }> {
  const to = newNumber();
  const { id } = taken(await ask(to, watches));
  const done = await confirm(scene.wire, { to, code: lastCode(to) }, scene.clock);
  if (!done.ok) throw new Error(done.reason);
  scene.wait(120);
  await finish(scene.hands, id, scene.clock);
  return { id, to };
}

describe('by email', () => {
  test('one mail asks to confirm, and the subscriber waits', async () => {
    const to = newEmail();
    const result = await ask(`  ${to.toUpperCase()} `, ['China', ' microsoft  EXCHANGE']);
    expect(result).toMatchObject({ ok: true, did: 'confirmation sent', subscriber: { to, state: 'pending' } });
    const { id } = taken(result);
    expect((await now(id)).watches).toEqual(['china', 'microsoft exchange']);
    expect(letters(to).map(({ kind }) => kind)).toEqual(['confirmation']);
    expect(await isOpen(id)).toBe(false);
    await expectConsistent(id);
  });

  test('the link in the mail confirms; the next call learns it, and adds what an editor wants', async () => {
    const to = newEmail();
    const { id } = taken(await ask(to, ['china']));
    scene.emulators.carrier.confirm(lastToken(to));
    scene.wait(120);
    expect(await ask(to, ['cyber'])).toMatchObject({ did: 'watches changed', subscriber: { state: 'confirmed' } });
    expect((await now(id)).watches).toEqual(['china', 'cyber']);
    expect(letters(to)).toHaveLength(1);
    await expectConsistent(id);
  });

  test.each([
    ['the token', (token: string) => token],
    ['the link', (_: string, url: string) => url],
    ['the link out of the source of a page', (_: string, url: string) => `<${url.replaceAll('&', '&amp;')}>`],
    ['the link broken over lines', (_: string, url: string) => url.replace(/.{60}/g, '$&\r\n')],
  ])('%s can be pasted, and SNS then lets no scanner end the subscription', async (_, pasted) => {
    const to = newEmail();
    const { id } = taken(await ask(to, ['china']));
    const mail = letters(to).at(-1)!;
    const token = pasted(mail.token as string, mail.confirmUrl as string);
    expect(await confirm(scene.wire, { to, token }, scene.clock)).toMatchObject({ ok: true, did: 'confirmed' });
    expect(await confirm(scene.wire, { to, token }, scene.clock)).toMatchObject({ ok: true, did: 'nothing' });
    expect(await now(id)).toMatchObject({ state: 'confirmed', confirmedAt: scene.clock.toISOString() });
    await expectConsistent(id);
    const calls = scene.emulators.carrier.calls().filter(({ action }) => action === 'ConfirmSubscription');
    expect(JSON.stringify(calls.at(-1))).toContain('AuthenticateOnUnsubscribe');
  });

  test.each([
    ['made up', () => 'f'.repeat(96)],
    ['no token at all', () => 'hello'],
    ['empty', () => ''],
    ['somebody else’s', (other: string) => lastToken(other)],
    ['somebody else’s link', (other: string) => letters(other).at(-1)?.confirmUrl as string],
  ])('a token that is %s confirms nobody', async (_, token) => {
    const [to, other] = [newEmail(), newEmail()];
    const { id } = taken(await ask(to, ['china']));
    const { id: otherId } = taken(await ask(other, ['china']));
    expect(await confirm(scene.wire, { to, token: token(other) }, scene.clock)).toMatchObject({ ok: false });
    expect((await now(id)).state).toBe('pending');
    expect((await now(otherId)).state).toBe('pending');
  });

  test('asked again before it is confirmed, the mail comes again and watches add up', async () => {
    const to = newEmail();
    const { id } = taken(await ask(to, ['china']));
    scene.wait(120);
    taken(await ask(to, ['cyber'], false));
    expect(letters(to)).toHaveLength(2);
    expect((await now(id)).watches).toEqual(['china', 'cyber']);
    await expectConsistent(id);
  });

  test('who left and comes back starts anew: pending, with the new watches alone', async () => {
    const { id, to } = await confirmedEmail(['china', 'cyber']);
    await unsubscribe(scene.wire, { id, reason: 'by an editor' }, scene.clock);
    scene.wait(120);
    taken(await ask(to, ['whales'], false));
    const subscriber = await now(id);
    expect(subscriber).toMatchObject({ state: 'pending', watches: ['whales'] });
    expect(subscriber).not.toHaveProperty('reason');
    expect(subscriber).not.toHaveProperty('confirmedAt');
    await expectConsistent(id);
    expect(await confirm(scene.wire, { to, token: lastToken(to) }, scene.clock)).toMatchObject({ did: 'confirmed' });
  });

  test('an address that SNS refuses for good is told, and tried no more', async () => {
    const to = newEmail();
    scene.emulators.carrier.fault({ action: 'Subscribe', kind: 'refuse', message: 'Invalid parameter: Email address' });
    const result = await ask(to, ['china']);
    expect(result).toMatchObject({ ok: false, kind: 'invalid', reason: expect.stringContaining('Email address') });
    expect((await now(idOf(to))).state).toBe('unsubscribed');
    expect(await isOpen(idOf(to))).toBe(false);
    await expectConsistent(idOf(to));
  });

  test.each(['throttle', 'unavailable', 'internal', 'lost answer'] as const)(
    'with SNS out of reach (%s) the sign-up stands, and the mail is sent later',
    async (kind) => {
      const to = newEmail();
      scene.emulators.carrier.fault({ action: 'CreateTopic', kind });
      const result = await ask(to, ['china'], false);
      expect(result).toMatchObject({ ok: false, kind: 'unavailable', reason: expect.stringContaining('SNS') });
      expect(letters(to)).toEqual([]);
      const id = idOf(to);
      expect(await isOpen(id)).toBe(true);
      await finish(scene.wire, id, scene.clock);
      expect(letters(to)).toHaveLength(1);
      expect(await isOpen(id)).toBe(false);
      await expectConsistent(id);
    },
  );
});

describe('by SMS', () => {
  test('a code, then a welcome; the code works once', async () => {
    const to = newNumber();
    const result = await ask(to, ['cyber'], false);
    expect(result).toMatchObject({ ok: true, did: 'code sent' });
    const { id } = taken(result);
    const code = lastCode(to);
    expect(JSON.stringify(await now(id))).not.toContain(code);
    expect(await confirm(scene.wire, { to, code: `${code.slice(0, 3)} ${code.slice(3)}` }, scene.clock)).toMatchObject({
      ok: true,
      did: 'confirmed',
    });
    expect(letters(to).at(-1)?.body).toMatch(/^Bellwire: you will hear of cyber\. Stop: http\S+\/u\?t=\S{22}$/);
    expect(letters(to)).toHaveLength(2);
    await expectConsistent(id);
    expect(await confirm(scene.wire, { to, code }, scene.clock)).toMatchObject({ ok: false, kind: 'refused' });
    expect((await now(id)).state).toBe('confirmed');
    expect(letters(to)).toHaveLength(2);
  });

  test('no welcome for want of SNS is no reason not to be confirmed', async () => {
    const to = newNumber();
    const { id } = taken(await ask(to, ['cyber']));
    scene.emulators.carrier.fault({ action: 'Publish', kind: 'unavailable' });
    expect(await confirm(scene.wire, { to, code: lastCode(to) }, scene.clock)).toMatchObject({ ok: true });
    expect((await now(id)).state).toBe('confirmed');
  });

  test('five wrong tries, and the right code is no longer good; a new one is', async () => {
    const to = newNumber();
    const { id } = taken(await ask(to, ['cyber']));
    const code = lastCode(to);
    for (let left = 4; left >= 0; left--) {
      expect(await confirm(scene.wire, { to, code: wrong(code) }, scene.clock)).toMatchObject({
        ok: false,
        reason: `this is not the code: ${left} tries left`,
      });
    }
    expect(await confirm(scene.wire, { to, code }, scene.clock)).toMatchObject({ ok: false, kind: 'refused' });
    expect((await now(id)).state).toBe('pending');
    taken(await ask(to, ['cyber']));
    expect(await confirm(scene.wire, { to, code: lastCode(to) }, scene.clock)).toMatchObject({ ok: true });
  });

  test('forty guesses at once are five tries', async () => {
    const to = newNumber();
    const { id } = taken(await ask(to, ['cyber']));
    const code = lastCode(to);
    const guesses = Array.from({ length: 40 }, () => confirm(scene.wire, { to, code: wrong(code) }, scene.clock));
    const answers = (await Promise.all(guesses)).map((result) => (result.ok ? 'confirmed' : result.reason));
    expect(answers.filter((words) => words.includes('tries left'))).toHaveLength(5);
    expect(answers.filter((words) => words.includes('too many'))).toHaveLength(35);
    expect((await now(id)).codeTries).toBe(5);
    expect(await confirm(scene.wire, { to, code }, scene.clock)).toMatchObject({ ok: false });
  });

  test('the right code twice at once confirms once, and welcomes once', async () => {
    const to = newNumber();
    const { id } = taken(await ask(to, ['cyber']));
    const code = lastCode(to);
    const answers = await Promise.all([1, 2, 3].map(() => confirm(scene.wire, { to, code }, scene.clock)));
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    expect(letters(to).filter(({ body }) => body.includes('you will hear'))).toHaveLength(1);
    await expectConsistent(id);
  });

  test('after ten minutes the code has expired', async () => {
    const to = newNumber();
    taken(await ask(to, ['cyber']));
    scene.wait(600);
    expect(await confirm(scene.wire, { to, code: lastCode(to) }, scene.clock)).toMatchObject({
      ok: false,
      reason: 'this code has expired: ask for a new one',
    });
  });

  test('an older code is no longer good once a newer was sent', async () => {
    const to = newNumber();
    taken(await ask(to, ['cyber']));
    const older = lastCode(to);
    taken(await ask(to, ['cyber']));
    expect(await confirm(scene.wire, { to, code: older }, scene.clock)).toMatchObject({ ok: false });
    expect(await confirm(scene.wire, { to, code: lastCode(to) }, scene.clock)).toMatchObject({ ok: true });
  });

  test('asked by several at once, some code that was sent is good', async () => {
    const to = newNumber();
    await Promise.all([1, 2, 3].map(() => ask(to, ['cyber'])));
    const codes = letters(to).map(({ body }) => /\b\d{6}\b/.exec(body)?.[0] as string);
    const answers = [];
    for (const code of new Set(codes)) answers.push((await confirm(scene.wire, { to, code }, scene.clock)).ok);
    expect(answers).toContain(true);
  });

  test('whoever replied STOP gets no code: an editor is told, the public is not', async () => {
    const to = newNumber();
    scene.emulators.carrier.optOut(to);
    expect(await ask(to, ['cyber'])).toMatchObject({ ok: false, reason: expect.stringContaining('STOP') });
    const toPublic = await ask(to, ['cyber'], false);
    expect(toPublic).toMatchObject({ ok: true, did: 'code sent' });
    expect(letters(to)).toEqual([]);
    scene.emulators.carrier.optIn(to);
    expect(await ask(to, ['cyber'], false)).toMatchObject({ ok: true, words: (toPublic as { words: string }).words });
    expect(letters(to)).toHaveLength(1);
  });

  test.each([true, false])(
    'a number that SNS itself calls invalid is refused with its reason (trusted: %s)',
    async (trusted) => {
      const to = newNumber();
      const message = 'Invalid parameter: PhoneNumber Reason: input incorrectly formatted';
      scene.emulators.carrier.fault({ action: 'CheckIfPhoneNumberIsOptedOut', kind: 'refuse', message });
      expect(await ask(to, ['cyber'], trusted)).toMatchObject({
        ok: false,
        kind: 'invalid',
        reason: expect.stringContaining(message),
      });
      expect(letters(to)).toEqual([]);
    },
  );

  test('a wrong code does not hide from `recover` what an earlier call left undone', async () => {
    const { id, to } = await confirmedNumber(['china']);
    await unsubscribe(scene.wire, { id, reason: 'by an editor' }, scene.clock);
    scene.wait(10);
    taken(await ask(to, ['china', 'cyber']));
    expect(await isOpen(id)).toBe(true);
    expect(await confirm(scene.wire, { to, code: wrong(lastCode(to)) }, scene.clock)).toMatchObject({ ok: false });
    // The rest of the leaving, had it been held up until now.
    await scene.hands.watches.remove('china', id);
    expect(await isOpen(id)).toBe(true);
    scene.wait(180);
    await finish(scene.wire, id, scene.clock);
    await expectConsistent(id);
  });

  test('with SNS out of reach no code is sent, then or later; asked again, one is', async () => {
    const to = newNumber();
    scene.emulators.carrier.fault({ action: 'Publish', kind: 'unavailable' });
    expect(await ask(to, ['cyber'])).toMatchObject({ ok: false, kind: 'unavailable' });
    scene.emulators.carrier.fault({ action: 'CheckIfPhoneNumberIsOptedOut', kind: 'throttle' });
    expect(await ask(to, ['cyber'])).toMatchObject({ ok: false, kind: 'unavailable' });
    const id = idOf(to);
    await finish(scene.wire, id, scene.clock);
    expect(letters(to)).toEqual([]);
    expect(await isOpen(id)).toBe(false);
    taken(await ask(to, ['cyber']));
    expect(await confirm(scene.wire, { to, code: lastCode(to) }, scene.clock)).toMatchObject({ ok: true });
    await expectConsistent(id);
  });

  test.each(['', '12345', '1234567', 'abcdef', '１２３４５', '000000\n000000', '9'.repeat(99)])(
    'the code %j is only wrong',
    async (code) => {
      const to = newNumber();
      taken(await ask(to, ['cyber']));
      expect(await confirm(scene.wire, { to, code }, scene.clock)).toMatchObject({ ok: false, kind: 'refused' });
    },
  );
});

describe('what cannot be', () => {
  test.each([
    ['', 'there is no address'],
    ['ana', 'neither an email address nor a phone number'],
    ['+7 912 345 67 89', 'not accepted here'],
    ['ana@example.org\nbcc: eve@example.org', 'no spaces or invisible characters'],
    ['<script>@example.org', 'before the @'],
  ])('the address %j is refused with a reason', async (to, reason) => {
    const result = await ask(to, ['china']);
    expect(result).toMatchObject({ ok: false, kind: 'invalid', reason: expect.stringContaining(reason) });
  });

  test.each([
    [['china', 'opera AND'], 'the query “opera AND” cannot be read: character 7:'],
    [['NOT china'], 'the query “NOT china” cannot be read'],
    [['tag:chnia'], 'chnia'],
    [['x'.repeat(5000)], `the query “${'x'.repeat(60)}…” cannot be read: character 1:`],
    [[Array.from({ length: 200 }, (_, at) => `word${at}`).join(' ')], 'is longer than 1,024 bytes'],
    [Array.from({ length: 101 }, (_, at) => `word${at}`), 'one address has 100 watches at most'],
    [[], 'name at least one tag to watch, or a query: the tags are china, cyber, microsoft exchange, and whales'],
    [['  '], 'name at least one tag'],
  ])('the watches %j are refused, with the reason', async (watches, reason) => {
    const result = await ask(newEmail(), watches);
    expect(result).toMatchObject({ ok: false, reason: expect.stringContaining(reason) });
  });
});

describe('the public', () => {
  test('changes nothing of somebody confirmed, and is answered as for a new address', async () => {
    for (const [known, fresh] of [
      [await confirmedEmail(['china']), newEmail()],
      [await confirmedNumber(['china']), newNumber()],
    ] as const) {
      const before = await now(known.id);
      const sent = letters(known.to).length;
      const toKnown = await ask(known.to, ['whales', 'cyber'], false);
      const toFresh = await ask(fresh, ['whales', 'cyber'], false);
      if (!toKnown.ok || !toFresh.ok) throw new Error('one was refused');
      expect(toKnown.did).toBe(toFresh.did);
      const anonymous = (words: string) => words.replace(/person\d+|\+44 [\d ]+\d/g, 'X');
      expect(anonymous(toKnown.words)).toBe(anonymous(toFresh.words));
      expect(await now(known.id)).toEqual(before);
      expect(letters(known.to)).toHaveLength(sent);
    }
  });

  test('nor of somebody who confirmed by the link a moment ago', async () => {
    const to = newEmail();
    const { id } = taken(await ask(to, ['china']));
    scene.emulators.carrier.confirm(lastToken(to));
    taken(await ask(to, ['whales'], false));
    expect(await now(id)).toMatchObject({ state: 'confirmed', watches: ['china'] });
  });

  test('is held to three confirmations an hour for one address, subscribed or not; an editor is not', async () => {
    for (const to of [newEmail(), (await confirmedEmail(['china'])).to]) {
      for (let count = 0; count < 3; count++) expect(await ask(to, ['cyber'], false)).toMatchObject({ ok: true });
      const refused = await ask(to, ['cyber'], false);
      expect(refused).toMatchObject({ ok: false, kind: 'limit' });
      const { retryAfterSeconds } = refused as { retryAfterSeconds: number };
      expect(retryAfterSeconds).toBeGreaterThan(0);
      expect(await ask(to, ['cyber'])).toMatchObject({ ok: true });
      scene.wait(retryAfterSeconds);
      expect(await ask(to, ['cyber'], false)).toMatchObject({ ok: true });
    }
  });

  test('is held to ten sign-ups an hour from one network', async () => {
    for (let count = 0; count < 10; count++) {
      expect(await ask(newEmail(), ['cyber'], false, '203.0.113.9')).toMatchObject({ ok: true });
    }
    expect(await ask(newEmail(), ['cyber'], false, '203.0.113.9')).toMatchObject({ ok: false, kind: 'limit' });
    expect(await ask(newEmail(), ['cyber'], false, '203.0.113.10')).toMatchObject({ ok: true });
  });
});

describe('leaving and changing', () => {
  test('whoever leaves has no topic, no watches in the fan-out, and keeps a record', async () => {
    for (const { id } of [await confirmedEmail(['china', 'cyber']), await confirmedNumber(['china', 'cyber'])]) {
      const left = await unsubscribe(scene.wire, { id, reason: 'by the link in an alert' }, scene.clock);
      expect(left).toMatchObject({ ok: true, did: 'unsubscribed' });
      expect(await now(id)).toMatchObject({
        state: 'unsubscribed',
        reason: 'by the link in an alert',
        watches: ['china', 'cyber'],
        unsubscribedAt: scene.clock.toISOString(),
      });
      expect(await isOpen(id)).toBe(false);
      await expectConsistent(id);
      scene.wait(120);
      expect(await unsubscribe(scene.wire, { id, reason: 'by an editor' }, scene.clock)).toMatchObject({
        did: 'nothing',
      });
      expect(await now(id)).toMatchObject({ reason: 'by the link in an alert' });
      await expectConsistent(id);
    }
  });

  test('somebody pending can leave too, though SNS ends no pending subscription by a call', async () => {
    const to = newEmail();
    const { id } = taken(await ask(to, ['china']));
    expect(await unsubscribe(scene.wire, { id, reason: 'by an editor' }, scene.clock)).toMatchObject({ ok: true });
    await expectConsistent(id);
    expect(await confirm(scene.wire, { to, token: lastToken(to) }, scene.clock)).toMatchObject({ ok: false });
  });

  test('alerts end with the first write, though SNS cannot be reached; finish does the rest', async () => {
    const { id } = await confirmedEmail(['china']);
    scene.emulators.carrier.fault({ action: /^(Unsubscribe|DeleteTopic)$/, kind: 'unavailable', times: 3 });
    const left = await unsubscribe(scene.wire, { id, reason: 'by an editor' }, scene.clock);
    expect(left).toMatchObject({ ok: true, did: 'unsubscribed', subscriber: { state: 'unsubscribed' } });
    expect(await isOpen(id)).toBe(true);
    await expect(finish(scene.wire, id, scene.clock)).rejects.toThrow(/unavailable/i);
    expect(await isOpen(id)).toBe(true);
    scene.emulators.carrier.clearFaults();
    await finish(scene.wire, id, scene.clock);
    expect(await isOpen(id)).toBe(false);
    await expectConsistent(id);
  });

  test('one watch can be ended alone; with the last, all is', async () => {
    const { id } = await confirmedEmail(['china', 'cyber']);
    const leave = (watch: string) => unsubscribe(scene.wire, { id, reason: 'by an editor', watch }, scene.clock);
    expect(await leave('whales')).toMatchObject({ did: 'nothing' });
    expect(await leave(' CHINA')).toMatchObject({ did: 'watch removed' });
    expect(await now(id)).toMatchObject({ state: 'confirmed', watches: ['cyber'] });
    await expectConsistent(id);
    expect(await leave('cyber')).toMatchObject({ did: 'unsubscribed' });
    expect(await now(id)).toMatchObject({ state: 'unsubscribed', watches: ['cyber'] });
    await expectConsistent(id);
  });

  test('watches can be set: at least one, of tags that there are, or that one has', async () => {
    const { id } = await confirmedEmail(['china', 'whales']);
    const set = (watches: string[]) => setWatches(scene.wire, id, watches, scene.clock);
    expect(await set(['cyber', 'Microsoft Exchange'])).toMatchObject({ ok: true, did: 'watches changed' });
    expect((await now(id)).watches).toEqual(['cyber', 'microsoft exchange']);
    await expectConsistent(id);
    expect(await set(['microsoft exchange', 'cyber'])).toMatchObject({ ok: true, did: 'nothing' });
    expect(await set([])).toMatchObject({ ok: false, kind: 'invalid' });
    expect(await set(['opera OR'])).toMatchObject({ ok: false, kind: 'invalid' });

    await scene.hands.tags.remove('cyber');
    expect(await set(['cyber', 'china'])).toMatchObject({ ok: true });
    expect(await set(['china'])).toMatchObject({ ok: true });
    // Once let go of, the name is a word like any other.
    expect(await set(['cyber', 'china'])).toMatchObject({ ok: true, subscriber: { queries: ['cyber'] } });
    await scene.hands.tags.put({ name: 'cyber', query: 'cyber', updatedAt: scene.clock.toISOString() });
    await expectConsistent(id);

    await unsubscribe(scene.wire, { id, reason: 'by an editor' }, scene.clock);
    expect(await set(['china'])).toMatchObject({ ok: false, kind: 'unsubscribed' });
    expect(await setWatches(scene.wire, '000000000000', ['china'], scene.clock)).toMatchObject({ kind: 'unknown' });
    expect(await unsubscribe(scene.wire, { id: '000000000000', reason: '' }, scene.clock)).toMatchObject({ ok: false });
    expect(await finish(scene.wire, '000000000000', scene.clock)).toBeUndefined();
  });
});

describe('a query of one’s own', () => {
  const rules = async () => (await scene.hands.queries.read([OWN])).length;
  const wordsOf = (result: SignUp) => (result.ok ? result.words : result.reason);

  test('is kept in its canonical form, one rule for all who watch it, until the last of them goes', async () => {
    const { id: first } = await confirmedNumber(['China', 'squid OR Giant']);
    expect(await now(first)).toMatchObject({ watches: ['china', OWN], queries: [OWN] });
    const { id: second } = await confirmedEmail(['(giant OR squid OR giant)']);
    expect(await now(second)).toMatchObject({ watches: [OWN], queries: [OWN] });
    expect(await rules()).toBe(1);
    expect((await scene.hands.tags.list()).map(({ name }) => name)).toEqual(TAGS);
    await expectConsistent(first);

    const left = await unsubscribe(
      scene.wire,
      { id: first, reason: 'by an editor', watch: ' SQUID OR giant' },
      scene.clock,
    );
    expect(left).toMatchObject({ ok: true, did: 'watch removed', subscriber: { watches: ['china'] } });
    expect((await now(first)).queries).toBeUndefined();
    expect(await rules()).toBe(1);
    await unsubscribe(scene.wire, { id: second, reason: 'by an editor' }, scene.clock);
    expect(await rules()).toBe(0);
    await expectConsistent(second);
    // And is made again for whoever comes then.
    taken(await ask(newEmail(), [OWN]));
    expect(await rules()).toBe(1);
  });

  test('stays where somebody begins to watch it just when the last one goes', async () => {
    for (const { id } of await scene.hands.watches
      .page(OWN, undefined, 100)
      .then(({ subscribers }) => subscribers.map((id) => ({ id })))) {
      await unsubscribe(scene.hands, { id, reason: 'by an editor' }, scene.clock);
    }
    const { id } = await confirmedNumber([OWN]);
    let came: string | undefined;
    const slow: typeof scene.wire = {
      ...scene.wire,
      watches: {
        ...scene.wire.watches,
        async isWatched(watch) {
          const watched = await scene.hands.watches.isWatched(watch);
          came ??= taken(await ask(newNumber(), [OWN])).id;
          return watched;
        },
      },
    };
    await unsubscribe(slow, { id, reason: 'by an editor' }, scene.clock);
    expect(await scene.hands.watches.isWatched(OWN)).toBe(true);
    expect(await rules()).toBe(1);
    await expectConsistent(id);
    await expectConsistent(came as string);
  });

  test('that may be a tag spelt wrong is taken, with the question', async () => {
    const asked = await ask(newEmail(), ['chnia', 'orca whales']);
    expect(taken(asked).queries).toEqual(['chnia', 'orca whales']);
    expect(wordsOf(asked)).toContain('There is no tag chnia, so it is watched for as a query: did you mean china?');
    expect(wordsOf(asked)).not.toContain('orca');
    // In quotes, or however else it comes to the very name of a tag: that tag.
    expect(taken(await ask(newEmail(), ['"china"']))).toMatchObject({ watches: ['china'] });
  });

  test('may be made of tags that there are', async () => {
    const { id } = await confirmedNumber(['tag:china sanctions']);
    expect(await now(id)).toMatchObject({ watches: ['sanctions tag:china'], queries: ['sanctions tag:china'] });
    await unsubscribe(scene.wire, { id, reason: 'by an editor' }, scene.clock);
  });

  test('is kept by whoever has it, whatever it means by now; a hundred watches are the most', async () => {
    const { id, to } = await confirmedNumber([OWN]);
    const many = Array.from({ length: 99 }, (_, at) => `whale${at}`);
    expect(await setWatches(scene.wire, id, [OWN, ...many], scene.clock)).toMatchObject({ ok: true });
    expect(await ask(to, ['one more'])).toMatchObject({ ok: false, reason: 'one address has 100 watches at most' });
    expect(await setWatches(scene.wire, id, [OWN], scene.clock)).toMatchObject({ subscriber: { queries: [OWN] } });
    expect(await scene.hands.queries.read(many)).toEqual([]);
    await expectConsistent(id);
    await unsubscribe(scene.wire, { id, reason: 'by an editor' }, scene.clock);
  });
});

describe('a crash at any call', () => {
  /** Each prepares somebody, and gives what is then done, perhaps twice. */
  const deeds: Record<string, () => Promise<{ to: string; deed: () => Promise<unknown> }>> = {
    'signing up by email': async () => {
      const to = newEmail();
      return { to, deed: () => ask(to, ['china', 'cyber'], false) };
    },
    'signing up by SMS': async () => {
      const to = newNumber();
      return { to, deed: () => ask(to, ['china', 'cyber']) };
    },
    'asking for the mail again, with another tag': async () => {
      const to = newEmail();
      taken(await ask(to, ['china']));
      return { to, deed: () => ask(to, ['cyber']) };
    },
    'coming back': async () => {
      const { to, id } = await confirmedEmail(['china', 'cyber']);
      await unsubscribe(scene.hands, { id, reason: 'by an editor' }, scene.clock);
      return { to, deed: () => ask(to, ['whales', 'cyber']) };
    },
    'getting further watches': async () => {
      const { to } = await confirmedNumber(['china']);
      return { to, deed: () => ask(to, ['cyber', 'Squid OR giant']) };
    },
    'confirming by the token': async () => {
      const to = newEmail();
      taken(await ask(to, ['china']));
      const token = lastToken(to);
      return { to, deed: () => confirm(scene.wire, { to, token }, scene.clock) };
    },
    'confirming by the code': async () => {
      const to = newNumber();
      taken(await ask(to, ['china']));
      const code = lastCode(to);
      return { to, deed: () => confirm(scene.wire, { to, code }, scene.clock) };
    },
    'choosing other watches': async () => {
      const { to, id } = await confirmedNumber(['china', 'cyber']);
      return { to, deed: () => setWatches(scene.wire, id, ['whales', 'cyber'], scene.clock) };
    },
    'leaving by email': async () => {
      const { to, id } = await confirmedEmail(['china', OWN]);
      return { to, deed: () => unsubscribe(scene.wire, { id, reason: 'by an editor' }, scene.clock) };
    },
    'leaving one tag': async () => {
      const { to, id } = await confirmedNumber(['china', 'cyber']);
      return { to, deed: () => unsubscribe(scene.wire, { id, reason: 'by an editor', watch: 'cyber' }, scene.clock) };
    },
  };

  test.each(Object.keys(deeds))('%s: finish, or the same call again, makes it whole', async (name) => {
    const prepare = deeds[name]!;
    const whole = await prepare();
    scene.arm();
    await whole.deed();
    const calls = scene.calls.length;
    const ended = await now(idOf(whole.to));
    expect(calls).toBeGreaterThan(3);

    // The last call's answer may be lost too.
    const points = Array.from({ length: calls }, (_, index) => ({ call: index + 1, when: 'before' as const }));
    for (const point of [...points, { call: calls, when: 'after' as const }]) {
      for (const again of [true, false]) {
        const { to, deed } = await prepare();
        scene.wait(20);
        scene.arm(point);
        await deed().catch(() => {});
        scene.arm();
        const id = idOf(to);
        if (again) {
          await deed();
          const subscriber = await now(id);
          expect([subscriber.state, subscriber.watches], `${point.call}`).toEqual([ended.state, ended.watches]);
          await expectConsistent(subscriber.id);
        }
        if (!(await now(id))) continue;
        if (!again && !(await isOpen(id))) {
          // Nothing was begun, or all is done.
          if ((await now(id)).state !== 'confirmed' || name !== 'confirming by the token') await expectUnlearned(id);
          continue;
        }
        scene.wait(180);
        await finish(scene.wire, id, scene.clock);
        expect(await isOpen(id)).toBe(false);
        await expectConsistent(id);
      }
    }
  });

  /** As consistent, but that SNS may know of a confirmation which `recover` learns by asking. */
  async function expectUnlearned(id: string): Promise<void> {
    const subscriber = await now(id);
    const status =
      subscriber.state === 'pending' && subscriber.subscriptionArn
        ? await scene.hands.carrier.subscriptionStatus(subscriber.subscriptionArn)
        : undefined;
    if (status === 'confirmed') expect(await rowsOf(id)).toEqual(subscriber.watches);
    else await expectConsistent(id);
  }
});

test('whoever signs up, leaves and changes at once is left in one piece', async () => {
  for (let round = 0; round < 6; round++) {
    const { id, to } = await confirmedEmail(['china', 'cyber']);
    await Promise.all([
      unsubscribe(scene.wire, { id, reason: 'by an editor' }, scene.clock),
      ask(to, ['whales']),
      setWatches(scene.wire, id, ['cyber'], scene.clock),
      ask(to, ['microsoft exchange']),
      unsubscribe(scene.wire, { id, reason: 'by the link in an alert' }, scene.clock),
    ]);
    await expectConsistent(id);
    scene.wait(180);
    await finish(scene.wire, id, scene.clock);
    expect(await isOpen(id)).toBe(false);
    await expectConsistent(id);
  }
});

test('whoever finds that somebody came back while it was clearing up puts back what is written', async () => {
  const { id, to } = await confirmedNumber(['china', 'cyber']);
  let cameBack = false;
  const slow: typeof scene.wire = {
    ...scene.wire,
    watches: {
      ...scene.wire.watches,
      async remove(tag, subscriber) {
        if (!cameBack) {
          cameBack = true;
          taken(await ask(to, ['china', 'whales']));
        }
        await scene.hands.watches.remove(tag, subscriber);
      },
    },
  };
  const left = await unsubscribe(slow, { id, reason: 'by an editor' }, scene.clock);
  expect(left).toMatchObject({ ok: true, subscriber: { state: 'pending', watches: ['china', 'whales'] } });
  await expectConsistent(id);
});

test('whoever comes back by email while the topic is being taken away is asked to confirm once more', async () => {
  const { id, to } = await confirmedEmail(['china', 'cyber']);
  let cameBack = false;
  const slow: typeof scene.wire = {
    ...scene.wire,
    carrier: {
      ...scene.wire.carrier,
      async deleteTopic(topicArn) {
        if (!cameBack) {
          cameBack = true;
          taken(await ask(to, ['whales']));
        }
        await scene.hands.carrier.deleteTopic(topicArn);
      },
    },
  };
  await unsubscribe(slow, { id, reason: 'by an editor' }, scene.clock);
  await expectConsistent(id);
  expect(await confirm(scene.wire, { to, token: lastToken(to) }, scene.clock)).toMatchObject({ did: 'confirmed' });
});

test('a topic that a slow writer deletes after its successor, and dies over, is made anew by finish', async () => {
  const { id, to } = await confirmedEmail(['china']);
  await unsubscribe(scene.wire, { id, reason: 'by an editor' }, scene.clock);
  scene.wait(10);
  taken(await ask(to, ['china']));
  // The rest of the leaving, had it been held up until now.
  await scene.hands.carrier.deleteTopic((await now(id)).topicArn as string);
  expect(await isOpen(id)).toBe(true);
  scene.wait(180);
  await finish(scene.wire, id, scene.clock);
  await expectConsistent(id);
  expect(await confirm(scene.wire, { to, token: lastToken(to) }, scene.clock)).toMatchObject({ did: 'confirmed' });
});

test('what a slow writer takes away after its successor, and dies over, is put back by finish', async () => {
  const { id, to } = await confirmedNumber(['china']);
  await unsubscribe(scene.wire, { id, reason: 'by an editor' }, scene.clock);
  scene.wait(10);
  taken(await ask(to, ['china', 'cyber']));
  expect(await confirm(scene.wire, { to, code: lastCode(to) }, scene.clock)).toMatchObject({ ok: true });
  // The rest of the leaving, had it been held up until now.
  await scene.hands.watches.remove('china', id);
  expect(await isOpen(id)).toBe(true);
  scene.wait(180);
  await finish(scene.wire, id, scene.clock);
  expect(await isOpen(id)).toBe(false);
  await expectConsistent(id);
});
