import type { CleanedArticle } from './article.ts';
import { fold } from './characters.ts';
import { digestId } from './digest-id.ts';
import { readUrl } from './url.ts';

/**
 * The id of an article: 16 characters (80 bits of SHA-256). The same canonical URL, whether http or https, is the same
 * article; without a URL the folded title and text are, so that quotes and spaces typed anew change nothing.
 */
export function identify(cleaned: Pick<CleanedArticle, 'title' | 'text' | 'url'>): string {
  const read = cleaned.url === undefined ? undefined : readUrl(cleaned.url);
  const what = read?.ok
    ? `url\n${read.url.slice(read.url.indexOf('//') + 2)}`
    : `text\n${fold(cleaned.title)}\n${fold(cleaned.text)}`;
  return digestId(what, 16);
}
