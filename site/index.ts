/** The pages that a subscriber sees: plain HTML without a script; every text from outside is escaped. */
export { maskedAddress } from './address.ts';
export { alertPage } from './alert.ts';
export { type Html, messagePage, pageHeaders } from './layout.ts';
export { notSubscribedPage, type Reader, stopPage, stoppedPage } from './leave.ts';
export { type Choice, managePage } from './manage.ts';
export { codeRefusedPage, signedUpPage } from './signup.ts';
