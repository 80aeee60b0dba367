import { randomInt } from 'node:crypto';
import { writeConfirmation } from '../../core/alert/index.ts';
import {
  askedAgain,
  type Channel,
  codeMinutes,
  formatAddress,
  hashCode,
  makeCode,
  newSubscriber,
  readAddress,
  type Subscriber,
  signupLimits,
  subscriberId,
  withCode,
  withWatches,
} from '../../core/subscriber/index.ts';
import { readFailure } from '../sns.ts';
import { learnStatus } from '../subscription.ts';
import type { Wire } from '../wire.ts';
import { OVERTAKEN, untilWritten } from './rounds.ts';
import { settle, yetToBeAsked } from './settle.ts';
import { fromSns, orUnavailable } from './sns-answers.ts';
import { listed, MAX_WATCHES, readWatches, TOO_MANY, type WatchesRead } from './watches.ts';

export interface SignUpRequest {
  /** As typed: an email address or a phone number. */
  to: string;
  /** As typed: names of tags, or queries. */
  watches: readonly string[];
  /** The owner or an editor: may add watches to somebody confirmed, and is not held up by the public's limits. */
  trusted: boolean;
  /** The IP address that asked, where it is known. */
  from?: string | undefined;
}

export type SignUp =
  | {
      ok: true;
      /** For the trusted only: to anybody else it would say who is subscribed. */
      subscriber: Subscriber;
      did: 'confirmation sent' | 'code sent' | 'watches changed' | 'nothing';
      /** For the person who asked. */
      words: string;
    }
  | { ok: false; kind: 'invalid' | 'unavailable'; reason: string }
  | { ok: false; kind: 'limit'; reason: string; retryAfterSeconds: number };

/**
 * Signs an address up. Nothing is sent but the request to confirm: SNS's own mail, or a six-digit code. Asked again, the
 * request is sent again. Somebody confirmed gets further watches from the trusted, and nothing at all from the public,
 * who are answered as for a new address. `unavailable`: SNS could not be reached; what was written stands, and for email
 * `recover` sends the confirmation later. A code is never sent late: nobody waits for it any more.
 * @param random a whole number from 0 up to, not including, `max`
 */
export async function subscribe(
  wire: Wire,
  { to, watches, trusted, from }: SignUpRequest,
  now: Date,
  random: (max: number) => number = (max) => randomInt(max),
): Promise<SignUp> {
  const address = readAddress(to, { countries: wire.resources.smsCountries.split(',') });
  if (!address.ok) return { ok: false, kind: 'invalid', reason: address.reason };
  const read = await readWatches(wire, watches);
  if (!read.ok) return read;

  const { channel } = address;
  const limits = signupLimits({ ...address, address: from });
  // Of the limits only that on confirmations pending in the account is not a measure against strangers.
  const refused = await takeLimits(wire, trusted ? limits.filter(({ key }) => key === PENDING_BOUND) : limits, now);
  if (refused) return refused;

  const id = subscriberId(channel, address.to);
  const { signingKey } = await wire.secret(now);
  return untilWritten<SignUp>(id, async () => {
    const before = await asItStands(wire, id, now);
    if (before?.state === 'confirmed') return trusted ? addWatches(wire, before, read, now) : asked(before, read);
    if (channel === 'sms') {
      const refusal = await mayNotText(wire, address.to, before, now);
      // What the public is told must not depend on whose number it is.
      if (refusal === OPTED_OUT && !trusted) {
        return asked(before ?? newSubscriber({ ...address, watches: read.names, now }), read);
      }
      if (refusal) return refusal;
    }
    const anew = before
      ? yetToBeAsked(askedAgain(before, now))
      : newSubscriber({ ...address, watches: read.names, now });
    // Who left and comes back starts anew; who never confirmed adds to what was asked for.
    const earlier = before?.state === 'pending' ? before.watches : [];
    // What is over the bound goes without a word: a refusal would tell a stranger that somebody has signed up.
    const wanted = [...new Set([...read.names, ...earlier])].slice(0, MAX_WATCHES);
    const code = makeCode(random);
    let next = withWatches(anew, wanted, now, read.queries);
    if (channel === 'sms') next = withCode(next, hashCode(signingKey, id, code), now);
    if (!(await wire.subscribers.replace(before, next, true))) return OVERTAKEN;

    const settled = await orUnavailable(settle(wire, id, now, { stale: before?.watches ?? [], before }));
    if (settled === 'unavailable') return unavailable(channel);
    if (!settled || settled.state === 'unsubscribed') {
      return { ok: false, kind: 'invalid', reason: settled?.reason ?? 'the address was removed meanwhile' };
    }
    // Somebody who asked at the same moment made another code, and sends it: only the last one written is good.
    if (channel === 'email' || settled.codeHash !== next.codeHash) return asked(settled, read);
    return sendCode(wire, settled, code, read);
  });
}

/** `signupLimits` counts here what SNS's bound of 5,000 pending confirmations in an account leaves room for. */
const PENDING_BOUND = 'signup#emails#day';

