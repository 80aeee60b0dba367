import type { Occurrence, PlaceName, Reading } from './reading.ts';
import type { Compiled, Term } from './term.ts';

/** Whether an article meets a query. This is the meaning of the language; the index only decides what need not be asked. */
export function meets(query: Compiled, reading: Reading): boolean {
  switch (query.kind) {
    case 'term':
      return reading.holds(query);
    case 'and':
      return query.parts.every((part) => meets(part, reading));
    case 'or':
      return query.parts.some((part) => meets(part, reading));
    case 'not':
      return !meets(query.part, reading);
  }
}

/** An occurrence and the place that it is in. */
export interface PlacedOccurrence extends Occurrence {
  place: PlaceName;
}

/**
 * What in the article makes the query true: every occurrence of each term that it holds to, headline first, then in the order of the
 * text, each place once. Nothing of a branch that is not met, and nothing for a word that is rightly absent. Empty where the
 * query is not met.
 */
export function occurrences(query: Compiled, reading: Reading): PlacedOccurrence[] {
  const terms = new Set<Term>();
  if (meets(query, reading)) collect(query, true, reading, terms);
  return (['title', 'text'] as const).flatMap((place) => {
    const found = [...terms].flatMap((term) => reading[place].find(term));
    const once = new Map(found.map((occurrence) => [`${occurrence.start}-${occurrence.end}`, occurrence]));
    return [...once.values()]
      .sort((a, b) => a.start - b.start || a.end - b.end)
      .map((occurrence) => ({ place, ...occurrence }));
  });
}

/** Gathers the terms whose presence makes `query` come out as `wanted`, which it does. */
function collect(query: Compiled, wanted: boolean, reading: Reading, terms: Set<Term>): void {
  switch (query.kind) {
    case 'term':
      if (wanted) terms.add(query);
      break;
    case 'not':
      collect(query.part, !wanted, reading, terms);
      break;
    default:
      for (const part of query.parts) {
        if (meets(part, reading) === wanted) collect(part, wanted, reading, terms);
      }
  }
}
