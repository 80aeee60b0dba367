import { randomInt } from 'node:crypto';
import { writeConfirmation, writeWelcome } from '../core/alert/index.ts';
import {
  askedAgain,
  type Channel,
  codeMinutes,
  confirmed,
  decideCode,
  formatAddress,
  hashCode,
  makeCode,
  newSubscriber,
  readAddress,
  type Subscriber,
  signStop,
  signupLimits,
  subscriberId,
  unsubscribed,
  withCode,
  withTry,
  withWatches,
} from '../core/subscriber/index.ts';
import { isServiceFailure, readFailure } from './sns.ts';
import { learnStatus } from './subscription.ts';
import { tagName } from './tags.ts';
import type { Wire } from './wire.ts';

/*
 * Signing up, confirming, changing and leaving. Each begins with one conditional write of the subscriber, which is the
 * decision, and puts it into the index of open ones; then `settle` makes watches and SNS agree with what is written, and
 * takes it out of that index. Whoever is interrupted between the two is settled by the next call or by `recover`.
 */

export interface SignUpRequest {
  /** As typed: an email address or a phone number. */
  to: string;
  /** Names of tags, as typed. */
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
  | { ok: false; kind: 'invalid' | 'unknown tag' | 'unavailable'; reason: string }
  | { ok: false; kind: 'limit'; reason: string; retryAfterSeconds: number };

/** How often a change is decided anew because somebody else wrote in between. */
const ROUNDS = 12;

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
  const tags = await readTags(wire, watches);
  if (!tags.ok) return tags;

  const { channel } = address;
  const limits = signupLimits({ ...address, address: from });
  // Of the limits only that on confirmations pending in the account is not a measure against strangers.
  const refused = await takeLimits(wire, trusted ? limits.filter(({ key }) => key === PENDING_BOUND) : limits, now);
  if (refused) return refused;

  const id = subscriberId(channel, address.to);
  const { signingKey } = await wire.secret(now);
  for (let round = 0; round < ROUNDS; round++) {
    const seen = await asItStands(wire, id, now);
    if (seen?.state === 'confirmed') {
      if (!trusted) return asked(seen);
      const added = await addWatches(wire, seen, tags.names, now);
      if (added) return added;
      continue;
    }
    if (channel === 'sms') {
      const optedOut = await mayNotText(wire, address.to, seen, now);
      if (optedOut === 'unknown') return unavailable(channel);
      if (optedOut === 'opted out') {
        if (trusted) return { ok: false, kind: 'invalid', reason: OPTED_OUT };
        return asked(seen ?? newSubscriber({ ...address, watches: tags.names, now }));
      }
    }
    const before = seen ? forgetSubscription(askedAgain(seen, now)) : newSubscriber({ ...address, watches: [], now });
    // Who left and comes back starts anew; who never confirmed adds to what was asked for.
    const wanted = seen?.state === 'pending' ? [...seen.watches, ...tags.names] : tags.names;
    const code = makeCode(random);
    let next = withWatches(before, wanted, now);
    if (channel === 'sms') next = withCode(next, hashCode(signingKey, id, code), now);
    if (!(await wire.subscribers.replace(seen, next, true))) continue;

    const stale = seen?.watches ?? [];
    const settled = await orUnavailable(settle(wire, id, now, stale, isCrowded(seen, now)));
    if (settled === 'unavailable') return unavailable(channel);
    if (!settled || settled.state === 'unsubscribed') {
      return { ok: false, kind: 'invalid', reason: settled?.reason ?? 'the address was removed meanwhile' };
    }
    if (channel === 'email') return asked(settled);
    // Somebody who asked at the same moment made another code, and sends it: only the last one written is good.
    if (settled.codeHash !== next.codeHash) return asked(settled);
    return sendCode(wire, settled, code);
  }
  throw tooMany(id);
}

/** `signupLimits` counts here what SNS's bound of 5,000 pending confirmations in an account leaves room for. */
const PENDING_BOUND = 'signup#emails#day';

const OPTED_OUT =
  'the owner of this number replied STOP: SNS sends it nothing until it is opted in again (SNS allows that once in 30 days)';

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

