/**
 * Signing up, confirming, changing and leaving. Each begins with one conditional write of the subscriber, which is the
 * decision, and puts it into the index of open ones; then `settle` makes watches and SNS agree with what is written, and
 * takes it out of that index. Whoever is interrupted between the two is settled by the next call or by `recover`.
 */
export { type Confirmation, confirm } from './signup/confirm.ts';
export { setWatches, type Watching } from './signup/set-watches.ts';
export { finish } from './signup/settle.ts';
export { type SignUp, type SignUpRequest, subscribe } from './signup/subscribe.ts';
export { type Leaving, unsubscribe } from './signup/unsubscribe.ts';
