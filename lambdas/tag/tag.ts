import type { StoredArticle } from '../../aws/articles.ts';
import type { Tag } from '../../aws/tags.ts';
import type { Wire } from '../../aws/wire.ts';
import type { TagMatch } from '../../core/article/index.ts';
import { MACHINES } from '../../core/ledger/index.ts';
import { buildIndex, matchedWords, type WatchIndex } from '../../core/matcher/index.ts';
import { parseQuery } from '../../core/query/index.ts';

/** Recipients of one page of a fan-out. A page is 50 calls to SQS, and about the work that a crash may repeat. */
const PAGE = 500;

/** The cursor before the first subscriber: ids are made of 0–9 and a–z. */
const BEFORE_ALL = '-';

/** Reads the tags and files their queries. A tag whose query no longer parses is left out and named in the log. */
export function indexTags(tags: Tag[]): WatchIndex {
  const rules = tags.flatMap(({ name, query }) => {
    const parsed = parseQuery(query);
    if (parsed.ok) return [{ id: name, query: parsed.query }];
    console.error(JSON.stringify({ message: 'a tag does not parse', tag: name, errors: parsed.errors }));
    return [];
  });
  return buildIndex(rules);
}

/** The tags that an article meets, with the words that matched. */
function tagsOf(index: WatchIndex, article: { title: string; text: string }): TagMatch[] {
  // `match` answers in a buffer that the next call writes over.
  return [...index.match(article)]
    .map((ordinal) => ({
      tag: index.idOf(ordinal),
      words: matchedWords(index.explain(ordinal, article), article),
    }))
    .sort((a, b) => (a.tag < b.tag ? -1 : 1));
}

/**
 * Carries one article from `accepted` to `done`: tags it, then puts its recipients on `outgoing`, page by page under a
 * cursor. Each step may be done twice without harm: tags are written once, a page that was sent but whose cursor was not
 * moved is sent again, and the ledger lets one alert through.
 * @param timeIsUp asked before each page is sent; once true, the rest goes to a new message on `incoming`
 * @throws where the article is not there or a service fails: the message then comes again
 */
export async function tagArticle(
  wire: Wire,
  index: WatchIndex,
  id: string,
  now: () => Date,
  timeIsUp: () => boolean,
): Promise<void> {
  const article = await wire.articles.get(id);
  if (!article) throw new Error(`there is no article ${id}`);
  if (article.state === 'done') return;
  const { matched = [], cursor } = article.state === 'accepted' ? await tagged(wire, index, article, now()) : article;
  const tags = matched.map(({ tag }) => tag);
  if (tags.length > 0 && !(await fanOut(wire, id, tags, cursor, timeIsUp))) return;
  await wire.articles.markDone(id, now());
}

/** Tags an article. Another worker may be first, with other tags: what is on record counts. */
async function tagged(
  wire: Wire,
  index: WatchIndex,
  article: StoredArticle,
  now: Date,
): Promise<Pick<StoredArticle, 'matched' | 'cursor'>> {
  const matched = tagsOf(index, article);
  if (await wire.articles.markTagged(article.id, matched, now)) return { matched };
  return (await wire.articles.get(article.id)) ?? {};
}

/** True once every recipient is on `outgoing`; false where the rest is left to another message or another worker. */
async function fanOut(
  wire: Wire,
  article: string,
  tags: string[],
  startAt: string | undefined,
  timeIsUp: () => boolean,
): Promise<boolean> {
  let cursor = startAt;
  if (cursor === undefined) {
    await wire.outgoing.sendAll([{ article, subscriber: MACHINES }]);
    if (!(await wire.articles.advance(article, undefined, BEFORE_ALL, 1))) return false;
    cursor = BEFORE_ALL;
  }
  for await (const subscribers of wire.watches.merged(tags, cursor, PAGE)) {
    if (timeIsUp()) {
      await wire.incoming.send({ article });
      return false;
    }
    await wire.outgoing.sendAll(subscribers.map((subscriber) => ({ article, subscriber })));
    const next = subscribers.at(-1) as string;
    if (!(await wire.articles.advance(article, cursor, next, subscribers.length))) return false;
    cursor = next;
  }
  return true;
}
