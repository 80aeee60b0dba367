import { createHash } from 'node:crypto';
import type { CleanedArticle } from './article.ts';
import { fold } from './characters.ts';
import { readUrl } from './url.ts';

/** Crockford's base 32 in lower case: no i, l, o, u, so that an id read aloud or retyped stays itself. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * The id of an article: 16 characters (80 bits of SHA-256). The same canonical URL, whether http or https, is the same
 * article; without a URL the folded title and text are, so that quotes and spaces typed anew change nothing.
 */
export function identify(cleaned: Pick<CleanedArticle, 'title' | 'text' | 'url'>): string {
  const read = cleaned.url === undefined ? undefined : readUrl(cleaned.url);
  const what = read?.ok
    ? `url\n${read.url.slice(read.url.indexOf('//') + 2)}`
    : `text\n${fold(cleaned.title)}\n${fold(cleaned.text)}`;
  const hash = createHash('sha256').update(what).digest();
  let id = '';
  let bits = 0;
  let held = 0;
  for (const byte of hash.subarray(0, 10)) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      id += ALPHABET[(held >>> bits) & 31];
    }
    held &= (1 << bits) - 1;
  }
  return id;
}
