import type { StoredArticle } from '../../aws/articles.ts';
import type { Tag } from '../../aws/tags.ts';
import { inWords } from '../../core/ledger/index.ts';
import { explain, type NearestMiss } from '../../core/matcher/index.ts';
import { expandTags, parseQuery } from '../../core/query/index.ts';
import type { Subscriber } from '../../core/subscriber/index.ts';
import { plain } from './print.ts';
import { queriesOf } from './read-query.ts';

/** How near an article came to a watch that it did not meet. */
export interface MissedWatch {
  watch: string;
  miss?: NearestMiss;
  /** What else is to be known of it, in words: its query is another one than when the article was tagged, or none. */
  note?: string;
}

/** Explains a subscriber's watches, tags and own queries, beside an article that met none of them when it was tagged. */
export function missedWatches(
  { watches, queries = [] }: Pick<Subscriber, 'watches' | 'queries'>,
  list: readonly Tag[],
  article: StoredArticle,
): MissedWatch[] {
  const tags = queriesOf(list);
  return watches.map((watch) => {
    const tag = list.find(({ name }) => name === watch);
    if (!tag && !queries.includes(watch)) return { watch, note: 'there is no such tag any more' };
    const parsed = parseQuery(tag?.query ?? watch, { tags, ...(tag && { name: watch }) });
    if (!parsed.ok) return { watch, note: `its query cannot be read: ${parsed.errors[0]?.message}` };
    const explanation = explain(expandTags(parsed.query, tags), article);
    const isNewer = tag !== undefined && tag.updatedAt > (article.taggedAt ?? article.acceptedAt);
    const changed = isNewer ? `its query was changed on ${inWords(tag.updatedAt)}, after the article was tagged` : '';
    if (!explanation.met) return { watch, miss: explanation.miss, ...(isNewer && { note: changed }) };
    return {
      watch,
      note: isNewer ? `${changed}: as it is now, the article meets it` : 'as it is now, the article meets it',
    };
  });
}

/** The watch and what was missing, to stand in columns. */
export function missedInWords({ watch, miss, note }: MissedWatch): string[] {
  const reasons = miss?.missing.map(({ reason }) => plain(reason)) ?? [];
  return [plain(watch), [...reasons, ...(note ? [plain(note)] : [])].join('; ')];
}
