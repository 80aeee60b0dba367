import { digestId } from '../article/digest-id.ts';
import type { Channel } from './subscriber.ts';

/**
 * A subscriber's id: the first sixty bits of SHA-256 of "channel:to", as twelve characters. The same address is the same
 * subscriber for ever; for a million of them the chance that any two meet is one in two million.
 */
export function subscriberId(channel: Channel, to: string): string {
  return digestId(`${channel}:${to}`, 12);
}
