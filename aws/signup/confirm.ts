import { writeWelcome } from '../../core/alert/index.ts';
import {
  confirmed,
  decideCode,
  formatAddress,
  readAddress,
  type Subscriber,
  signStop,
  subscriberId,
  withTry,
} from '../../core/subscriber/index.ts';
import type { Wire } from '../wire.ts';
import { OVERTAKEN, untilWritten } from './rounds.ts';
import { settle } from './settle.ts';
import { fromSns, orUnavailable } from './sns-answers.ts';
import { listed } from './watches.ts';

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
  return untilWritten<Confirmation>(id, async () => {
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
        // The try is on record before it is answered, so that a thousand at once are not a thousand tries. It settles
        // nothing, so what an earlier call left open stays open.
        if (!(await wire.subscribers.replace(seen, withTry(seen, now), true))) return OVERTAKEN;
        return { ok: false, kind: 'refused', reason: `this is not the code: ${decision.triesLeft} tries left` };
      case 'confirmed': {
        if (!(await wire.subscribers.replace(seen, confirmed(seen, now), true))) return OVERTAKEN;
        const settled = (await settle(wire, id, now, { stale: [], before: seen })) ?? seen;
        await welcome(wire, settled, key);
        return confirmation(settled);
      }
    }
  });
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
  const taken = await orUnavailable(fromSns(wire.carrier.confirmEmail(known.topicArn, token)));
  if (taken === 'unavailable') {
    return { ok: false, kind: 'unavailable', reason: 'Amazon SNS cannot be reached at the moment: try again' };
  }
  if (!taken) return { ok: false, kind: 'refused', reason: 'this link has expired, or is not from the last mail' };
  return untilWritten<Confirmation>(id, async () => {
    const seen = await wire.subscribers.get(id);
    if (!seen || seen.state === 'unsubscribed') {
      return { ok: false, kind: 'refused', reason: 'this address was unsubscribed meanwhile' };
    }
    if (seen.state === 'confirmed') return confirmation(seen, 'nothing');
    const next = confirmed(seen, now, seen.subscriptionArn);
    if (!(await wire.subscribers.replace(seen, next, true))) return OVERTAKEN;
    return confirmation((await settle(wire, id, now, { stale: [], before: seen })) ?? next);
  });
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
