import type { NearQuery, Operand, Query, TermQuery } from '../query/index.ts';
import { countApart, hasChain, inOrder, outside } from './positions.ts';
import { type ArticleText, type Occurrence, Reading, SECTIONS, type Section } from './reading.ts';

/**
 * Whether an article meets a query. This is the meaning of the language: an index answers by itself, and tests hold it to this. Tags
 * must have been expanded.
 */
export function evaluate(query: Query, article: ArticleText): boolean {
  return meets(query, new Reading(article));
}

/** `evaluate` on an article that is cut into words already, to be asked of many queries. */
export function meets(query: Query, reading: Reading): boolean {
  switch (query.kind) {
    case 'word':
    case 'phrase':
    case 'prefix':
      return SECTIONS.some((section) => reading.find(query, section).length > 0);
    case 'and':
      return query.parts.every((part) => meets(part, reading));
    case 'or':
      return query.parts.some((part) => meets(part, reading));
    case 'not':
      return !meets(query.part, reading);
    case 'of':
      return query.parts.filter((part) => meets(part, reading)).length >= query.count;
    case 'count':
      return counted(query.operand, reading) >= query.atLeast;
    case 'near':
      return SECTIONS.some((section) => hasChain(...chainIn(query, section, reading)));
    case 'source':
      return reading.isFrom(query.host);
    case 'lang':
      return reading.isIn(query.range);
    case 'tag':
      throw new TypeError(`The tag “${query.name}” has not been expanded.`);
  }
}

/** How many occurrences of an operand there are that overlap no other, in all sections together. */
export function counted(operand: Operand, reading: Reading): number {
  return SECTIONS.reduce((sum, section) => sum + countApart(occurrencesOf(operand, section, reading)), 0);
}

/** The occurrences of an operand in a section that no exception holds, in order. */
export function occurrencesOf({ terms, exceptions }: Operand, section: Section, reading: Reading): Occurrence[] {
  const found = inOrder(terms.flatMap((term) => reading.find(term, section)));
  return found.length === 0 ? found : outside(found, exceptionsIn(exceptions, section, reading));
}

/** The occurrences of exceptions, which have no place of their own, in order. */
export function exceptionsIn(exceptions: readonly TermQuery[], section: Section, reading: Reading): Occurrence[] {
  return inOrder(exceptions.flatMap((term) => reading.findAnywhere(term, section)));
}

/** A chain in one section, as `hasChain` is asked for it. */
export function chainIn(
  { operands, links, exceptions }: NearQuery,
  section: Section,
  reading: Reading,
): [Occurrence[][], NearQuery['links'], Occurrence[]] {
  const lists = operands.map((operand) => occurrencesOf(operand, section, reading));
  return [lists, links, exceptionsIn(exceptions, section, reading)];
}
