import { randomInt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  alertLinks,
  askedAgain,
  checkBearer,
  codeTriesAllowed,
  confirmed,
  decideCode,
  deriveApiToken,
  hashCode,
  makeCode,
  newSubscriber,
  readAddress,
  readAlert,
  readStop,
  type Subscriber,
  signAlert,
  signStop,
  signupLimits,
  subscriberId,
  unsubscribed,
  withCode,
  withTry,
  withWatches,
} from '../../core/subscriber/index.ts';
import samples from '../../samples/subscribers.json' with { type: 'json' };

const key = 'a signing key for the tests';
const now = '2024-05-06T07:08:09.000Z';
const later = (minutes: number) => new Date(new Date(now).getTime() + minutes * 60_000);
const asked = newSubscriber({ channel: 'sms', to: '+447700900123', watches: ['cyber'], now });
const article = '0123456789abcdef';

describe('the samples', () => {
  it('are four addresses that can be read, met by three tags', () => {
    const read = samples.map(({ to }) => readAddress(to, { countries: ['GB'] }));
    expect(read.map((address) => address.ok && address.channel)).toEqual(['email', 'email', 'sms', 'sms']);
    expect([...new Set(samples.flatMap(({ watches }) => watches))].sort()).toEqual([
      'china',
      'cyber',
      'microsoft exchange',
    ]);
  });
});

describe('subscriberId', () => {
  it('never changes: it is a key of the ledger', () => {
    // printf %s email:ana@example.org | sha256sum, its first sixty bits in Crockford's base32.
    expect(subscriberId('email', 'ana@example.org')).toBe('1ydbwkwbjqrr');
    expect(subscriberId('sms', '+447700900123')).toBe('1bd9e268t94r');
  });

  it('is one for each channel and address', () => {
    expect(subscriberId('email', 'x')).not.toBe(subscriberId('sms', 'x'));
    expect(subscriberId('email', 'x')).toMatch(/^[0-9a-hjkmnp-tv-z]{12}$/);
  });
});

describe('links', () => {
  it('carry tokens of the sizes that fit an SMS', () => {
    expect(signStop(key, asked.id)).toMatch(/^[0-9a-z]{12}[\w-]{10}$/);
    expect(signAlert(key, article, asked.id)).toMatch(/^[0-9a-z]{28}[\w-]{8}$/);
  });

  it('lead where the pages are', () => {
    const links = alertLinks({
      key,
      publicUrl: 'https://bell.example/',
      article: { id: article, url: 'https://x.example/' },
      subscriber: asked,
    });
    expect(links).toEqual({
      read: 'https://x.example/',
      stop: `https://bell.example/u?t=${signStop(key, asked.id)}`,
      manage: `https://bell.example/manage?t=${signStop(key, asked.id)}`,
      both: `https://bell.example/a/${signAlert(key, article, asked.id)}`,
    });
    expect(
      alertLinks({ key, publicUrl: 'https://bell.example', article: { id: article }, subscriber: asked }),
    ).not.toHaveProperty('read');
  });

  it('are good for nothing else', () => {
    const stop = signStop(key, asked.id);
    const alert = signAlert(key, article, asked.id);
    expect(readStop(key, stop)).toBe(asked.id);
    expect(readAlert(key, alert)).toEqual({ article, subscriber: asked.id });
    expect(readStop('another key', stop)).toBeUndefined();
    expect(readAlert('another key', alert)).toBeUndefined();
    expect(readStop(key, alert)).toBeUndefined();
    expect(readAlert(key, stop)).toBeUndefined();
    // The HMAC for one use, cut to the length of the other.
    expect(readStop(key, asked.id + deriveApiToken(key).slice(0, 10))).toBeUndefined();
    expect(readAlert(key, article + asked.id + stop.slice(12, 20))).toBeUndefined();
    for (const broken of ['', stop.slice(1), `${stop}x`, `${stop}\n`, stop.toUpperCase(), 'x'.repeat(100_000)]) {
      expect(readStop(key, broken)).toBeUndefined();
    }
  });
});

