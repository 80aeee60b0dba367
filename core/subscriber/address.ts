import { domainToASCII } from 'node:url';
// The `max` build (190 KB minified; `min` 118, `mobile` 133): it alone knows a number's type everywhere, and without the
// type a German premium-rate number passes for a telephone. `mobile` also refuses some that may be either.
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { Channel } from './subscriber.ts';

export type Address = { ok: true; channel: Channel; to: string; country?: string } | { ok: false; reason: string };

const example = '+44 7700 900123';

/**
 * Ofcom's mobile numbers for TV and radio drama, 07700 900000 to 900999: never given to anybody, which is why the samples
 * use them, and why libphonenumber's `isValid` refuses them. `isPossible` would take them, and with them every range of
 * the world that nobody has yet, which SMS pumping can bill for too: so these thousand are let in by name, and all others
 * must be valid.
 */
const forDrama = /^\+447700900\d{3}$/;

/** Types of number that take a text message at an ordinary price. Many countries do not part mobile from fixed. */
const texted = new Set<string | undefined>(['MOBILE', 'FIXED_LINE_OR_MOBILE']);

const typeNames: Record<string, string> = {
  PREMIUM_RATE: 'a premium-rate number',
  SHARED_COST: 'a shared-cost number',
  TOLL_FREE: 'a toll-free number',
  FIXED_LINE: 'a landline',
  VOIP: 'an internet telephony number',
  PERSONAL_NUMBER: 'a personal (redirected) number',
  PAGER: 'a pager',
  UAN: 'a company number',
  VOICEMAIL: 'a voicemail box',
};

/**
 * Reads what a person typed as their address: with an @ it is an email, else a phone number, which must be international
 * (with +), a mobile one, and of one of `countries` (ISO 3166 codes; Jersey, Guernsey and Man are not GB). `to` is E.164
 * or a lower-cased email address; `reason` is for the person who typed it.
 */
export function readAddress(text: string, { countries }: { countries: readonly string[] }): Address {
  const typed = text.trim();
  if (typed === '') return refused('there is no address: give an email address or a phone number');
  return typed.includes('@') ? readEmail(typed) : readPhone(typed, countries);
}

function refused(reason: string): Address {
  return { ok: false, reason };
}

function readPhone(typed: string, countries: readonly string[]): Address {
  const number = typed.normalize('NFKC').replace(/^tel:/i, '');
  if (!/^[\p{Nd}\s().+/\p{Pd}]*$/u.test(number) || !/\p{Nd}/u.test(number)) {
    return refused('this is neither an email address nor a phone number');
  }
  if (!number.startsWith('+')) {
    const digits = number.replace(/\P{Nd}/gu, '');
    if (digits.length < 7) return refused('this is too short for a phone number (short codes cannot sign up)');
    const hint = digits.startsWith('00')
      ? 'write + in place of the first 00'
      : 'write it with + and the country code, without the 0 that leads inside the country';
    return refused(`this phone number has no country code: ${hint}, as in ${example}`);
  }
  const parsed = parsePhoneNumberFromString(number, { extract: false });
  if (!parsed?.isPossible() || parsed.ext) {
    return refused(`no phone number has this form: count its digits, and write it as in ${example}`);
  }
  const drama = forDrama.test(parsed.number);
  if (!drama && !parsed.isValid()) {
    return refused('no phone number begins so in its country: look for a wrong digit');
  }
  const country = drama ? 'GB' : parsed.country;
  const accepted = countries.map((code) => code.trim().toUpperCase()).filter(Boolean);
  if (country === undefined || !accepted.includes(country)) {
    const from = country === undefined ? 'of no country' : `from ${nameOf(country)}`;
    const allowed = accepted.length === 0 ? 'none are' : `only those from ${accepted.map(nameOf).join(', ')} are`;
    return refused(`numbers ${from} are not accepted here: ${allowed}`);
  }
  const type = drama ? 'MOBILE' : parsed.getType();
  if (!texted.has(type)) {
    return refused(`this is ${typeNames[type ?? ''] ?? 'no mobile number'}: alerts go to mobile numbers only`);
  }
  return { ok: true, channel: 'sms', to: parsed.number, country };
}

let regionNames: Intl.DisplayNames | undefined;

function nameOf(country: string): string {
  regionNames ??= new Intl.DisplayNames(['en'], { type: 'region', fallback: 'code' });
  return /^[A-Z]{2}$/.test(country) ? (regionNames.of(country) ?? country) : country;
}

/** RFC 5321, 4.5.3.1: 64 octets before the @; with the brackets of a path taken off, 254 in all. */
const longestEmail = 254;
const longestLocal = 64;

/**
 * Sane rather than complete: quoted local parts, address literals and letters outside ASCII before the @ (SMTPUTF8) are
 * refused, since few mail systems take them. The local part is lower-cased too: RFC 5321 lets a system part Ana@ from
 * ana@, none in use does, and one person must not be two subscribers.
 */
function readEmail(typed: string): Address {
  if (/[\s\p{C}]/u.test(typed)) return refused('an email address has no spaces or invisible characters in it');
  const parts = typed.split('@');
  const [local = '', domain = ''] = parts;
  if (parts.length !== 2) return refused('an email address has one @');
  if (local === '') return refused('something must stand before the @, as in ana@example.org');
  if (!/^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+$/.test(local)) {
    return refused('only plain letters, digits and . _ + - and the like can stand before the @');
  }
  if (/^\.|\.\.|\.$/.test(local)) return refused('a dot before the @ must stand between other characters');
  const ascii = asciiDomain(domain);
  if (ascii === undefined) return refused('after the @ comes a domain such as example.org');
  const to = `${local.toLowerCase()}@${ascii}`;
  if (local.length > longestLocal || to.length > longestEmail) return refused('this email address is too long');
  return { ok: true, channel: 'email', to };
}

/** The domain in lower-case ASCII (punycode where it needs it), or undefined. Only names with a dot, no IP addresses. */
function asciiDomain(domain: string): string | undefined {
  // domainToASCII reads as a URL parser does, which would stop at these or decode them.
  if (/[^\p{L}\p{M}\p{N}.\-。]/u.test(domain)) return undefined;
  const ascii = domainToASCII(domain);
  const labels = ascii.split('.');
  const isLabel = (label: string) => /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(label);
  const top = labels.at(-1) ?? '';
  return labels.length >= 2 && labels.every(isLabel) && /^(?:[a-z]{2,}|xn--.+)$/.test(top) ? ascii : undefined;
}

/** An address as a person reads it: a number in international form ("+44 7700 900123"), an email as it is. */
export function formatAddress(channel: Channel, to: string): string {
  return (channel === 'sms' && parsePhoneNumberFromString(to)?.formatInternational()) || to;
}
