import type { Channel } from '../core/subscriber/subscriber.ts';

/** An address that its owner knows again and nobody else learns: an alert, with the links in it, may be passed on. */
export function maskedAddress(channel: Channel, to: string): string {
  if (channel === 'sms') return `the number ending in ${to.slice(-3)}`;
  const [local = '', domain = ''] = to.split('@');
  return `${local.slice(0, 1)}…@${domain}`;
}
