import type { Operand, Place, TermQuery } from '../query/index.ts';
import type { Section } from './reading.ts';

/* How a nearest miss names terms, places and numbers. */

/** So many names or spellings are told, and the rest as a number. */
const MOST_NAMED = 4;

export const NAMES_OF_SECTIONS: Record<Section, string> = {
  title: 'the headline',
  text: 'the text',
  author: 'the author',
  section: 'the section',
};

export function placeOf({ terms }: Operand): Place | undefined {
  return terms.every(({ place }) => place === terms[0]?.place) ? terms[0]?.place : undefined;
}

export function where(place: Place | undefined): string {
  if (place === undefined) return 'there';
  return place === 'lead' ? 'in the lead' : `in ${NAMES_OF_SECTIONS[place]}`;
}

/** A term as a message names it. */
export function named(term: TermQuery): string {
  if (term.kind === 'word') return `“${term.word}”`;
  if (term.kind === 'prefix') return `“${term.prefix}*”`;
  return `“${term.words.join(' ')}${term.prefix ? '*' : ''}”`;
}

export function namesOf({ terms }: Operand): string {
  return list(terms.map(named), 'or');
}

export function wordCount(count: number): string {
  return count === 1 ? '1 word' : `${count} words`;
}

/** `a, b and c`; of many the first four, and how many more. */
export function list(names: readonly string[], conjunction: 'and' | 'or' | ';'): string {
  const shown = names.length > MOST_NAMED + 1 ? names.slice(0, MOST_NAMED) : names;
  const all = shown.length < names.length ? [...shown, `${names.length - shown.length} more`] : shown;
  if (conjunction === ';') return all.join('; ');
  return [all.slice(0, -1).join(', '), ...all.slice(-1)].filter((part) => part).join(` ${conjunction} `);
}
