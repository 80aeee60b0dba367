import type { StoredArticle } from '../../aws/articles.ts';
import type { Wire } from '../../aws/wire.ts';
import type { TagMatch } from '../../core/article/index.ts';
import { MACHINES } from '../../core/ledger/index.ts';
import { type Explanation, type FreshIndex, matchedWords } from '../../core/matcher/index.ts';
import { readId } from '../../core/rules/index.ts';

/** Recipients of one page of a fan-out. A page is 50 calls to SQS, and about the work that a crash may repeat. */
const PAGE = 500;

/** The cursor before the first subscriber: ids are made of 0–9 and a–z. */
const BEFORE_ALL = '-';

/** What is asked of the rules in force. */
export type RuleIndex = Pick<FreshIndex, 'match' | 'idOf' | 'explain'>;

/** Of more matches than this the words are not looked up, which takes far longer than the match: their alerts go without. */
const MAX_EXPLAINED = 5_000;

/** What an article meets, with the words that matched: tags first, then own queries. */
function matchesOf(index: RuleIndex, article: StoredArticle): TagMatch[] {
  // `match` answers in a buffer that the next call writes over.
  const met = [...index.match(article)].map((ordinal) => ({ ordinal, ...readId(index.idOf(ordinal)) }));
  met.sort((a, b) => Number(a.own) - Number(b.own) || (a.name < b.name ? -1 : 1));
  return met.map(({ ordinal, name, own }, at) => ({
    tag: name,
    words: at < MAX_EXPLAINED ? wordsOf(index.explain(ordinal, article), article) : [],
    ...(own && { own }),
  }));
}

function wordsOf(explanation: Explanation, article: StoredArticle): string[] {
  return explanation.met ? matchedWords(explanation.spans, article) : [];
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
  index: RuleIndex,
  id: string,
  now: () => Date,
  timeIsUp: () => boolean,
): Promise<void> {
  const article = await wire.articles.get(id);
  if (!article) throw new Error(`there is no article ${id}`);
  if (article.state === 'done') return;
  const { matched = [], cursor } = article.state === 'accepted' ? await tagged(wire, index, article, now()) : article;
  if (matched.length > 0 && !(await fanOut(wire, id, matched, cursor, timeIsUp))) return;
  await wire.articles.markDone(id, now());
}

/** Tags an article. Another worker may be first, with other tags: what is on record counts. */
async function tagged(
  wire: Wire,
  index: RuleIndex,
  article: StoredArticle,
  now: Date,
): Promise<Pick<StoredArticle, 'matched' | 'cursor'>> {
  const matched = matchesOf(index, article);
  if (await wire.articles.markTagged(article.id, matched, now)) return { matched };
  return (await wire.articles.get(article.id)) ?? {};
}

/** True once every recipient is on `outgoing`; false where the rest is left to another message or another worker. */
async function fanOut(
  wire: Wire,
  article: string,
  matched: TagMatch[],
  startAt: string | undefined,
  timeIsUp: () => boolean,
): Promise<boolean> {
  let cursor = startAt;
  if (cursor === undefined) {
    // Machines are told of tags; what a person watches for is not theirs to read.
    const first = matched.some(({ own }) => !own) ? [{ article, subscriber: MACHINES }] : [];
    await wire.outgoing.sendAll(first);
    if (!(await wire.articles.advance(article, undefined, BEFORE_ALL, first.length))) return false;
    cursor = BEFORE_ALL;
  }
  const watched = matched.map(({ tag }) => tag);
  for await (const subscribers of wire.watches.merged(watched, cursor, PAGE)) {
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
