import type { NearQuery, Operand, Query, TermQuery } from '../query/index.ts';
import { ASKED_FIRST_SHIFT, KIND_SHIFT, Kind, NEAR, OPERANDS, OPERATOR_SHIFT, Operator, TIMES } from './program.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Terms of which an article that meets a clause holds at least one. */
export interface Key {
  terms: number[];
  /** A bound for the share of articles that hold one of them. */
  share: number;
  /** It is not all that the clause asks. */
  implied: boolean;
}

/** One of the parts of a rule that must all be met: its node, and the keys under which the rule may be filed for it. */
export interface Clause {
  node: number[];
  keys: Key[];
}

/** Takes queries apart into clauses, in the numbers of a vocabulary. */
export class ClauseWriter {
  readonly #vocabulary: Vocabulary;

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
  }

  /** The branches of a query without tags, each with its clauses. */
  branchesOf(query: Query): Clause[][] {
    if (query.kind !== 'or') return [this.#clausesOf(query)];
    return query.parts.flatMap((part) => this.branchesOf(part));
  }

  #clausesOf(query: Query): Clause[] {
    if (query.kind === 'and') return query.parts.flatMap((part) => this.#clausesOf(part));
    const term = this.#leaf(query);
    if (term !== undefined) return [{ node: [node(Kind.term, term)], keys: [this.#key([term], false)] }];
    if (query.kind === 'count') return [{ node: this.#node(query), keys: [this.#operandKey(query.operand)] }];
    if (query.kind === 'near') {
      return [{ node: this.#node(query), keys: query.operands.map((operand) => this.#operandKey(operand)) }];
    }
    const terms = query.kind === 'or' ? this.#leaves(query.parts) : undefined;
    if (terms) return [{ node: this.#node(query), keys: [this.#key(terms, false)] }];
    const key = this.#keyOf(query, true);
    return [{ node: this.#node(query), keys: key ? [{ ...key, implied: true }] : [] }];
  }

  #node(query: Query): number[] {
    const term = this.#leaf(query);
    if (term !== undefined) return [node(Kind.term, term)];
    switch (query.kind) {
      case 'or': {
        const terms = this.#leaves(query.parts);
        if (terms) return [node(Kind.any, terms.length), ...terms];
        return this.#group(Operator.or, 0, query.parts);
      }
      case 'and':
        return this.#group(Operator.and, 0, query.parts);
      case 'of':
        return this.#group(Operator.of, query.count, query.parts);
      case 'not': {
        const part = this.#node(query.part);
        const kind = part[0]! >>> KIND_SHIFT;
        if (kind !== Kind.term && kind !== Kind.any && kind !== Kind.positional) {
          return this.#group(Operator.not, 0, [query.part]);
        }
        return [(part[0]! + 2 ** KIND_SHIFT) >>> 0, ...part.slice(1)];
      }
      case 'count':
      case 'near':
        return this.#positional(query);
      default:
        throw new TypeError(`A query of the kind “${query.kind}” cannot be indexed.`);
    }
  }

  #group(operator: number, count: number, parts: readonly Query[]): number[] {
    const nodes = parts
      .map((part) => this.#node(part))
      .sort(compareNodes)
      .flat();
    return [node(Kind.group, nodes.length + 1), (operator << OPERATOR_SHIFT) | count, ...nodes];
  }

  /** The term that a query is, if it is one. */
  #leaf(query: Query): number | undefined {
    switch (query.kind) {
      case 'word':
      case 'phrase':
      case 'prefix':
        return this.#vocabulary.termOf(query);
      case 'source':
        return this.#vocabulary.host(query.host);
      case 'lang':
        return this.#vocabulary.lang(query.range);
    }
  }

  /** The terms that queries are, each once; undefined where one is none. */
  #leaves(queries: readonly Query[]): number[] | undefined {
    const terms: number[] = [];
    for (const query of queries) {
      const term = this.#leaf(query);
      if (term === undefined) return undefined;
      terms.push(term);
    }
    return once(terms);
  }

  #positional(query: Extract<Query, { kind: 'count' | 'near' }>): number[] {
    const numbers =
      query.kind === 'count'
        ? [TIMES << OPERATOR_SHIFT, query.atLeast, ...this.#operand(query.operand)]
        : this.#near(query);
    return [node(Kind.positional, numbers.length), ...numbers];
  }

  #near({ operands, links, exceptions }: NearQuery): number[] {
    if (operands.length < 2 || operands.length > OPERANDS || links.length !== operands.length - 1) {
      throw new TypeError(`A NEAR has 2 to ${OPERANDS} operands with a link between each two, not ${operands.length}.`);
    }
    const first = this.#askedFirst(operands);
    // Of two in any order that which is asked first stands first: what is read next is then at hand.
    const isTurned = operands.length === 2 && first === 1 && !links[0]!.ordered;
    const inOrder = isTurned ? operands.toReversed() : operands;
    return [
      (NEAR << OPERATOR_SHIFT) | ((isTurned ? 0 : first) << ASKED_FIRST_SHIFT) | operands.length,
      ...links.map(({ within, ordered }) => within * 2 + Number(ordered)),
      ...inOrder.flatMap((operand) => this.#operand(operand)),
      ...this.#list(exceptions),
    ];
  }

  /** The second-rarest operand: under the rarest the rule is filed, so that one of its terms is there. */
  #askedFirst(operands: readonly Operand[]): number {
    const shares = operands.map((operand, i) => ({ i, share: this.#operandKey(operand).share }));
    return shares.sort((a, b) => a.share - b.share)[1]!.i;
  }

  #operand({ terms, exceptions }: Operand): number[] {
    return [...this.#list(terms), ...this.#list(exceptions)];
  }

  #list(terms: readonly TermQuery[]): number[] {
    const list = once(terms.map((term) => this.#vocabulary.termOf(term)));
    return [list.length, ...list];
  }

  #operandKey({ terms }: Operand): Key {
    return this.#key(once(terms.map((term) => this.#vocabulary.termOf(term))), true);
  }

  #key(terms: number[], implied: boolean): Key {
    let share = 0;
    for (const term of terms) share += this.#vocabulary.shareOf(term);
    return { terms, share, implied };
  }

  /** The best key of a query that must come out as `wanted`; undefined where it may do so by what is absent. */
  #keyOf(query: Query, wanted: boolean): Key | undefined {
    switch (query.kind) {
      case 'and':
      case 'or':
      case 'of': {
        const all = query.parts.length;
        const mustHold = query.kind === 'and' ? all : query.kind === 'or' ? 1 : query.count;
        // Of so many parts, whichever they are, one at least comes out as wanted.
        const enough = wanted ? all - mustHold + 1 : mustHold;
        const keys = query.parts.flatMap((part) => this.#keyOf(part, wanted) ?? []).sort((a, b) => a.share - b.share);
        if (keys.length < enough) return undefined;
        return this.#key(once(keys.slice(0, enough).flatMap(({ terms }) => terms)), true);
      }
      case 'not':
        return this.#keyOf(query.part, !wanted);
    }
    if (!wanted) return undefined;
    if (query.kind === 'count') return this.#operandKey(query.operand);
    if (query.kind === 'near') {
      return query.operands.map((operand) => this.#operandKey(operand)).sort((a, b) => a.share - b.share)[0];
    }
    return this.#key([this.#leaf(query)!], true);
  }
}

/** By kind, then the terms with high numbers first, which are the rarest. */
export function compareNodes(a: readonly number[], b: readonly number[]): number {
  const byKind = (a[0]! >>> KIND_SHIFT) - (b[0]! >>> KIND_SHIFT);
  if (byKind !== 0) return byKind;
  for (let i = 0; i < a.length && i < b.length; i++) {
    if (a[i] !== b[i]) return b[i]! - a[i]!;
  }
  return a.length - b.length;
}

function node(kind: number, payload: number): number {
  return ((kind << KIND_SHIFT) | payload) >>> 0;
}

function once(terms: number[]): number[] {
  if (terms.length < 2) return terms;
  return [...new Set(terms)].sort((a, b) => a - b);
}
