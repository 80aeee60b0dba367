import type { Article, ArticleInput } from './article.ts';
import { hasWords } from './characters.ts';
import { cleanArticle, readLanguage } from './clean.ts';
import { readDate } from './date.ts';
import { identify } from './identity.ts';
import { readUrl } from './url.ts';

/** The most that a cleaned text may have, so that it fits, compressed, into one item of a table (400 KB). In bytes of UTF-8. */
export const MAX_TEXT_BYTES = 512 * 1024;

const FIELDS = ['title', 'text', 'html', 'url', 'source', 'author', 'section', 'publishedAt', 'lang'] as const;

/**
 * The one door's judgement on one article: what `readInput` or a request's JSON gave, of any shape. Fields that are
 * missing, null or blank are the same; unknown ones are ignored.
 *
 * @returns the cleaned article with its id, or a reason in words that a person can act on
 */
export function admitArticle(input: unknown): { ok: true; article: Article } | { ok: false; reason: string } {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return refused(`an article is an object with a title, a text or html, not ${kindOf(input)}`);
  }
  const read: ArticleInput = {};
  for (const field of FIELDS) {
    const value: unknown = (input as Record<string, unknown>)[field];
    if (value === undefined || value === null) continue;
    if (typeof value !== 'string') return refused(`${field} must be a text, not ${kindOf(value)}`);
    if (value.trim() !== '') read[field] = value;
  }
  if (read.title === undefined && read.text === undefined && read.html === undefined) {
    return refused('there is neither a title nor a text nor html in it');
  }
  if (read.url !== undefined) {
    const url = readUrl(read.url);
    if (!url.ok) return refused(`url: ${url.reason}`);
  }
  if (read.publishedAt !== undefined) {
    const date = readDate(read.publishedAt);
    if (!date.ok) return refused(`publishedAt: ${date.reason}`);
  }
  if (read.lang !== undefined && readLanguage(read.lang) === undefined) {
    return refused('lang: it is no language tag such as en or pt-BR');
  }
  const cleaned = cleanArticle(read);
  if (!hasWords(cleaned.title) && !hasWords(cleaned.text)) {
    return refused('nothing is left to match: neither its title nor its text has a word once it is cleaned');
  }
  const size = Buffer.byteLength(cleaned.text);
  if (size > MAX_TEXT_BYTES) {
    return refused(`its cleaned text has ${kibibytes(size)}; the most is ${kibibytes(MAX_TEXT_BYTES)}`);
  }
  return { ok: true, article: { id: identify(cleaned), ...cleaned } };
}

function refused(reason: string): { ok: false; reason: string } {
  return { ok: false, reason };
}

function kibibytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024)} KiB`;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'string') return 'a text';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'boolean' ? `${value}` : `a ${typeof value}`;
}
