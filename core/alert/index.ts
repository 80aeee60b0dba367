/** What a subscriber reads: the texts of emails and SMS, and what machines get. Pure: the same article, the same text. */
export { type EmailText, writeEmail } from './email.ts';
export { toGsm } from './gsm.ts';
export { type MachineMessage, writeMachine } from './machine.ts';
export { type Encoding, isGsm, type Segmentation, segmentSms } from './segment.ts';
export { type SmsText, writeConfirmation, writeSms, writeWelcome } from './sms.ts';
