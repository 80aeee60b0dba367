import { domainToASCII } from 'node:url';
import { type Findings, shown } from './findings.ts';
import { nearest } from './nearest.ts';
import type { Place, Query } from './query.ts';

/** What may stand before a colon. The first four say where a word is looked for, the others are about the article itself. */
export type Field = Place | 'source' | 'lang' | 'tag';

const FIELDS: readonly Field[] = ['title', 'lead', 'author', 'section', 'source', 'lang', 'tag'];

/** What the same is called elsewhere. */
const ELSEWHERE = new Map<string, Field>(
  Object.entries({
    headline: 'title',
    hl: 'title',
    hd: 'title',
    intitle: 'title',
    allintitle: 'title',
    intro: 'lead',
    hlead: 'lead',
    hlp: 'lead',
    lp: 'lead',
    by: 'author',
    byline: 'author',
    writer: 'author',
    se: 'section',
    site: 'source',
    host: 'source',
    publication: 'source',
    rst: 'source',
    sn: 'source',
    language: 'lang',
    la: 'lang',
    topic: 'tag',
  }),
);

export function isPlace(field: Field): field is Place {
  return field === 'title' || field === 'lead' || field === 'author' || field === 'section';
}

/** A field by the name that stands before the colon, in capitals or not. */
export function fieldNamed(name: string): Field | undefined {
  return FIELDS.find((field) => field === name.toLowerCase());
}

/** The field for what another product calls so. */
export function fieldElsewhere(name: string): Field | undefined {
  return ELSEWHERE.get(name.toLowerCase());
}

/** The known field that an unknown name is likely to mean. */
export function fieldLike(name: string): Field | undefined {
  const lower = name.toLowerCase();
  return ELSEWHERE.get(lower) ?? fieldNamed(nearest(lower, FIELDS)[0] ?? '');
}

/** All fields as a hint lists them. */
export const FIELD_LIST = FIELDS.map((field) => `${field}:`).join(' ');

/**
 * Reads what stands after `source:`, `lang:` or `tag:`. `at` and `end` are its place in the query. Undefined after an error.
 * Whether there is such a tag is asked later, when all are known.
 */
export function readValue(
  field: 'source' | 'lang' | 'tag',
  typed: string,
  at: number,
  end: number,
  findings: Findings,
): Query | undefined {
  const bare = typed.replace(/\p{DI}/gu, '').trim();
  // A comma from a list is nobody's name.
  const value = field === 'tag' ? bare : bare.replace(/[,;]+$/, '');
  if (value !== bare) {
    const lost = bare.slice(value.length);
    findings.warning(`In ${shown(bare)} the ${shown(lost)} is not looked for.`, at, end, LIST_HINT);
  }
  if (value === '') {
    findings.error(`There is nothing between the quotes after “${field}:”.`, at, end, EXAMPLE[field]);
    return undefined;
  }
  if (field === 'tag') return { kind: 'tag', name: tagName(value) };
  return field === 'source' ? readHost(value, at, end, findings) : readLanguage(value, at, end, findings);
}

const LIST_HINT = 'Words side by side must all be there. Write OR between them if any one will do.';

/** What the value of a field that is no place looks like. */
export const EXAMPLE: Record<'source' | 'lang' | 'tag', string> = {
  source: 'Type a host name, as in source:bbc.co.uk',
  lang: 'Type a language’s short name, as in lang:en or lang:zh-Hant',
  tag: 'Type the name of a tag, as in tag:china',
};

/** A name is the same name in capitals, and with more blanks. */
function tagName(typed: string): string {
  return typed.normalize('NFC').toLowerCase().trim().replace(/\s+/g, ' ');
}

/** Whether a tag's name is read whole without quotes. */
export function bareTagName(name: string): boolean {
  return /^[\p{L}\p{N}][\p{L}\p{M}\p{N}_.-]*$/u.test(name);
}

const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const HOST = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`);
/** All of a country, or of a kind: `source:uk`. Any other name without a dot is one that somebody has, and not a host. */
const TOP_LEVEL = /^(?:[a-z]{2}|com|org|net|int|edu|gov|mil|xn--[a-z0-9-]+)$/;
const LONGEST_HOST = 253;

function readHost(typed: string, at: number, end: number, findings: Findings): Query | undefined {
  const host = asHost(typed);
  if (host !== undefined) return { kind: 'source', host };
  const [, inAddress] = /^(?:[a-z][a-z0-9+.-]*:\/\/)?(?:www\.)?([^/?#:@]+)/i.exec(typed) ?? [];
  const meant = asHost(inAddress ?? '');
  const hint = meant === undefined ? EXAMPLE.source : `Leave the rest of the address out: source:${meant}`;
  findings.error(`${shown(typed)} is not the name of a host.`, at, end, hint);
  return undefined;
}

function asHost(typed: string): string | undefined {
  // The signs that `domainToASCII` would take for the end of a host.
  if (/[\s/\\?#:@%[\]]/.test(typed)) return undefined;
  const host = domainToASCII(typed).toLowerCase().replace(/\.$/, '');
  const isHost = host.length <= LONGEST_HOST && HOST.test(host);
  return isHost && (host.includes('.') || TOP_LEVEL.test(host)) ? host : undefined;
}

/** A basic language range (RFC 4647, 2.1) that begins with a language's code of two or three letters (ISO 639). */
const RANGE = /^[a-z]{2,3}(?:-[a-z0-9]{1,8})*$/;

function readLanguage(typed: string, at: number, end: number, findings: Findings): Query | undefined {
  const range = typed.toLowerCase();
  if (RANGE.test(range)) return { kind: 'lang', range };
  const meant = range.replaceAll('_', '-');
  const hint = RANGE.test(meant) ? `Write it with a hyphen: lang:${typed.replaceAll('_', '-')}` : EXAMPLE.lang;
  findings.error(`${shown(typed)} is not the short name of a language.`, at, end, hint);
  return undefined;
}
