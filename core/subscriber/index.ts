/** Who is told: addresses, ids, signed links, confirmation codes, and the steps of a subscriber's life. */
export { type Address, formatAddress, readAddress } from './address.ts';
export { type CodeDecision, codeMinutes, codeTriesAllowed, decideCode, hashCode, makeCode } from './code.ts';
export { subscriberId } from './identity.ts';
export { askedAgain, confirmed, newSubscriber, unsubscribed, withCode, withTry, withWatches } from './life.ts';
export { type Limit, signupLimits } from './limits.ts';
export {
  type AlertLinks,
  alertLinks,
  checkBearer,
  deriveApiToken,
  readAlert,
  readStop,
  signAlert,
  signStop,
} from './links.ts';
export type { Channel, Subscriber, SubscriberState } from './subscriber.ts';
