import {
  fold,
  type NearQuery,
  type Operand,
  type Place,
  printQuery,
  type Query,
  type TermQuery,
} from '../query/index.ts';
import { counted, exceptionsIn, meets, occurrencesOf } from './evaluate.ts';
import { type Span, spansOf } from './explain.ts';
import { closest, hasChain, outside } from './positions.ts';
import { type Occurrence, type Reading, SECTIONS, type Section } from './reading.ts';

/** Why an article does not meet a query, clause by clause, each as `printQuery` writes it. */
export interface NearestMiss {
  /** What is met. Of a NEAR that fails also its words that are there. */
  met: { clause: string; spans: Span[] }[];
  /** What failed, at least one: `reason` says why, in words for the editor, without a stop at its end. */
  missing: { clause: string; reason: string }[];
}

/** Why a term or a group of terms is not there. `isNear`: it is there in another spelling or place. */
interface Absence {
  reason: string;
  isNear: boolean;
}

/** So many names or spellings are told, and the rest as a number. */
const MOST_NAMED = 4;

const NAMES_OF_SECTIONS: Record<Section, string> = {
  title: 'the headline',
  text: 'the text',
  author: 'the author',
  section: 'the section',
};

/** What a query lacks that the article does not meet: of an OR, what its nearest branch lacks. Tags must have been expanded. */
export function nearestMiss(query: Query, reading: Reading): NearestMiss {
  return missOf(query, true, reading);
}

/** What keeps `query` from coming out as `wanted`, which it does not. */
function missOf(query: Query, wanted: boolean, reading: Reading): NearestMiss {
  switch (query.kind) {
    case 'not':
      return missOf(query.part, !wanted, reading);
    case 'and':
      return wanted ? missOfAll(query.parts, true, reading) : leftOut(query);
    case 'or':
      return wanted ? missOfAny(query, reading) : missOfAll(query.parts, false, reading);
    case 'of':
      return wanted ? missOfSome(query, reading) : leftOut(query);
    case 'near':
      return wanted ? missOfNear(query, reading) : leftOut(query);
    case 'count':
      return wanted ? missing(query, whyTooFew(query.operand, query.atLeast, reading)) : leftOut(query);
    case 'source':
      return wanted ? missing(query, whyNotFrom(reading)) : leftOut(query);
    case 'lang':
      return wanted ? missing(query, whyNotIn(reading)) : leftOut(query);
    case 'tag':
      throw new TypeError(`The tag “${query.name}” has not been expanded.`);
    default:
      return wanted ? missing(query, whyAbsent(query, reading).reason) : leftOut(query);
  }
}

function missing(query: Query, reason: string): NearestMiss {
  return { met: [], missing: [{ clause: printQuery(query), reason }] };
}

function met(query: Query, reading: Reading): NearestMiss['met'][number] {
  return { clause: printQuery(query), spans: spansOf(query, reading) };
}

/** What is there and must not be. */
function leftOut(query: Query): NearestMiss {
  const clause = printQuery({ kind: 'not', part: query });
  const isTerm = query.kind === 'word' || query.kind === 'phrase' || query.kind === 'prefix';
  const what = isTerm ? `${named(query)} is ${where(query.place)}` : `“${printQuery(query)}” is met`;
  return { met: [], missing: [{ clause, reason: `${what}, and the query leaves it out` }] };
}

/** Every part must come out as `wanted`, and not every one does. */
function missOfAll(parts: readonly Query[], wanted: boolean, reading: Reading): NearestMiss {
  const misses = parts.map((part) => {
    const isMet = meets(part, reading) === wanted;
    if (!isMet) return missOf(part, wanted, reading);
    return { met: [met(wanted ? part : { kind: 'not', part }, reading)], missing: [] };
  });
  return { met: misses.flatMap((miss) => miss.met), missing: misses.flatMap((miss) => miss.missing) };
}