describe('the API token', () => {
  it('is the same for the same key, and long', () => {
    expect(deriveApiToken(key)).toBe(deriveApiToken(key));
    expect(deriveApiToken(key)).not.toBe(deriveApiToken(`${key}.`));
    expect(deriveApiToken(key)).toMatch(/^[\w-]{43}$/);
  });

  it('is asked for as RFC 6750 writes it', () => {
    const token = deriveApiToken(key);
    expect(checkBearer(`Bearer ${token}`, token)).toBe(true);
    expect(checkBearer(`bearer  ${token} `, token)).toBe(true);
    for (const header of [
      undefined,
      '',
      token,
      'Bearer',
      'Bearer ',
      `Basic ${token}`,
      `Bearer ${token}x`,
      `Bearer ${token.slice(1)}`,
    ]) {
      expect(checkBearer(header, token)).toBe(false);
    }
    expect(checkBearer('Bearer ', '')).toBe(false);
    expect(checkBearer('Bearer x', '')).toBe(false);
  });
});

describe('codes', () => {
  const code = '012345';
  const waiting = withCode(asked, hashCode(key, asked.id, code), now);
  const decide = (subscriber: Subscriber, given: string, at: Date | string = later(1)) =>
    decideCode({ subscriber, code: given, key, now: at });

  it('have six digits, the small ones too', () => {
    expect(makeCode(() => 0)).toBe('000000');
    expect(makeCode((max) => max - 1)).toBe('999999');
    expect(makeCode((max) => randomInt(max))).toMatch(/^\d{6}$/);
  });

  it('confirm their number, however they are spaced', () => {
    expect(decide(waiting, '012345')).toEqual({ kind: 'confirmed' });
    expect(decide(waiting, ' 012 345 ')).toEqual({ kind: 'confirmed' });
    expect(decide(waiting, '012-345')).toEqual({ kind: 'confirmed' });
  });

  it('confirm no other number, and under no other key', () => {
    const other = newSubscriber({ channel: 'sms', to: '+447700900456', watches: [], now });
    const stolen = { ...withCode(other, hashCode(key, asked.id, code), now) };
    expect(decide(stolen, code)).toMatchObject({ kind: 'wrong' });
    expect(decideCode({ subscriber: waiting, code, key: 'another', now })).toMatchObject({ kind: 'wrong' });
  });

  it('give five tries', () => {
    let subscriber = waiting;
    for (let left = codeTriesAllowed - 1; left >= 0; left -= 1) {
      expect(decide(subscriber, '999999')).toEqual({ kind: 'wrong', triesLeft: left });
      subscriber = withTry(subscriber, later(1));
    }
    expect(decide(subscriber, code)).toEqual({ kind: 'too many tries' });
    expect(decide(withCode(subscriber, hashCode(key, asked.id, code), now), code)).toEqual({ kind: 'confirmed' });
  });

  it('take rubbish for a wrong try', () => {
    for (const rubbish of ['', '12345', '0123456', 'abcdef', '٠١٢٣٤٥']) {
      expect(decide(waiting, rubbish)).toEqual({ kind: 'wrong', triesLeft: 4 });
    }
  });

  it('end after ten minutes, to the millisecond', () => {
    expect(decide(waiting, code, new Date(later(10).getTime() - 1))).toEqual({ kind: 'confirmed' });
    expect(decide(waiting, code, later(10))).toEqual({ kind: 'expired' });
    expect(decide({ ...waiting, codeExpiresAt: 'broken' }, code)).toEqual({ kind: 'expired' });
  });

  it('are used up', () => {
    expect(decide(asked, code)).toEqual({ kind: 'no code' });
    const done = confirmed(waiting, later(1));
    expect(done).not.toHaveProperty('codeHash');
    expect(decide(done, code)).toEqual({ kind: 'already confirmed' });
    expect(decide(unsubscribed(waiting, 'asked to stop', later(1)), code)).toEqual({ kind: 'no code' });
  });
});

