import { element, invalid, listOf, map, mapOf } from './protocol.ts';
import type { Action, Service } from './service.ts';

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
  GetSMSAttributes: getSmsAttributes,
  SetSMSAttributes: setSmsAttributes,
};
