import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decideCode,
  hashCode,
  makeCode,
  newSubscriber,
  readAddress,
  readAlert,
  readStop,
  signAlert,
  signStop,
  subscriberId,
  withCode,
} from '../../core/subscriber/index.ts';

const id = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-z]{${length}}$`));
const now = '2024-05-06T07:08:09.000Z';

describe('tokens', () => {
  it('read back as they were signed, and one other character anywhere breaks them', () => {
    fc.assert(
      fc.property(id(16), id(12), fc.nat(35), fc.constantFrom(...'0aAzZ-_9'), (article, subscriber, place, other) => {
        const stop = signStop('k', subscriber);
        const alert = signAlert('k', article, subscriber);
        expect(readStop('k', stop)).toBe(subscriber);
        expect(readAlert('k', alert)).toEqual({ article, subscriber });
        const broken = (token: string) =>
          token.slice(0, place % token.length) + other + token.slice((place % token.length) + 1);
        if (broken(stop) !== stop) expect(readStop('k', broken(stop))).toBeUndefined();
        if (broken(alert) !== alert) expect(readAlert('k', broken(alert))).toBeUndefined();
      }),
    );
  });

  it('no text is one by chance', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        expect(readStop('k', text)).toBeUndefined();
        expect(readAlert('k', text)).toBeUndefined();
      }),
    );
  });
});

describe('readAddress', () => {
  it('answers for any text, with an address that reads as itself or with a reason', () => {
    const digits = fc.stringMatching(/^\+?[0-9 ()-]{0,20}$/);
    const mail = fc
      .tuple(fc.string({ maxLength: 12 }), fc.string({ unit: 'grapheme', maxLength: 20 }))
      .map((parts) => parts.join('@'));
    const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), digits, mail, fc.emailAddress());
    fc.assert(
      fc.property(text, (typed) => {
        const read = readAddress(typed, { countries: ['GB', 'US'] });
        if (!read.ok) {
          expect(read.reason).toMatch(/\w/);
          return;
        }
        expect(read.to).toMatch(read.channel === 'sms' ? /^\+[1-9]\d{6,14}$/ : /^[!-~]+@[a-z0-9.-]+$/);
        expect(readAddress(read.to, { countries: ['GB', 'US'] })).toEqual(read);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('subscriberId', () => {
  it('is twelve characters of the alphabet, and another for another address', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        expect(subscriberId('email', one)).toMatch(/^[0-9a-hjkmnp-tv-z]{12}$/);
        expect(subscriberId('email', one) === subscriberId('email', other)).toBe(one === other);
      }),
    );
  });
});

describe('codes', () => {
  it('only the code confirms', () => {
    const code = fc.nat(999_999).map((n) => makeCode(() => n));
    fc.assert(
      fc.property(code, fc.oneof(code, fc.string({ unit: 'binary' })), (made, given) => {
        const asked = newSubscriber({ channel: 'sms', to: '+447700900123', watches: [], now });
        const subscriber = withCode(asked, hashCode('k', asked.id, made), now);
        expect(decideCode({ subscriber, code: made, key: 'k', now })).toEqual({ kind: 'confirmed' });
        const same = given.normalize('NFKC').replace(/[\s\p{Pd}]/gu, '') === made;
        expect(decideCode({ subscriber, code: given, key: 'k', now }).kind).toBe(same ? 'confirmed' : 'wrong');
      }),
    );
  });
});
