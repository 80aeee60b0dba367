import { createHash } from 'node:crypto';
import type { Channel } from './subscriber.ts';

/** Crockford's base32, lower-case: no i, l, o or u, so that an id read aloud or typed over is the same id. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * A subscriber's id: the first sixty bits of SHA-256 of "channel:to", as twelve characters. The same address is the same
 * subscriber for ever; for a million of them the chance that any two meet is one in two million.
 */
export function subscriberId(channel: Channel, to: string): string {
  const digest = createHash('sha256').update(`${channel}:${to}`).digest();
  let bits = digest.readBigUInt64BE(0) >> 4n;
  let id = '';
  for (let i = 0; i < 12; i += 1) {
    id = alphabet.charAt(Number(bits & 31n)) + id;
    bits >>= 5n;
  }
  return id;
}
