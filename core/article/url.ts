import { cutAtWord, oneLine } from './characters.ts';
import { tracks } from './tracking.ts';

/** The longest address kept: browsers and sitemaps stop at about 2,000, and an alert has to carry it. In characters. */
const MAX_URL_LENGTH = 2048;

const UNRESERVED = /[A-Za-z0-9\-._~]/;

/** `%7e` and `~` are the same, `%2F` and `/` are not (RFC 3986, 6.2.2); a `%` that begins no escape is written as one. */
function normalizeEscapes(text: string): string {
  return text.replace(/%([0-9a-f]{2})|%/gi, (found, hex: string | undefined) => {
    if (hex === undefined) return '%25';
    const character = String.fromCharCode(Number.parseInt(hex, 16));
    return UNRESERVED.test(character) ? character : found.toUpperCase();
  });
}

function normalizeQuery(search: string): string {
  const kept: { name: string; text: string }[] = [];
  for (const part of search.slice(1).split('&')) {
    if (part === '') continue;
    const text = normalizeEscapes(part);
    const name = text.split('=', 1)[0] ?? '';
    if (!tracks(name)) kept.push({ name, text });
  }
  // By name alone and stable: the order of values under one name may mean something to the page.
  kept.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return kept.length === 0 ? '' : `?${kept.map(({ text }) => text).join('&')}`;
}

/**
 * Reads an address and makes it canonical: scheme and host in lower case, no default port, no fragment (but `#!`, which names a page),
 * no tracking parameters (tracking.ts), the rest of the query sorted by name, escapes normalised, no slash at the end of
 * a path. The scheme stays as given; identity.ts compares without it. Never throws: what is no http(s) address is
 * answered with a reason in words.
 */
export function readUrl(url: string): { ok: true; url: string } | { ok: false; reason: string } {
  const shown = cutAtWord(oneLine(url.slice(0, 400)), 80);
  if (shown === '') return { ok: false, reason: 'the address is empty' };
  let read: URL;
  try {
    read = new URL(url);
  } catch {
    const how = /^[a-z][a-z0-9+.-]*:/i.test(shown)
      ? 'cannot be read as one'
      : 'does not begin with http:// or https://';
    return { ok: false, reason: `“${shown}” is no web address: it ${how}` };
  }
  if (read.protocol !== 'http:' && read.protocol !== 'https:') {
    const scheme = cutAtWord(read.protocol, 30);
    return { ok: false, reason: `a ${scheme} address is refused: an article’s begins with http:// or https://` };
  }
  if (read.username !== '' || read.password !== '') {
    return { ok: false, reason: 'the address holds a user name or a password: give it without them' };
  }
  const host = read.host.replace(/\.(?=$|:)/, '');
  if (host === '' || host.startsWith(':'))
    return { ok: false, reason: `“${shown}” is no web address: it names no host` };
  let path = normalizeEscapes(read.pathname);
  let end = path.length;
  while (end > 1 && path[end - 1] === '/') end--;
  path = path.slice(0, end);
  const fragment = read.hash.startsWith('#!') ? read.hash : '';
  const canonical = `${read.protocol}//${host}${path}${normalizeQuery(read.search)}${fragment}`;
  if (canonical.length > MAX_URL_LENGTH) {
    return {
      ok: false,
      reason: `the address has ${canonical.length} characters; the most is ${MAX_URL_LENGTH}`,
    };
  }
  return { ok: true, url: canonical };
}

/**
 * The canonical form of an http(s) address, as `readUrl` makes it. Idempotent.
 *
 * @throws RangeError with the reason in words, for what is none.
 * @example canonicalUrl('HTTPS://Example.ORG:443/a/?utm_source=x&id=7#top') // 'https://example.org/a?id=7'
 */
export function canonicalUrl(url: string): string {
  const read = readUrl(url);
  if (!read.ok) throw new RangeError(read.reason);
  return read.url;
}
