import { subscriberId } from './identity.ts';
import type { Channel } from './subscriber.ts';

/** At most `max` times in a window of `windowSeconds`, counted under `key`; `reason` is for the person who met it. */
export interface Limit {
  key: string;
  max: number;
  windowSeconds: number;
  reason: string;
}

const hour = 3_600;
const day = 24 * hour;

/**
 * What a sign-up counts against, narrowest first; all must have room. `address` is the IP address that asked, where it is
 * known. Keys hold the subscriber's id, not the address.
 *
 * SMS: SMS pumping earns by the number of texts to one country, so there is a bound on each. Email: at most 5,000 SNS
 * confirmations may be pending in an account, for 48 hours each. 1,600 a day keeps any 48 hours (three windows at the
 * most) at 4,800; 500 an hour alone would not.
 */
export function signupLimits({
  channel,
  to,
  country,
  address,
}: {
  channel: Channel;
  to: string;
  country?: string | undefined;
  address?: string | undefined;
}): Limit[] {
  const from = address === undefined ? [] : [address];
  const perAddress = from.map((ip) => ({
    key: `signup#ip#${network(ip)}`,
    max: 10,
    windowSeconds: hour,
    reason: 'too many sign-ups from this network in the last hour',
  }));
  const own = `signup#${channel}#${subscriberId(channel, to)}`;
  if (channel === 'sms') {
    return [
      { key: own, max: 3, windowSeconds: hour, reason: 'too many codes were sent to this number in the last hour' },
      ...perAddress,
      {
        key: `signup#country#${country ?? 'none'}`,
        max: 100,
        windowSeconds: hour,
        reason: 'too many numbers of this country signed up in the last hour',
      },
    ];
  }
  return [
    {
      key: own,
      max: 3,
      windowSeconds: hour,
      reason: 'too many confirmations were sent to this address in the last hour',
    },
    ...perAddress,
    { key: 'signup#emails#hour', max: 500, windowSeconds: hour, reason: 'too many email sign-ups in the last hour' },
    { key: 'signup#emails#day', max: 1_600, windowSeconds: day, reason: 'too many email sign-ups today' },
  ];
}

/** An IPv4 address, or the /64 that one IPv6 household has to itself, so that it cannot take a new address each time. */
function network(ip: string): string {
  const plain = ip
    .trim()
    .toLowerCase()
    .replace(/%.*$/, '')
    .replace(/^::ffff:(?=\d+\.)/, '');
  if (!plain.includes(':')) return plain.slice(0, 64);
  const [left = '', right] = plain.split('::');
  const before = left === '' ? [] : left.split(':');
  const after = right === undefined || right === '' ? [] : right.split(':');
  const middle = right === undefined ? [] : Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0');
  const groups = [...before, ...middle, ...after].slice(0, 4).map((group) => group.replace(/^0+(?=.)/, '').slice(0, 4));
  return `${groups.join(':')}::/64`;
}
