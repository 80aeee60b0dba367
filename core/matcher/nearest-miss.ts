import { isTerm, type NearQuery, type Operand, printQuery, type Query } from '../query/index.ts';
import { meets, occurrencesOf } from './evaluate.ts';
import { type Span, spansOf } from './explain.ts';
import { list, named, where } from './in-words.ts';
import { type Reading, SECTIONS } from './reading.ts';
import { whyAbsent, whyNoneOf, whyTooFew } from './why-absent.ts';
import { whyNotNear } from './why-not-near.ts';

/** Why an article does not meet a query, clause by clause, each as `printQuery` writes it. */
export interface NearestMiss {
  /** What is met. Of a NEAR that fails also its words that are there. */
  met: { clause: string; spans: Span[] }[];
  /** What failed, at least one: `reason` says why, in words for the editor, without a stop at its end. */
  missing: { clause: string; reason: string }[];
}

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
  const what = isTerm(query) ? `${named(query)} is ${where(query.place)}` : `“${printQuery(query)}” is met`;
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
    const order = miss.missing.length - nearest.missing.length || nearest.met.length - miss.met.length;
    return order < 0 ? miss : nearest;
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

function whyNotFrom({ hosts }: Reading): string {
  return hosts.length > 0 ? `the article is from ${hosts.join(' and ')}` : 'it is not known where the article is from';
}

function whyNotIn({ lang }: Reading): string {
  return lang === '' ? 'the article’s language is not known' : `the article’s language is “${lang}”`;
}