async function addWatches(wire: Wire, seen: Subscriber, names: string[], now: Date): Promise<SignUp | undefined> {
  const next = withWatches(seen, [...seen.watches, ...names], now);
  const address = formatAddress(seen.channel, seen.to);
  if (next.watches.length === seen.watches.length) {
    // An earlier call may have stopped before its watches were all in place.
    const settled = (await settle(wire, seen.id, now, 'all', isCrowded(seen, now))) ?? seen;
    return { ok: true, subscriber: settled, did: 'nothing', words: `${address} already watches ${listed(names)}.` };
  }
  if (!(await wire.subscribers.replace(seen, next, true))) return undefined;
  const settled = (await settle(wire, seen.id, now, [], isCrowded(seen, now))) ?? next;
  return {
    ok: true,
    subscriber: settled,
    did: 'watches changed',
    words: `${address} now watches ${listed(settled.watches)}.`,
  };
}

/** The same for everybody, whether the address is new, pending or subscribed. */
function asked(subscriber: Subscriber): SignUp {
  if (subscriber.channel === 'email') {
    return {
      ok: true,
      subscriber,
      did: 'confirmation sent',
      words:
        `A mail to ${subscriber.to} asks to confirm: open its link within 48 hours. It comes from ` +
        'no-reply@sns.amazonaws.com, perhaps into the spam folder. Nothing else is sent before that.',
    };
  }
  return {
    ok: true,
    subscriber,
    did: 'code sent',
    words:
      `A text to ${formatAddress('sms', subscriber.to)} has a code of six digits, good for ${codeMinutes} minutes. ` +
      'Nothing else is sent before it is entered. No text comes to a number that has replied STOP, or that is subscribed already.',
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

async function sendCode(wire: Wire, subscriber: Subscriber, code: string): Promise<SignUp> {
  const outcome = await wire.carrier.publishSms(subscriber.to, writeConfirmation({ code }).text);
  switch (outcome.kind) {
    case 'accepted':
    // Perhaps it was sent: the person sees, and can ask again.
    case 'unanswered':
      return asked(subscriber);
    case 'later':
      return unavailable('sms');
    case 'refused':
    case 'gone':
      return { ok: false, kind: 'invalid', reason: outcome.reason };
    case 'broken':
      throw new Error(`the code could not be sent: ${outcome.reason}`);
  }
}

async function mayNotText(
  wire: Wire,
  to: string,
  seen: Subscriber | undefined,
  now: Date,
): Promise<'opted out' | 'unknown' | undefined> {
  const optedOut = await orUnavailable(throughSns(wire.carrier.isOptedOut(to)));
  if (optedOut === 'unavailable') return 'unknown';
  if (!optedOut) return undefined;
  if (seen) await learnStatus(wire, seen, 'opted out', now);
  return 'opted out';
}

/** SNS does not say when a person confirms by its link: somebody pending may be confirmed since. */
async function asItStands(wire: Wire, id: string, now: Date): Promise<Subscriber | undefined> {
  const seen = await wire.subscribers.get(id);
  if (seen?.channel !== 'email' || seen.state !== 'pending' || !seen.subscriptionArn) return seen;
  const status = await orUnavailable(throughSns(wire.carrier.subscriptionStatus(seen.subscriptionArn)));
  return status === 'confirmed' ? learnStatus(wire, seen, 'confirmed', now) : seen;
}

/** Without its subscription, a pending subscriber is one whose confirmation is yet to be sent. */
function forgetSubscription({ subscriptionArn: _subscriptionArn, ...subscriber }: Subscriber): Subscriber {
  return subscriber;
}

export type Confirmation =
  | { ok: true; subscriber: Subscriber; did: 'confirmed' | 'nothing'; words: string }
  /** `refused`: its reason is for the trusted; anybody else could learn from it who is subscribed. */
  | { ok: false; kind: 'invalid' | 'refused' | 'unavailable'; reason: string };

/**
 * Confirms an address: a number with the code that was sent to it; an email address with the token in SNS's mail, or the
 * whole link. Confirmed so, an email subscription cannot be ended by a scanner that follows the links of each mail.
 * A number is then welcomed by SMS, if SNS takes it.
 */
export async function confirm(
  wire: Wire,
  request: { to: string; code: string } | { to: string; token: string },
  now: Date,
): Promise<Confirmation> {
  const address = readAddress(request.to, { countries: wire.resources.smsCountries.split(',') });
  if (!address.ok) return { ok: false, kind: 'invalid', reason: address.reason };
  const id = subscriberId(address.channel, address.to);
  if ('code' in request) {
    if (address.channel !== 'sms') return { ok: false, kind: 'invalid', reason: 'a code confirms a phone number' };
    return confirmNumber(wire, id, request.code, now);
  }
  if (address.channel !== 'email') return { ok: false, kind: 'invalid', reason: 'a phone number needs its code' };
  const link = readLink(request.token);
  if (!link) {
    return { ok: false, kind: 'invalid', reason: 'this is not the link in the mail from Amazon SNS, nor its token' };
  }
  return confirmEmail(wire, id, link, now);
}

async function confirmNumber(wire: Wire, id: string, code: string, now: Date): Promise<Confirmation> {
  const { signingKey: key } = await wire.secret(now);
  for (let round = 0; round < ROUNDS; round++) {
    const seen = await wire.subscribers.get(id);
    if (!seen) return { ok: false, kind: 'refused', reason: 'no code was asked for by this number' };
    const decision = decideCode({ subscriber: seen, code, key, now });
    switch (decision.kind) {
      case 'no code':
        return { ok: false, kind: 'refused', reason: 'no code was asked for by this number' };
      case 'already confirmed':
        return { ok: false, kind: 'refused', reason: 'this number is confirmed already' };
      case 'expired':
        return { ok: false, kind: 'refused', reason: 'this code has expired: ask for a new one' };
      case 'too many tries':
        return { ok: false, kind: 'refused', reason: 'too many wrong codes: ask for a new one' };
      case 'wrong':
        // The try is on record before it is answered, so that a thousand at once are not a thousand tries.
        if (!(await wire.subscribers.replace(seen, withTry(seen, now)))) continue;
        return { ok: false, kind: 'refused', reason: `this is not the code: ${decision.triesLeft} tries left` };
      case 'confirmed': {
        if (!(await wire.subscribers.replace(seen, confirmed(seen, now), true))) continue;
        const settled = (await settle(wire, id, now, [], isCrowded(seen, now))) ?? seen;
        await welcome(wire, settled, key);
        return confirmation(settled);
      }
    }
  }
  throw tooMany(id);
}

function confirmation(subscriber: Subscriber, did: 'confirmed' | 'nothing' = 'confirmed'): Confirmation {
  const words = `${formatAddress(subscriber.channel, subscriber.to)} is confirmed and watches ${listed(subscriber.watches)}.`;
  return { ok: true, subscriber, did, words };
}

async function welcome(wire: Wire, { id, to, watches }: Subscriber, key: string): Promise<void> {
  const stop = `${wire.resources.publicUrl}/u?t=${signStop(key, id)}`;
  const outcome = await wire.carrier.publishSms(to, writeWelcome({ watches, stop }).text);
  if (outcome.kind !== 'accepted') {
    console.warn(JSON.stringify({ message: 'no welcome was sent', subscriber: id, reason: outcome.reason }));
  }
}

async function confirmEmail(
  wire: Wire,
  id: string,
  { token, topicArn }: { token: string; topicArn?: string },
  now: Date,
): Promise<Confirmation> {
  const known = await wire.subscribers.get(id);
  if (!known?.topicArn || known.state === 'unsubscribed' || (topicArn !== undefined && topicArn !== known.topicArn)) {
    return { ok: false, kind: 'refused', reason: 'this link is for no sign-up of this address' };
  }
  const taken = await orUnavailable(throughSns(wire.carrier.confirmEmail(known.topicArn, token)));
  if (taken === 'unavailable') {
    return { ok: false, kind: 'unavailable', reason: 'Amazon SNS cannot be reached at the moment: try again' };
  }
  if (!taken) return { ok: false, kind: 'refused', reason: 'this link has expired, or is not from the last mail' };
  for (let round = 0; round < ROUNDS; round++) {
    const seen = await wire.subscribers.get(id);
    if (!seen || seen.state === 'unsubscribed') {
      return { ok: false, kind: 'refused', reason: 'this address was unsubscribed meanwhile' };
    }
    if (seen.state === 'confirmed') return confirmation(seen, 'nothing');
    const next = confirmed(seen, now, seen.subscriptionArn);
    if (!(await wire.subscribers.replace(seen, next, true))) continue;
    return confirmation((await settle(wire, id, now, [], isCrowded(seen, now))) ?? next);
  }
  throw tooMany(id);
}

/** Reads what a person pastes: the link of SNS's mail, perhaps broken over lines or out of a page's source, or its token. */
function readLink(text: string): { token: string; topicArn?: string } | undefined {
  const compact = text.replace(/[\s<>"]+/g, '').replaceAll('&amp;', '&');
  if (TOKEN.test(compact)) return { token: compact };
  const query = URL.parse(compact)?.searchParams;
  const token = query?.get('Token') ?? '';
  if (!TOKEN.test(token)) return undefined;
  const topicArn = query?.get('TopicArn');
  return { token, ...(topicArn && { topicArn }) };
}

/** SNS's tokens are some two hundred hexadecimal digits; its reference promises nothing of their form. */
const TOKEN = /^[\w-]{16,1024}$/;

export type Leaving =
  | { ok: true; subscriber: Subscriber; did: 'unsubscribed' | 'watch removed' | 'nothing'; words: string }
  | { ok: false; kind: 'unknown'; reason: string };

/**
 * Ends all alerts to a subscriber, from the first write on; with `watch`, those of one tag, and all where none is left.
 * What is to be taken away in SNS may wait for `recover`.
 * @param leaving.reason in words, as `why` prints it
 */
export async function unsubscribe(
  wire: Wire,
  leaving: { id: string; reason: string; watch?: string | undefined },
  now: Date,
): Promise<Leaving> {
  const { id, reason } = leaving;
  const watch = leaving.watch === undefined ? undefined : tagName(leaving.watch);
  for (let round = 0; round < ROUNDS; round++) {
    const seen = await wire.subscribers.get(id);
    if (!seen) return { ok: false, kind: 'unknown', reason: 'there is no such subscriber' };
    const address = formatAddress(seen.channel, seen.to);
    const words =
      seen.state === 'unsubscribed'
        ? `${address} gets no alerts.`
        : watch !== undefined && !seen.watches.includes(watch)
          ? `${address} does not watch ${watch}.`
          : undefined;
    if (words !== undefined) {
      // An earlier call may have stopped before all was taken away.
      const subscriber = await settleIfSnsAnswers(wire, seen, now, 'all', isCrowded(seen, now));
      return { ok: true, subscriber, did: 'nothing', words };
    }
    const left = watch === undefined ? [] : seen.watches.filter((name) => name !== watch);
    const next = left.length > 0 ? withWatches(seen, left, now) : unsubscribed(seen, reason, now);
    if (!(await wire.subscribers.replace(seen, next, true))) continue;
    const subscriber = await settleIfSnsAnswers(wire, next, now, seen.watches, isCrowded(seen, now));
    return left.length > 0
      ? { ok: true, subscriber, did: 'watch removed', words: `${address} now watches ${listed(left)}.` }
      : { ok: true, subscriber, did: 'unsubscribed', words: `${address} gets no more alerts.` };
  }
  throw tooMany(id);
}

export type Watching =
  | { ok: true; subscriber: Subscriber; did: 'watches changed' | 'nothing'; words: string }
  | { ok: false; kind: 'unknown' | 'unsubscribed' | 'invalid' | 'unknown tag'; reason: string };

/**
 * Gives a subscriber these watches in place of those it has. At least one; a tag that the editors have since removed may be
 * kept by whoever watches it.
 */
export async function setWatches(wire: Wire, id: string, watches: readonly string[], now: Date): Promise<Watching> {
  for (let round = 0; round < ROUNDS; round++) {
    const seen = await wire.subscribers.get(id);
    if (!seen) return { ok: false, kind: 'unknown', reason: 'there is no such subscriber' };
    const address = formatAddress(seen.channel, seen.to);
    if (seen.state === 'unsubscribed') {
      return { ok: false, kind: 'unsubscribed', reason: `${address} is not subscribed: sign up again first` };
    }
    const tags = await readTags(wire, watches, seen.watches);
    if (!tags.ok) return tags;
    const next = withWatches(seen, tags.names, now);
    const words = `${address} now watches ${listed(next.watches)}.`;
    const same = next.watches.join('\n') === seen.watches.join('\n');
    if (same) {
      const settled = await settleIfSnsAnswers(wire, seen, now, 'all', isCrowded(seen, now));
      return { ok: true, subscriber: settled, did: 'nothing', words };
    }
    if (!(await wire.subscribers.replace(seen, next, true))) continue;
    const settled = await settleIfSnsAnswers(wire, next, now, seen.watches, isCrowded(seen, now));
    return { ok: true, subscriber: settled, did: 'watches changed', words };
  }
  throw tooMany(id);
}

/**
 * Completes what was left half-way with one subscriber; may be done again at any time without harm. Returns it as it then
 * stands, or undefined where there is none. Throws where a service fails: the next run tries again.
 */
export async function finish(wire: Wire, id: string, now: Date): Promise<Subscriber | undefined> {
  return settle(wire, id, now, 'all', false);
}

/**
 * Makes watches and SNS agree with what is written of the subscriber, then takes it out of the index of open ones.
 * @param stale tags of which it may have a row that it should no longer have; `all` where that is not known
 * @param leaveOpen see {@link isCrowded}
 */
async function settle(
  wire: Wire,
  id: string,
  now: Date,
  stale: readonly string[] | 'all',
  leaveOpen: boolean,
): Promise<Subscriber | undefined> {
  let doubtful = stale;
  for (let round = 0; round < ROUNDS; round++) {
    const seen = await wire.subscribers.get(id);
    if (!seen) return undefined;
    const next = await carryOut(wire, seen, doubtful === 'all' ? await allTags(wire) : doubtful, now);
    if (await wire.subscribers.replace(seen, next, leaveOpen)) return { ...next, revision: (seen.revision ?? 0) + 1 };
    // Somebody has written since, and may have set up what was just taken away: what is written now is to be made true.
    doubtful = 'all';
  }
  throw tooMany(id);
}

/** For a change that stands even if SNS cannot be reached: `recover` then does the rest. */
async function settleIfSnsAnswers(
  wire: Wire,
  written: Subscriber,
  now: Date,
  stale: readonly string[] | 'all',
  leaveOpen: boolean,
): Promise<Subscriber> {
  const settled = await orUnavailable(settle(wire, written.id, now, stale, leaveOpen));
  return settled === 'unavailable' || !settled ? written : settled;
}

/**
 * Whether the writer before may still be at work (a function lives half a minute). Should it take away a row that was set
 * up after it, and then stop before it noticed, nobody would know: so the subscriber stays open, for `recover` to look at
 * once more when all is quiet.
 */
function isCrowded(previous: Subscriber | undefined, now: Date): boolean {
  return previous !== undefined && now.getTime() - Date.parse(previous.updatedAt) < CROWDED_MS;
}

const CROWDED_MS = 60_000;

async function carryOut(wire: Wire, seen: Subscriber, stale: readonly string[], now: Date): Promise<Subscriber> {
  if (seen.state === 'unsubscribed') {
    const next = seen.channel === 'email' ? await endSubscription(wire, seen) : seen;
    await each([...new Set([...seen.watches, ...stale])], (tag) => wire.watches.remove(tag, seen.id));
    return next;
  }
  await each(seen.watches, (tag) => wire.watches.add(tag, seen.id));
  await each(
    [...new Set(stale)].filter((tag) => !seen.watches.includes(tag)),
    (tag) => wire.watches.remove(tag, seen.id),
  );
  if (seen.channel === 'email' && seen.state === 'pending' && !seen.subscriptionArn) {
    return askToConfirm(wire, seen, now);
  }
  return seen;
}

async function askToConfirm(wire: Wire, seen: Subscriber, now: Date): Promise<Subscriber> {
  const topicArn = await throughSns(wire.carrier.createTopic(seen.id));
  try {
    const subscriptionArn = await throughSns(wire.carrier.subscribeEmail(topicArn, seen.to));
    return { ...seen, topicArn, subscriptionArn };
  } catch (error) {
    const failure = readFailure(error);
    if (error instanceof SnsUnavailable || failure.kind !== 'refused') throw error;
    // It will never take this address: to try for ever would help nobody.
    const refused = unsubscribed({ ...seen, topicArn }, failure.reason, now);
    return carryOut(wire, refused, [], now);
  }
}

async function endSubscription(wire: Wire, seen: Subscriber): Promise<Subscriber> {
  // It may have been made by somebody who stopped before its ARN was written; the name says which it would be.
  const topicArn = seen.topicArn ?? (await throughSns(wire.carrier.createTopic(seen.id)));
  if (seen.subscriptionArn) {
    try {
      await throughSns(wire.carrier.unsubscribe(seen.subscriptionArn));
    } catch (error) {
      // One that is pending cannot be ended by a call: it goes with its topic.
      if (error instanceof SnsUnavailable || readFailure(error).kind !== 'refused') throw error;
    }
  }
  await throughSns(wire.carrier.deleteTopic(topicArn));
  return { ...seen, topicArn };
}

/** SNS throttled, failed or did not answer: worth trying again. */
class SnsUnavailable extends Error {
  override name = 'SnsUnavailable';
}

async function throughSns<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (!isServiceFailure(error)) throw error;
    const failure = readFailure(error);
    if (failure.kind === 'refused' || failure.kind === 'broken') throw error;
    throw new SnsUnavailable(failure.reason, { cause: error });
  }
}

async function orUnavailable<T>(call: Promise<T>): Promise<T | 'unavailable'> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof SnsUnavailable)) throw error;
    console.warn(JSON.stringify({ message: 'SNS is unavailable', reason: error.message }));
    return 'unavailable';
  }
}

