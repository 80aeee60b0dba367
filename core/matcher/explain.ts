import type { Query } from '../query/index.ts';
import { chainIn, meets, occurrencesOf } from './evaluate.ts';
import { type NearestMiss, nearestMiss } from './nearest-miss.ts';
import { membersOfChains } from './positions.ts';
import { type ArticleText, type Occurrence, Reading, SECTIONS, type Section } from './reading.ts';

/** Words of an article that met a rule: UTF-16 offsets into its headline, text, author or section as given, and what stands there. */
export interface Span {
  place: Section;
  start: number;
  end: number;
  text: string;
}

/** Why an article meets a query, or what it lacks. */
export type Explanation = { met: true; spans: Span[] } | { met: false; miss: NearestMiss };

/** Explains one query on one article. Tags must have been expanded. */
export function explain(query: Query, article: ArticleText): Explanation {
  return explainReading(query, new Reading(article));
}

/** `explain` on an article that is cut into words already. */
export function explainReading(query: Query, reading: Reading): Explanation {
  return meets(query, reading)
    ? { met: true, spans: spansOf(query, reading) }
    : { met: false, miss: nearestMiss(query, reading) };
}

/**
 * What in the article makes a query true that it meets: every occurrence of each term that it holds to, but those that an EXCEPT
 * leaves out; of NEAR and THEN the words of every chain that holds. The headline first, then the text, the author and the section,
 * each in its order, each place once. Nothing of a branch that is not met, nothing for what is rightly absent, and nothing for
 * `source:` and `lang:`, so that a query may be met without a span.
 */
export function spansOf(query: Query, reading: Reading): Span[] {
  const found: Occurrence[] = [];
  collect(query, true, reading, found);
  const once = new Map(found.map((occurrence) => [keyOf(occurrence), occurrence]));
  return [...once.values()].sort(byPlace).map(({ section, start, end }) => ({
    place: section,
    start,
    end,
    text: reading.article[section]!.slice(start, end),
  }));
}

/** Gathers what makes `query` come out as `wanted`, which it does. */
function collect(query: Query, wanted: boolean, reading: Reading, found: Occurrence[]): void {
  switch (query.kind) {
    case 'and':
    case 'or':
    case 'of':
      for (const part of query.parts) {
        if (meets(part, reading) === wanted) collect(part, wanted, reading, found);
      }
      return;
    case 'not':
      collect(query.part, !wanted, reading, found);
      return;
  }
  if (!wanted) return;
  for (const section of SECTIONS) {
    for (const occurrence of holding(query, section, reading)) found.push(occurrence);
  }
}

/** The occurrences in a section that make a leaf of a query true. */
function holding(query: Query, section: Section, reading: Reading): Occurrence[] {
  switch (query.kind) {
    case 'word':
    case 'phrase':
    case 'prefix':
      return reading.find(query, section);
    case 'count':
      return occurrencesOf(query.operand, section, reading);
    case 'near':
      return membersOfChains(...chainIn(query, section, reading));
    default:
      return [];
  }
}

function keyOf({ section, start, end }: Occurrence): string {
  return `${section} ${start} ${end}`;
}

function byPlace(a: Occurrence, b: Occurrence): number {
  return SECTIONS.indexOf(a.section) - SECTIONS.indexOf(b.section) || a.start - b.start || a.end - b.end;
}
