import type { Wire } from '../../aws/wire.ts';
import type { Article } from '../../core/article/index.ts';
import { explain, type NearestMiss, type Span } from '../../core/matcher/index.ts';
import { expandTags, printQuery, type Query, type Tags } from '../../core/query/index.ts';
import { type Clause, clauseLines, clausesOf, wordsOf } from './clauses.ts';
import { type GivenArticle, readArticles } from './given-articles.ts';
import { plain, print, printJson } from './print.ts';
import { type Reach, throughWire } from './reach.ts';
import { mayNameTags, readQuery, tagQueries } from './read-query.ts';
import { Refusal } from './refusal.ts';

export type ExplainOptions = Reach;

/** A query beside an article. */
export interface Explained {
  article: Article;
  met: boolean;
  /** Where it is met. */
  spans: Span[];
  /** Where it is not. */
  miss?: NearestMiss;
  clauses: Clause;
}

/** The work of `query explain`: see its --help. */
export async function explainQuery(text: string, which: string, options: ExplainOptions): Promise<void> {
  // Told before a wire is brought up for it.
  if (!mayNameTags(text)) readQuery(text);
  const { articles, refused } = await readArticles([which]);
  if (articles.length === 0 && !ARTICLE_ID.test(which)) {
    const reason = refused[0]?.reason ?? 'there is no article in it';
    throw new Refusal(`${plain(which)}: ${reason} (nor is it an article's id: \`npx bellwire articles\` lists them)`);
  }
  const { tags, given } =
    articles.length > 0 && !mayNameTags(text)
      ? { tags: new Map<string, Query>(), given: articles }
      : await throughWire(options, async ({ wire }) => ({
          tags: await tagQueries(wire),
          given: articles.length > 0 ? articles : [await stored(wire, which)],
        }));
  const { query, warnings } = readQuery(text, { tags });
  const explained = given.map(({ label, article }) => ({ label, ...explainedBeside(query, article, tags) }));
  if (options.json) {
    return printJson({
      query: printQuery(query),
      articles: explained.map(({ label, article, met, spans, miss, clauses }) => ({
        id: article.id,
        ...(label !== article.id && { file: label }),
        title: article.title,
        met,
        words: wordsOf(spans, article),
        spans,
        ...(miss && { nearestMiss: miss }),
        clauses,
      })),
      warnings,
    });
  }
  await print(explained.map(explainedInWords).join('\n\n'));
}

export function explainedBeside(query: Query, article: Article, tags: Tags): Explained {
  const explanation = explain(expandTags(query, tags), article);
  const clauses = clausesOf(query, article, tags);
  if (explanation.met) return { article, met: true, spans: explanation.spans, clauses };
  return { article, met: false, spans: [], miss: explanation.miss, clauses };
}

/** What a person reads of it. */
export function explainedInWords({ article, met, miss, clauses }: Explained): string {
  const head = `${met ? 'met' : 'not met'}: ${plain(article.title) || '(no headline)'}`;
  return [head, ...clauseLines(clauses), ...(miss ? [`  ${missInWords(miss)}`] : [])].join('\n');
}

/** `nearest miss: “arrest” is not in the article`. */
export function missInWords({ missing }: NearestMiss): string {
  return `nearest miss: ${missing.map(({ reason }) => plain(reason)).join('; ')}`;
}

const ARTICLE_ID = /^[0-9a-z]{16}$/;

async function stored(wire: Wire, id: string): Promise<GivenArticle> {
  const article = await wire.articles.get(id);
  if (!article) {
    throw new Refusal(
      `there is no article ${id}, nor a file of that name: \`npx bellwire articles\` lists what there is`,
    );
  }
  return { label: id, article };
}