/** Waits for all, ten at a time, before it throws what one of them threw. */
async function each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  for (let start = 0; start < items.length; start += 10) {
    const results = await Promise.allSettled(items.slice(start, start + 10).map(work));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }
}

const allTags = async (wire: Wire) => (await wire.tags.list()).map(({ name }) => name);

/** The names of tags as they are kept; `kept` are taken though the editors have them no more. */
async function readTags(
  wire: Wire,
  typed: readonly string[],
  kept: readonly string[] = [],
): Promise<{ ok: true; names: string[] } | { ok: false; kind: 'invalid' | 'unknown tag'; reason: string }> {
  const names = [...new Set(typed.map(tagName).filter(Boolean))];
  const all = await allTags(wire);
  const known = new Set([...all, ...kept]);
  const theTags = all.length > 0 ? `the tags are ${listed(all.slice(0, 30), all.length)}` : 'there are no tags yet';
  if (names.length === 0) return { ok: false, kind: 'invalid', reason: `name at least one tag to watch: ${theTags}` };
  const unknown = names.find((name) => !known.has(name));
  if (unknown === undefined) return { ok: true, names };
  const near = nearest(unknown, all);
  const hint = near === undefined ? '' : `did you mean ${near}? `;
  return { ok: false, kind: 'unknown tag', reason: `there is no tag "${unknown.slice(0, 60)}": ${hint}${theTags}` };
}

/** The name that differs in the fewest letters, where those are not more than a third of it. */
function nearest(name: string, names: readonly string[]): string | undefined {
  let best: { name: string; distance: number } | undefined;
  for (const candidate of names) {
    if (Math.abs(candidate.length - name.length) > candidate.length / 3) continue;
    const distance = editDistance(name, candidate);
    if (distance <= Math.max(1, candidate.length / 3) && distance < (best?.distance ?? Number.POSITIVE_INFINITY)) {
      best = { name: candidate, distance };
    }
  }
  return best?.name;
}

/** Letters to be put in, taken out, exchanged, or swapped with their neighbour. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let least = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, beforeLast[j - 2]! + 1);
      row.push(least);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}

const list = new Intl.ListFormat('en', { type: 'conjunction' });

function listed(names: readonly string[], count = names.length): string {
  return list.format(count > names.length ? [...names, `${count - names.length} more`] : names);
}

function tooMany(id: string): Error {
  return new Error(`subscriber ${id} is being written by too many at once`);
}