describe('the life of a subscriber', () => {
  it('begins pending, with its watches sorted and each once', () => {
    expect(
      newSubscriber({ channel: 'email', to: 'a@example.org', watches: ['cyber', ' china', 'cyber', ''], now }),
    ).toEqual({
      id: subscriberId('email', 'a@example.org'),
      channel: 'email',
      to: 'a@example.org',
      state: 'pending',
      watches: ['china', 'cyber'],
      createdAt: now,
      updatedAt: now,
    });
  });

  it('changes watches and nothing else', () => {
    const at = later(5).toISOString();
    expect(withWatches(asked, ['b', 'a'], later(5))).toEqual({ ...asked, watches: ['a', 'b'], updatedAt: at });
  });

  it('is confirmed once, and keeps the first time', () => {
    const first = confirmed(asked, later(1), 'arn:1');
    expect(first).toMatchObject({ state: 'confirmed', subscriptionArn: 'arn:1', confirmedAt: later(1).toISOString() });
    expect(confirmed(first, later(2)).confirmedAt).toBe(later(1).toISOString());
  });

  it('stops with a reason, keeps its watches and its first reason', () => {
    const stopped = unsubscribed(confirmed(asked, later(1)), 'the link in an alert', later(2));
    expect(stopped).toMatchObject({
      state: 'unsubscribed',
      reason: 'the link in an alert',
      unsubscribedAt: later(2).toISOString(),
      watches: ['cyber'],
    });
    expect(unsubscribed(stopped, 'another', later(3))).toEqual(stopped);
  });

  it('needs a new consent after that', () => {
    const stopped = unsubscribed(confirmed(asked, later(1), 'arn:1'), 'the link in an alert', later(2));
    const again = askedAgain({ ...stopped, topicArn: 'arn:topic' }, later(3));
    expect(again).toEqual({ ...asked, topicArn: 'arn:topic', updatedAt: later(3).toISOString() });
    expect(askedAgain(confirmed(asked, later(1)), later(3)).state).toBe('confirmed');
  });

  it('writes into no object that it was given', () => {
    const frozen = Object.freeze({ ...asked, watches: Object.freeze(['cyber']) as string[] });
    for (const step of [
      () => withWatches(frozen, ['a'], now),
      () => confirmed(frozen, now),
      () => unsubscribed(frozen, 'x', now),
      () => withCode(frozen, 'h', now),
      () => withTry(frozen, now),
      () => askedAgain(frozen, now),
    ]) {
      expect(step).not.toThrow();
    }
  });
});

describe('signupLimits', () => {
  const limits = (input: Parameters<typeof signupLimits>[0]) =>
    Object.fromEntries(signupLimits(input).map(({ key: name, max, windowSeconds }) => [name, [max, windowSeconds]]));

  it('bounds codes by number, network and country', () => {
    expect(limits({ channel: 'sms', to: '+447700900123', country: 'GB', address: '192.0.2.7' })).toEqual({
      [`signup#sms#${asked.id}`]: [3, 3600],
      'signup#ip#192.0.2.7': [10, 3600],
      'signup#country#GB': [100, 3600],
    });
  });

  it('bounds emails by address, network and all', () => {
    expect(limits({ channel: 'email', to: 'ana@example.org', address: '192.0.2.7' })).toEqual({
      'signup#email#1ydbwkwbjqrr': [3, 3600],
      'signup#ip#192.0.2.7': [10, 3600],
      'signup#emails#hour': [500, 3600],
      'signup#emails#day': [1600, 86400],
    });
  });

  it('keeps fewer than 5,000 confirmations pending at any time', () => {
    const day = signupLimits({ channel: 'email', to: 'a@example.org' }).find(
      ({ windowSeconds }) => windowSeconds === 86_400,
    );
    // Confirmations wait 48 hours, which touch three days.
    expect((day?.max ?? Number.NaN) * 3).toBeLessThan(5000);
  });

  it('takes a household of IPv6 as one', () => {
    const network = (address: string) =>
      signupLimits({ channel: 'email', to: 'a@example.org', address })[1]?.key.slice('signup#ip#'.length);
    expect(network('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64');
    expect(network('2001:DB8:1:2::9')).toBe('2001:db8:1:2::/64');
    expect(network('2001:0db8::9')).toBe('2001:db8:0:0::/64');
    expect(network('::1')).toBe('0:0:0:0::/64');
    expect(network('::ffff:192.0.2.7')).toBe('192.0.2.7');
    expect(network('x'.repeat(9_999))).toHaveLength(64);
  });
});