/** No part is met: that with the fewest clauses missing is told, of these the one with the most that are met. */
function missOfAny(query: Extract<Query, { kind: 'or' }>, reading: Reading): NearestMiss {
  const terms = query.parts.filter(isTerm);
  if (terms.length === query.parts.length) return missing(query, whyNoneOf(terms, reading));
  const misses = query.parts.map((part) => missOf(part, true, reading));
  return misses.reduce((nearest, miss) => {
    const isNearer = miss.missing.length - nearest.missing.length || nearest.met.length - miss.met.length;
    return isNearer < 0 ? miss : nearest;
  });
}

/** Fewer parts are met than `count`. */
function missOfSome(query: Extract<Query, { kind: 'of' }>, reading: Reading): NearestMiss {
  const { true: there = [], false: absent = [] } = Object.groupBy(query.parts, (part) => `${meets(part, reading)}`);
  const names = list(
    absent.map((part) => (isTerm(part) ? named(part) : `“${printQuery(part)}”`)),
    'and',
  );
  const reason = `${there.length} of ${query.parts.length} ${there.length === 1 ? 'is' : 'are'} met (at least ${query.count}); missing: ${names}`;
  return { met: there.map((part) => met(part, reading)), missing: [{ clause: printQuery(query), reason }] };
}

function missOfNear(query: NearQuery, reading: Reading): NearestMiss {
  const there = query.operands.filter((operand) =>
    SECTIONS.some((each) => occurrencesOf(operand, each, reading).length),
  );
  const clauses = new Map(there.map((operand) => met(asQuery(operand), reading)).map((each) => [each.clause, each]));
  return { met: [...clauses.values()], missing: [{ clause: printQuery(query), reason: whyNotNear(query, reading) }] };
}

/** An operand as a query of its own. */
function asQuery(operand: Operand): Query {
  if (operand.exceptions.length > 0) return { kind: 'count', atLeast: 1, operand };
  return operand.terms.length === 1 ? operand.terms[0]! : { kind: 'or', parts: operand.terms };
}

function isTerm(query: Query): query is TermQuery {
  return query.kind === 'word' || query.kind === 'phrase' || query.kind === 'prefix';
}

// Terms.

/** Why a term is not there. */
function whyAbsent(term: TermQuery, reading: Reading): Absence {
  const { place } = term;
  const name = named(term);
  if ((place === 'author' || place === 'section') && !reading.article[place]) {
    return { reason: `the article names no ${place}`, isNear: false };
  }
  const spellings = term.exact ? spellingsOf(foldedTerm(term), reading) : [];
  if (spellings.length > 0)
    return { reason: `${name} is ${where(place)} only as ${list(spellings, 'and')}`, isNear: true };
  if (place === 'author' || place === 'section') {
    const given = [...reading.article[place]!];
    const shown = given.length > 60 ? `${given.slice(0, 59).join('')}…` : given.join('');
    return { reason: `the ${place} is “${shown}”`, isNear: false };
  }
  if (place !== undefined) {
    const [first] = reading.findAnywhere(term, 'text');
    if (first && place === 'title') return { reason: `${name} is in the text only, not in the headline`, isNear: true };
    if (first) {
      return { reason: `${name} is in the text only after word 60: at word ${Math.ceil(first.to / 2)}`, isNear: true };
    }
  }
  if (term.kind === 'prefix') {
    return { reason: `no word that begins with “${term.prefix}” is in the article`, isNear: false };
  }
  if (term.kind === 'phrase' && wordsOf(term).every((word) => meets(word, reading))) {
    return { reason: `the words of ${name} are ${where(place)}, but not side by side`, isNear: true };
  }
  return { reason: `${name} is not in the article`, isNear: false };
}

/** Why none of several terms is there. Where some are nearly, these alone are told. */
function whyNoneOf(terms: readonly TermQuery[], reading: Reading): string {
  const absences = terms.map((term) => whyAbsent(term, reading));
  const near = absences.filter(({ isNear }) => isNear);
  if (near.length > 0) return list([...new Set(near.map(({ reason }) => reason))], ';');
  const [first, ...others] = new Set(absences.map(({ reason }) => reason));
  if (others.length === 0) return first!;
  const isInText = terms.every(({ place }) => place !== 'author' && place !== 'section');
  if (!isInText) return list([first!, ...others], ';');
  const names = terms.map(named);
  const none = names.length === 2 ? `neither ${names.join(' nor ')}` : `none of ${list(names, 'or')}`;
  return `${none} is in the article`;
}

