import { element, invalid, listOf, map, mapOf } from './protocol.ts';
import type { Action, Service } from './service.ts';
import { pageLimit, pageOf, pageStart } from './service.ts';

/** OptInPhoneNumber works once in thirty days for one number. Source: SNS API reference. */
const optInPauseMs = 30 * 24 * 3600 * 1000;

/** The account's SMS attributes that there are. Source: SNS API reference, SetSMSAttributes. */
const smsAttributes = [
  'DefaultSMSType',
  'DefaultSenderID',
  'DeliveryStatusIAMRole',
  'DeliveryStatusSuccessSamplingRate',
  'MonthlySpendLimit',
  'UsageReportS3Bucket',
];

/** E.164: a plus, no zero after it, at most fifteen digits. */
export function isPhoneNumber(text: string): boolean {
  return /^\+[1-9]\d{5,14}$/.test(text);
}

function readPhone(params: Record<string, string>): string {
  const number = params.phoneNumber ?? '';
  if (!isPhoneNumber(number)) throw invalid(`PhoneNumber Reason: ${number} is not a phone number in E.164`);
  return number;
}

export function isOptedOut(service: Service, number: string): boolean {
  return (
    service.store.get<{ opted_out: number }>('SELECT opted_out FROM phones WHERE number = ?', number)?.opted_out === 1
  );
}

/** What a STOP from the phone does, and what taking it back does. */
export function setOptedOut(service: Service, number: string, optedOut: boolean): void {
  if (!isPhoneNumber(number)) throw invalid(`PhoneNumber Reason: ${number} is not a phone number in E.164`);
  service.store.run(
    'INSERT INTO phones (number, opted_out) VALUES (?, ?) ON CONFLICT (number) DO UPDATE SET opted_out = excluded.opted_out',
    number,
    optedOut ? 1 : 0,
  );
}

const checkIfPhoneNumberIsOptedOut: Action = (service, params) =>
  element('isOptedOut', String(isOptedOut(service, readPhone(params))));

const listPhoneNumbersOptedOut: Action = (service, params) => {
  const after = pageStart(params.nextToken);
  if (after === undefined) throw invalid('nextToken');
  const { rows, next } = pageOf(
    service.store.all<{ seq: number; number: string }>(
      'SELECT seq, number FROM phones WHERE opted_out = 1 AND seq > ? ORDER BY seq LIMIT ?',
      after,
      pageLimit,
    ),
  );
  const numbers = `<phoneNumbers>${rows.map(({ number }) => element('member', number)).join('')}</phoneNumbers>`;
  return next ? numbers + element('nextToken', next) : numbers;
};

const optInPhoneNumber: Action = (service, params) => {
  const number = readPhone(params);
  const now = service.now().getTime();
  const last = service.store.get<{ at: number | null }>(
    'SELECT opted_in_at AS at FROM phones WHERE number = ?',
    number,
  )?.at;
  if (!isOptedOut(service, number)) return '';
  if (last != null && now - last < optInPauseMs) {
    throw invalid(`PhoneNumber Reason: ${number} can be opted in only once in 30 days`);
  }
  service.store.run('UPDATE phones SET opted_out = 0, opted_in_at = ? WHERE number = ?', now, number);
  return '';
};

const getSmsAttributes: Action = (service, params) => {
  const wanted = listOf(params, 'attributes');
  const rows = service.store.all<{ name: string; value: string }>(
    'SELECT name, value FROM sms_attributes ORDER BY name',
  );
  const all: Record<string, string> = { MonthlySpendLimit: '1' };
  for (const { name, value } of rows) all[name] = value;
  const shown = Object.entries(all).filter(([name]) => wanted.length === 0 || wanted.includes(name));
  return map('attributes', Object.fromEntries(shown));
};

const setSmsAttributes: Action = (service, params) => {
  const attributes = Object.entries(mapOf(params, 'attributes'));
  for (const [name, value] of attributes) {
    if (!smsAttributes.includes(name)) throw invalid(`attributes Reason: ${name} is not an SMS attribute`);
    if (name === 'DefaultSMSType' && !['Promotional', 'Transactional'].includes(value)) {
      throw invalid(`attributes Reason: DefaultSMSType is Promotional or Transactional, not ${value}`);
    }
  }
  service.store.transaction(() => {
    for (const [name, value] of attributes) {
      service.store.run('INSERT OR REPLACE INTO sms_attributes (name, value) VALUES (?, ?)', name, value);
    }
  });
  return '';
};

/** The actions on phone numbers and on the account's SMS attributes. */
export const phoneActions: Record<string, Action> = {
  CheckIfPhoneNumberIsOptedOut: checkIfPhoneNumberIsOptedOut,
  ListPhoneNumbersOptedOut: listPhoneNumbersOptedOut,
  OptInPhoneNumber: optInPhoneNumber,
  GetSMSAttributes: getSmsAttributes,
  SetSMSAttributes: setSmsAttributes,
};
