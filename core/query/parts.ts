import type { NearQuery, Operand, Query, TermQuery } from './query.ts';
import { isTerm } from './steps.ts';

/** A part of a query as it was typed: what it means, where it stands, and what must be known to refuse it or to warn of it. */
export interface Part {
  query: Query;
  /** Whether an article must hold something to meet it. What only leaves words out would be met by nearly every article. */
  requires: boolean;
  /** Groups within groups: 0 for a word or a phrase. */
  depth: number;
  at: number;
  end: number;
  /** What it is joined of: of an AND within an AND its parts, not itself. */
  parts: Part[];
  exceptions?: Part[];
  /** What a NOT is the opposite of. */
  opposite?: Part;
  /** It stands for what had an error of its own, so that the rest is read as if it were right. */
  isUnknown?: true;
  /** It stands for parentheses with nothing in them. */
  isEmpty?: true;
  /** A quote or a parenthesis in it is not closed: some of its words may be meant to stand outside. */
  isUnclosed?: true;
}

export function leafPart(query: Query, at: number, end: number): Part {
  return { query, requires: true, depth: 0, at, end, parts: [] };
}

/** What stands for an operand that is none, and has an error: shorter, when printed, than whatever is put in its place. */
const NO_TERM: TermQuery = { kind: 'word', word: '' };
const NO_OPERAND: Operand = { terms: [NO_TERM], exceptions: [] };

/** It is taken to require something, since what is to stand there may. */
export function unknownPart(at: number, end: number): Part {
  return { ...leafPart(NO_TERM, at, end), isUnknown: true };
}

/** Parts that must all be met. */
export function all(parts: Part[]): Part {
  const requires = parts.some((part) => part.requires);
  return join('and', parts, requires);
}

/** Parts of which one is enough. */
export function any(parts: Part[]): Part {
  const requires = parts.every((part) => part.requires);
  return join('or', parts, requires);
}

/** `count` of the parts: all of them is an AND, one of them an OR. */
export function someOf(count: number, parts: Part[]): Part {
  if (count <= 1) return any(parts);
  if (count >= parts.length) return all(parts);
  return {
    query: { kind: 'of', count, parts: parts.map(({ query }) => query) },
    requires: true,
    depth: Math.max(...parts.map(({ depth }) => depth + 1)),
    parts,
    ...span(parts),
    ...faultsOf(parts),
  };
}

/** What must not be met. The opposite of an opposite is the thing itself. `at` is where the NOT stands. */
export function opposite(part: Part, at: number): Part {
  if (part.opposite) return { ...part.opposite, at, end: part.end };
  return {
    query: { kind: 'not', part: part.query },
    // What is not closed may have words that are meant to stand beside it, and be looked for.
    requires: part.isUnclosed === true,
    depth: part.depth,
    at,
    end: part.end,
    parts: [],
    opposite: part,
    ...faultsOf([part]),
  };
}

/** A chain of operands, each of which `asOperand` takes. */
export function near(operands: Part[], links: NearQuery['links']): Part {
  const query: NearQuery = {
    kind: 'near',
    operands: operands.map((part) => asOperand(part) ?? NO_OPERAND),
    links,
    exceptions: [],
  };
  return { ...leafPart(query, 0, 0), ...span(operands), parts: operands, ...faultsOf(operands) };
}

/** What `asOperand` takes, or a chain, without what stands inside the exceptions. */
export function except(part: Part, exceptions: Part[], end: number): Part {
  const terms = exceptions.flatMap((exception) => asTerms(exception) ?? []);
  const excepted = [...(part.exceptions ?? []), ...exceptions];
  const more = { exceptions: excepted, at: part.at, end, ...faultsOf([part, ...exceptions]) };
  if (part.query.kind === 'near') {
    return { ...part, ...more, query: { ...part.query, exceptions: [...part.query.exceptions, ...terms] } };
  }
  const operand = asOperand(part) ?? NO_OPERAND;
  const query: Query = {
    kind: 'count',
    atLeast: 1,
    operand: { terms: operand.terms, exceptions: [...operand.exceptions, ...terms] },
  };
  return { ...leafPart(query, 0, 0), parts: [part], ...more };
}

/** So many occurrences of what `asOperand` takes. `at` is where the ATLEAST stands. */
export function atLeast(count: number, part: Part, at: number): Part {
  const operand = asOperand(part) ?? NO_OPERAND;
  if (count === 1 && operand.exceptions.length === 0) return { ...part, at };
  const query: Query = { kind: 'count', atLeast: count, operand };
  return { ...leafPart(query, at, part.end), parts: [part], ...faultsOf([part]) };
}

/** A word, phrase, prefix, an OR of these, or one of these with an EXCEPT; undefined for anything else. */
export function asOperand(part: Part): Operand | undefined {
  const { query } = part;
  if (query.kind === 'count') return query.atLeast === 1 ? query.operand : undefined;
  const terms = asTerms(part);
  return terms && { terms, exceptions: [] };
}

/** A word, phrase or prefix, or an OR of these. */
export function asTerms({ query }: Part): TermQuery[] | undefined {
  if (isTerm(query)) return [query];
  return query.kind === 'or' && query.parts.every(isTerm) ? query.parts : undefined;
}

function join(kind: 'and' | 'or', parts: Part[], requires: boolean): Part {
  if (parts.length === 1) return parts[0]!;
  const flat = parts.flatMap((part) => (part.query.kind === kind ? part.parts : [part]));
  return {
    query: { kind, parts: flat.map(({ query }) => query) },
    requires,
    depth: Math.max(...parts.map(({ query, depth }) => (query.kind === kind ? depth : depth + 1))),
    parts: flat,
    ...span(parts),
    ...faultsOf(parts),
  };
}

function span(parts: Part[]): { at: number; end: number } {
  return { at: parts[0]!.at, end: parts.at(-1)!.end };
}

function faultsOf(parts: Part[]): { isUnknown?: true; isUnclosed?: true } {
  return {
    ...(parts.some(({ isUnknown }) => isUnknown) && { isUnknown: true }),
    ...(parts.some(({ isUnclosed }) => isUnclosed) && { isUnclosed: true }),
  };
}