/** The term without `=`. */
function foldedTerm({ exact: _, ...term }: TermQuery): TermQuery {
  if (term.kind === 'word') return { ...term, word: fold(term.word) };
  if (term.kind === 'prefix') return { ...term, prefix: fold(term.prefix) };
  return { ...term, words: term.words.map(fold) };
}

/** As what a term is written in the article, each spelling once. */
function spellingsOf(term: TermQuery, reading: Reading): string[] {
  const found = SECTIONS.flatMap((section) => reading.find(term, section));
  return [...new Set(found.map(({ section, start, end }) => `“${reading.article[section]!.slice(start, end)}”`))];
}

/** The words of a phrase, each as a term. */
function wordsOf({ words, prefix, place, exact }: Extract<TermQuery, { kind: 'phrase' }>): TermQuery[] {
  const common = { ...(place ? { place } : {}), ...(exact ? { exact } : {}) };
  return words.map((word, i) =>
    prefix && i === words.length - 1 ? { kind: 'prefix', prefix: word, ...common } : { kind: 'word', word, ...common },
  );
}

// Operands of EXCEPT, ATLEAST, NEAR and THEN.

/** Why an operand has no occurrence. */
function whyNone(operand: Operand, reading: Reading): string {
  const { occurrences, exceptions } = inExceptions(operand, reading);
  if (occurrences === 0) return whyNoneOf(operand.terms, reading);
  return `${namesOf(operand)} is ${where(placeOf(operand))} only inside ${list(exceptions, 'and')}`;
}

/** Why an operand has fewer occurrences than `atLeast`. */
function whyTooFew(operand: Operand, atLeast: number, reading: Reading): string {
  const count = counted(operand, reading);
  if (count === 0) return whyNone(operand, reading);
  const { occurrences, exceptions } = inExceptions(operand, reading);
  const inside = occurrences > 0 ? `, not counting ${occurrences} inside ${list(exceptions, 'and')}` : '';
  const times = count === 1 ? 'once' : `${count} times`;
  return `${namesOf(operand)} is ${where(placeOf(operand))} ${times} (at least ${atLeast})${inside}`;
}

/** How many occurrences of an operand stand inside exceptions, and the names of these. */
function inExceptions(operand: Operand, reading: Reading): { occurrences: number; exceptions: string[] } {
  const inside = SECTIONS.flatMap((section) => {
    const all = occurrencesOf({ ...operand, exceptions: [] }, section, reading);
    const counting = new Set(outside(all, exceptionsIn(operand.exceptions, section, reading)));
    return all.filter((occurrence) => !counting.has(occurrence));
  });
  return { occurrences: inside.length, exceptions: covering(inside, operand.exceptions, reading) };
}

/** The names of the exceptions inside which some of the occurrences stand. */
function covering(occurrences: readonly Occurrence[], exceptions: readonly TermQuery[], reading: Reading): string[] {
  const isInside = (exception: TermQuery) =>
    SECTIONS.some((section) => {
      const here = occurrences.filter((occurrence) => occurrence.section === section);
      return outside(here, reading.findAnywhere(exception, section)).length < here.length;
    });
  return exceptions.filter(isInside).map(named);
}

// NEAR and THEN.