const OPTED_OUT: SignUp = {
  ok: false,
  kind: 'invalid',
  reason:
    'the owner of this number replied STOP: SNS sends it nothing until it is opted in again (SNS allows that once in 30 days)',
};

async function takeLimits(
  wire: Wire,
  limits: ReturnType<typeof signupLimits>,
  now: Date,
): Promise<Extract<SignUp, { kind: 'limit' }> | undefined> {
  for (const { key, max, windowSeconds, reason } of limits) {
    if (await wire.limits.take(key, max, windowSeconds, now)) continue;
    const retryAfterSeconds = windowSeconds - (Math.floor(now.getTime() / 1000) % windowSeconds);
    return { ok: false, kind: 'limit', reason, retryAfterSeconds };
  }
  return undefined;
}

async function addWatches(
  wire: Wire,
  before: Subscriber,
  { names, queries, notes }: Extract<WatchesRead, { ok: true }>,
  now: Date,
): Promise<SignUp | typeof OVERTAKEN> {
  const next = withWatches(before, [...before.watches, ...names], now, queries);
  if (next.watches.length > MAX_WATCHES) return { ok: false, kind: 'invalid', reason: TOO_MANY };
  const address = formatAddress(before.channel, before.to);
  if (next.watches.length === before.watches.length) {
    // An earlier call may have stopped before its watches were all in place.
    const settled = (await settle(wire, before.id, now, { stale: 'all', before })) ?? before;
    return { ok: true, subscriber: settled, did: 'nothing', words: `${address} already watches ${listed(names)}.` };
  }
  if (!(await wire.subscribers.replace(before, next, true))) return OVERTAKEN;
  const settled = (await settle(wire, before.id, now, { stale: [], before })) ?? next;
  return {
    ok: true,
    subscriber: settled,
    did: 'watches changed',
    words: [`${address} now watches ${listed(settled.watches)}.`, ...notes].join(' '),
  };
}

/** The same for everybody, whether the address is new, pending or subscribed. */
function asked(subscriber: Subscriber, { notes }: { notes: string[] }): SignUp {
  if (subscriber.channel === 'email') {
    return {
      ok: true,
      subscriber,
      did: 'confirmation sent',
      words: [
        `A mail to ${subscriber.to} asks to confirm: open its link within 48 hours. It comes from ` +
          'no-reply@sns.amazonaws.com, perhaps into the spam folder. Nothing else is sent before that.',
        ...notes,
      ].join(' '),
    };
  }
  return {
    ok: true,
    subscriber,
    did: 'code sent',
    words: [
      `A text to ${formatAddress('sms', subscriber.to)} has a code of six digits, good for ${codeMinutes} minutes. ` +
        'Nothing else is sent before it is entered. No text comes to a number that has replied STOP, or that is subscribed already.',
      ...notes,
    ].join(' '),
  };
}

function unavailable(channel: Channel): SignUp {
  return {
    ok: false,
    kind: 'unavailable',
    reason:
      channel === 'email'
        ? 'Amazon SNS cannot be reached at the moment: the mail that asks to confirm is sent as soon as it can be'
        : 'Amazon SNS cannot be reached at the moment, so no code was sent: ask again in a few minutes',
  };
}

async function sendCode(wire: Wire, subscriber: Subscriber, code: string, read: { notes: string[] }): Promise<SignUp> {
  const outcome = await wire.carrier.publishSms(subscriber.to, writeConfirmation({ code }).text);
  switch (outcome.kind) {
    case 'accepted':
    // Perhaps it was sent: the person sees, and can ask again.
    case 'unanswered':
      return asked(subscriber, read);
    case 'later':
      return unavailable('sms');
    case 'refused':
    case 'gone':
      return { ok: false, kind: 'invalid', reason: outcome.reason };
    case 'broken':
      throw new Error(`the code could not be sent: ${outcome.reason}`);
  }
}

/** Why no code can go to the number; undefined where nothing stands in the way. */
async function mayNotText(
  wire: Wire,
  to: string,
  seen: Subscriber | undefined,
  now: Date,
): Promise<SignUp | undefined> {
  let optedOut: boolean | 'unavailable';
  try {
    optedOut = await orUnavailable(fromSns(wire.carrier.isOptedOut(to)));
  } catch (error) {
    const failure = readFailure(error);
    if (failure.kind !== 'refused') throw error;
    return { ok: false, kind: 'invalid', reason: failure.reason };
  }
  if (optedOut === 'unavailable') return unavailable('sms');
  if (!optedOut) return undefined;
  if (seen) await learnStatus(wire, seen, 'opted out', now);
  return OPTED_OUT;
}

/** SNS does not say when a person confirms by its link: somebody pending may be confirmed since. */
async function asItStands(wire: Wire, id: string, now: Date): Promise<Subscriber | undefined> {
  const seen = await wire.subscribers.get(id);
  if (seen?.channel !== 'email' || seen.state !== 'pending' || !seen.subscriptionArn) return seen;
  const status = await orUnavailable(fromSns(wire.carrier.subscriptionStatus(seen.subscriptionArn)));
  return status === 'confirmed' ? learnStatus(wire, seen, 'confirmed', now) : seen;
}
