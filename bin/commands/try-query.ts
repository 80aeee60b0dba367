import type { StoredArticle } from '../../aws/articles.ts';
import type { Article } from '../../core/article/index.ts';
import { buildIndex, type Span } from '../../core/matcher/index.ts';
import { printQuery, type Query, type QueryError, type Tags } from '../../core/query/index.ts';
import { wordsOf } from './clauses.ts';
import { pointAt } from './faults.ts';
import { readArticles } from './given-articles.ts';
import { excerpt, type Marks, marked, marksFor } from './marked-text.ts';
import { count, instant, note, plain, print, printJson } from './print.ts';
import { type Reach, throughWire } from './reach.ts';
import type { Refused } from './read-files.ts';
import { mayNameTags, readQuery, tagQueries } from './read-query.ts';
import { Refusal } from './refusal.ts';
import { alertsADay, LAST_WEEK, type Period, storedWithin } from './stored-articles.ts';
import { nameRefused } from './take-in.ts';

export interface TryOptions extends Reach {
  last?: Period;
  limit: number;
}

/** An article to be asked, and what a terminal shows to tell it from others: a file's name, or time and id. */
export interface Labelled {
  article: Article & { acceptedAt?: string };
  label: string;
}

/** An article that a query met, with the words that met it. */
export interface Met extends Labelled {
  spans: Span[];
}

/** What a query met of how many articles. */
export interface Tried {
  met: number;
  read: number;
  /** The first of those that were met, as many as were asked for. */
  shown: Met[];
  /** Of stored articles. */
  period?: Period;
  /** When the oldest of the period came in, where one did. */
  oldest?: string;
}

/** The work of `query try`: see its --help. */
export async function tryQuery(text: string, files: string[], options: TryOptions): Promise<void> {
  if (files.length > 0 && options.last) throw new Refusal('name files or --last, not both');
  // Told before a wire is brought up for it.
  if (!mayNameTags(text)) readQuery(text);
  const marks = marksFor(process.stdout);
  const show = async (met: Met) => {
    if (!options.json) await print(metInWords(met, marks));
  };
  if (files.length > 0) return tryOnFiles(text, files, options, show);
  await throughWire(options, async ({ wire }) => {
    const tags = await tagQueries(wire);
    const { query, warnings } = readQuery(text, { tags });
    warn(text, warnings);
    const period = options.last ?? LAST_WEEK;
    const stored = labelled(storedWithin(wire, period, new Date()));
    const tried = await tryOn(query, tags, stored, options.limit, show);
    await answer(query, { ...tried, period }, [], warnings, options);
  });
}

async function tryOnFiles(
  text: string,
  files: string[],
  options: TryOptions,
  show: (met: Met) => Promise<void>,
): Promise<void> {
  const tags = mayNameTags(text)
    ? await throughWire(options, ({ wire }) => tagQueries(wire))
    : new Map<string, Query>();
  const { query, warnings } = readQuery(text, { tags });
  warn(text, warnings);
  const { articles, refused } = await readArticles(files);
  nameRefused(refused);
  if (refused.length > 0 && !/\s/.test(text))
    note('a query of several words stands in quotes: what follows it are files');
  const page = articles.map(({ label, article }) => ({ label: plain(label), article }));
  const tried = await tryOn(query, tags, [page], options.limit, show);
  await answer(query, tried, refused, warnings, options);
  if (refused.length > 0) process.exitCode = 1;
}

async function* labelled(pages: AsyncIterable<StoredArticle[]>): AsyncGenerator<Labelled[]> {
  for await (const page of pages) {
    yield page.map((article) => ({ article, label: `${instant(article.acceptedAt)}  ${article.id}` }));
  }
}

/**
 * Asks every article. Only what is shown is explained and kept, so that a week of a busy wire fits into memory.
 * @param show called for each of the first `limit` articles that the query meets, in the order given
 */
export async function tryOn(
  query: Query,
  tags: Tags,
  pages: AsyncIterable<Labelled[]> | Iterable<Labelled[]>,
  limit: number,
  show: (met: Met) => Promise<void> = async () => {},
): Promise<Tried> {
  const index = buildIndex([{ id: 'tried', query }], { tags });
  const tried: Tried = { met: 0, read: 0, shown: [] };
  for await (const page of pages) {
    for (const { article, label } of page) {
      tried.read++;
      if (article.acceptedAt !== undefined) tried.oldest = article.acceptedAt;
      if (index.match(article).length === 0) continue;
      tried.met++;
      if (tried.shown.length >= limit) continue;
      const explanation = index.explain(0, article);
      const met = { article, label, spans: explanation.met ? explanation.spans : [] };
      tried.shown.push(met);
      await show(met);
    }
  }
  return tried;
}

async function answer(query: Query, tried: Tried, refused: Refused[], warnings: QueryError[], { json }: TryOptions) {
  const { met, read, shown, period } = tried;
  if (!json) return print(triedInWords(tried));
  return printJson({
    query: printQuery(query),
    met,
    read,
    ...(period && { days: period.days, alertsADay: met / period.days }),
    articles: shown.map(({ article: { id, title, url }, label, spans, article }) => ({
      id,
      ...(period ? {} : { file: label }),
      ...('acceptedAt' in article && { acceptedAt: article.acceptedAt }),
      title,
      url: url ?? null,
      words: wordsOf(spans, article),
      spans,
    })),
    warnings,
    errors: refused,
  });
}

const INDENT = '    ';
const SNIPPET = 160;

/** Two lines of an article: headline and a piece of its text, with the words that matched marked. */
export function metInWords({ article, label, spans }: Met, marks: Marks): string {
  const of = (place: Span['place']) => spans.filter((span) => span.place === place);
  const headline = marked(article.title, of('title'), marks) || '(no headline)';
  const snippet = excerpt(article.text, of('text'), SNIPPET, marks);
  const others = (['author', 'section'] as const).flatMap((place) => {
    const found = of(place);
    return found.length > 0 ? [`${place}: ${marked(article[place as 'author'] ?? '', found, marks)}`] : [];
  });
  return [`${label}  ${headline}`, ...[snippet, ...others].filter(Boolean).map((line) => INDENT + line)].join('\n');
}

/** `met 12 of 840 articles of the last 7 days: 1.7 alerts a day`. */
export function triedInWords({ met, read, shown, period, oldest }: Tried, now = new Date()): string {
  const of = period ? ` of ${period.words}` : '';
  if (read === 0) return period ? `no article came in within ${period.words}` : 'there is no article to try it on';
  const left = met - shown.length;
  const more = left > 0 ? ` (${count(left, 'older one')} not shown: --limit shows more)` : '';
  const line = `met ${met.toLocaleString('en')} of ${count(read, 'article')}${of}`;
  if (!period) return `${line}${more.replace('older one', 'other')}`;
  const days = (now.getTime() - Date.parse(oldest ?? '')) / 86_400_000;
  const young =
    days < period.days * 0.8
      ? `\n  the oldest of them came in ${ago(days)}: for a rate, wait until there are more`
      : '';
  return `${line}: ${alertsADay(met, period.days)}${more}${young}`;
}

function ago(days: number): string {
  if (days >= 1) return `${count(Math.round(days), 'day')} ago`;
  return days * 24 >= 1 ? `${count(Math.round(days * 24), 'hour')} ago` : 'within the last hour';
}

function warn(text: string, warnings: readonly QueryError[]): void {
  if (warnings.length > 0) note(`warning: this may not be meant\n${pointAt(text, warnings)}`);
}