function whyNotNear(query: NearQuery, reading: Reading): string {
  const places = SECTIONS.map((section) => ({
    section,
    lists: query.operands.map((operand) => occurrencesOf(operand, section, reading)),
  }));
  const absent = query.operands.filter((_, i) => places.every(({ lists }) => lists[i]!.length === 0));
  if (absent.length > 0) return list([...new Set(absent.map((operand) => whyNone(operand, reading)))], ';');

  const shared = places.filter(({ lists }) => lists.every((each) => each.length > 0));
  if (shared.length === 0) {
    const stand = query.operands.map((operand, i) => {
      const standing = places.filter(({ lists }) => lists[i]!.length > 0);
      return `${namesOf(operand)} is in ${standing.map(({ section }) => NAMES_OF_SECTIONS[section]).join(' and ')}`;
    });
    return `${list([...new Set(stand)], 'and')}: they must stand in the same one`;
  }
  if (query.exceptions.length > 0) {
    const chained = shared.filter(({ lists }) => hasChain(lists, query.links, []));
    const all = chained.flatMap(({ lists }) => lists.flat());
    const exceptions = covering(all, query.exceptions, reading);
    if (chained.length > 0) return `it is there only inside ${list(exceptions, 'and')}`;
  }
  const apart = query.links.flatMap((link, i) => {
    const lists = shared.map((each) => [each.lists[i]!, each.lists[i + 1]!] as const);
    const both = [namesOf(query.operands[i]!), namesOf(query.operands[i + 1]!)] as const;
    return whyApart(lists, link, both) ?? [];
  });
  if (apart.length > 0) return list([...new Set(apart)], ';');
  return 'each two neighbours stand near enough somewhere, but there is no one place where all of them do';
}

/** Why two neighbours in a chain are nowhere linked; undefined where they are. `lists` are theirs in each section. */
function whyApart(
  lists: readonly (readonly [Occurrence[], Occurrence[]])[],
  { ordered, within }: NearQuery['links'][number],
  [a, b]: readonly [string, string],
): string | undefined {
  const least = (gaps: (number | undefined)[]) => Math.min(...gaps.map((gap) => gap ?? Number.POSITIVE_INFINITY));
  const inOrder = least(lists.map(([first, second]) => closest(first, second)));
  const reversed = least(lists.map(([first, second]) => closest(second, first)));
  const best = ordered ? inOrder : Math.min(inOrder, reversed);
  if (best <= 2 * within) return undefined;
  const apart = (gap: number) => `${wordCount(Math.ceil(gap / 2))} apart (at most ${within})`;
  if (Number.isFinite(best) && !(ordered && reversed <= 2 * within))
    return `${a} and ${b} are both there, but ${apart(best)}`;
  if (Number.isFinite(best)) return `${a} and ${b} are in the wrong order; in the right one they are ${apart(best)}`;
  if (Number.isFinite(reversed)) return `${a} and ${b} are both there, but in the wrong order`;
  return `${a} and ${b} are there only in the same words`;
}

// Places.

function whyNotFrom({ hosts }: Reading): string {
  return hosts.length > 0 ? `the article is from ${hosts.join(' and ')}` : 'it is not known where the article is from';
}

function whyNotIn({ lang }: Reading): string {
  return lang === '' ? 'the article’s language is not known' : `the article’s language is “${lang}”`;
}

// Words for people.

function placeOf({ terms }: Operand): Place | undefined {
  return terms.every(({ place }) => place === terms[0]?.place) ? terms[0]?.place : undefined;
}

function where(place: Place | undefined): string {
  if (place === undefined) return 'there';
  return place === 'lead' ? 'in the lead' : `in ${NAMES_OF_SECTIONS[place]}`;
}

/** A term as a message names it. */
function named(term: TermQuery): string {
  if (term.kind === 'word') return `“${term.word}”`;
  if (term.kind === 'prefix') return `“${term.prefix}*”`;
  return `“${term.words.join(' ')}${term.prefix ? '*' : ''}”`;
}

function namesOf({ terms }: Operand): string {
  return list(terms.map(named), 'or');
}

function wordCount(count: number): string {
  return count === 1 ? '1 word' : `${count} words`;
}

/** `a, b and c`; of many the first four, and how many more. */
function list(names: readonly string[], conjunction: 'and' | 'or' | ';'): string {
  const shown = names.length > MOST_NAMED + 1 ? names.slice(0, MOST_NAMED) : names;
  const all = shown.length < names.length ? [...shown, `${names.length - shown.length} more`] : shown;
  if (conjunction === ';') return all.join('; ');
  return [all.slice(0, -1).join(', '), ...all.slice(-1)].filter((part) => part).join(` ${conjunction} `);
}
