import { oneLine } from '../article/characters.ts';
import type { Matched } from '../ledger/send.ts';

/** Host of an http or https URL, without www., in ASCII; undefined for anything else. */
export function hostOf(url: string | undefined): string | undefined {
  const parsed = url === undefined ? undefined : URL.parse(url);
  if (!parsed || !/^https?:$/.test(parsed.protocol)) return undefined;
  return parsed.hostname.replace(/^www\./, '').replace(/\.$/, '') || undefined;
}

/** An http or https URL as it may stand in a text (no space, no control character, ASCII), or undefined. */
export function readableUrl(url: string | undefined): string | undefined {
  const parsed = url === undefined ? undefined : URL.parse(url);
  // WHATWG leaves the backtick in a query alone; GSM-7 has none.
  return parsed && /^https?:$/.test(parsed.protocol) ? parsed.href.replaceAll('`', '%60') : undefined;
}

/** What stands for a headline where an article has none that can be shown: the tags it met. */
export function insteadOfHeadline(matched: Pick<Matched, 'tag'>[]): string {
  const tags = [...new Set(matched.map((match) => oneLine(match.tag)).filter(Boolean))];
  return `Bellwire: ${tags.length === 0 ? 'a new article' : tags.join(', ')}`;
}
