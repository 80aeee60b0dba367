import type { StoredArticle } from '../../aws/articles.ts';
import type { Wire } from '../../aws/wire.ts';
import { buildIndex, type Span } from '../../core/matcher/index.ts';
import { expandTags, type Query, type Tags } from '../../core/query/index.ts';
import { type Marks, marked } from './marked-text.ts';
import { count, short } from './print.ts';
import { alertsADay, type Period, storedWithin } from './stored-articles.ts';

/** An article that a changed query meets and the one before did not, or the other way round. */
export interface Changed {
  id: string;
  title: string;
  /** The words that met it, as far as they stand in the headline. */
  inTitle: Span[];
}

/** What a new query changes, had it been there for the period. */
export interface Preview {
  period: Period;
  read: number;
  /** How many articles the present query meets; undefined for a new tag. */
  before: number | undefined;
  after: number;
  in: Changes;
  out: Changes;
}

interface Changes {
  count: number;
  /** The newest of them. */
  newest: Changed[];
}

/** Headlines shown of those that come in, and of those that go out. */
const SHOWN = 5;

/** Reads through the stored articles of the period with the present query, if there is one, and the new one. */
export async function previewChange(
  wire: Wire,
  { before, after, tags }: { before: Query | undefined; after: Query; tags: Tags },
  period: Period,
  now: Date,
): Promise<Preview> {
  return compare(storedWithin(wire, period, now), { before, after, tags }, period);
}

/** @param pages articles, newest first */
export async function compare(
  pages: AsyncIterable<StoredArticle[]> | Iterable<StoredArticle[]>,
  { before: saved, after, tags }: { before: Query | undefined; after: Query; tags: Tags },
  period: Period,
): Promise<Preview> {
  const before = saved && isInForce(saved, tags) ? saved : undefined;
  const queries = before ? [after, before] : [after];
  const index = buildIndex(
    queries.map((query, ordinal) => ({ id: String(ordinal), query })),
    { tags },
  );
  const preview: Preview = {
    period,
    read: 0,
    before: before && 0,
    after: 0,
    in: { count: 0, newest: [] },
    out: { count: 0, newest: [] },
  };
  for await (const page of pages) {
    for (const article of page) {
      preview.read++;
      const met = [...index.match(article)];
      const [isIn, wasIn] = [met.includes(0), met.includes(1)];
      if (isIn) preview.after++;
      if (wasIn && preview.before !== undefined) preview.before++;
      if (isIn === wasIn) continue;
      const changes = isIn ? preview.in : preview.out;
      changes.count++;
      if (changes.newest.length >= SHOWN) continue;
      const explanation = index.explain(isIn ? 0 : 1, article);
      const spans = explanation.met ? explanation.spans : [];
      const inTitle = spans.filter(({ place }) => place === 'title');
      changes.newest.push({ id: article.id, title: article.title, inTitle });
    }
  }
  return preview;
}

/** A saved query with a tag in it that has gone since meets nothing any more: the new one is as good as new. */
function isInForce(query: Query, tags: Tags): boolean {
  try {
    expandTags(query, tags);
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

/**
 * What an editor reads before it is saved.
 *
 *     of 840 articles of the last 7 days it met 31 and now meets 44: 4.4 alerts a day were, 6.3 alerts a day will be
 *       + «Taipei» raises its ferry fares
 *       and 12 more
 *       − A China shop closes
 */
export function previewInWords({ period, read, before, after, ...changes }: Preview, marks: Marks): string {
  if (read === 0) return `no article came in within ${period.words}, so there is nothing to try it on`;
  const of = `of ${count(read, 'article')} of ${period.words}`;
  const will = alertsADay(after, period.days);
  const number = (met: number) => met.toLocaleString('en');
  const head =
    before === undefined
      ? `${of} it meets ${number(after)}: ${will}`
      : before === after && changes.in.count === 0
        ? `${of} it meets the same ${number(after)} as before: ${will}`
        : `${of} it met ${number(before)} and now meets ${number(after)}: ${alertsADay(before, period.days)} before, ${will} from now on`;
  return [head, ...listed('+', changes.in, marks), ...listed('−', changes.out, marks)].join('\n');
}

const HEADLINE = 90;

function listed(sign: string, { count: all, newest }: Changes, marks: Marks): string[] {
  const lines = newest.map(({ title, inTitle }) => `  ${sign} ${headline(title, inTitle, marks) || '(no headline)'}`);
  return all > newest.length ? [...lines, `    and ${(all - newest.length).toLocaleString('en')} more`] : lines;
}

function headline(title: string, inTitle: readonly Span[], marks: Marks): string {
  return title.length > HEADLINE ? short(title, HEADLINE) : marked(title, inTitle, marks);
}

/** The same for `--json`. */
export function previewAsJson({ period, read, before, after, ...changes }: Preview) {
  const listOf = ({ count: all, newest }: Changes) => ({
    count: all,
    newest: newest.map(({ id, title }) => ({ id, title })),
  });
  return { days: period.days, read, before: before ?? null, after, in: listOf(changes.in), out: listOf(changes.out) };
}
