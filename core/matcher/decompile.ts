import type { Operand, Place, Query, TermQuery } from '../query/index.ts';
import { Counts, type Layout } from './layout.ts';
import { wordOf } from './letters.ts';
import {
  BARE,
  COUNT,
  FACTORED,
  FILING_IMPLIED,
  GUARD_IMPLIED,
  GUARDED_ON,
  KIND_SHIFT,
  Kind,
  LAST,
  NEAR,
  NUMBER,
  nodeLength,
  OPERANDS,
  OPERATOR_SHIFT,
  Operator,
  PAYLOAD,
  REFERENCE,
  SEVERAL,
  SHARED,
} from './program.ts';
import { Terms } from './terms.ts';
import { Definition, QUIET, TERM } from './vocabulary.ts';

/** One word of a term. */
interface Step {
  text: string;
  exact: boolean;
  isPrefix: boolean;
  touches: boolean;
}

/** Of each ordinal one of its postings, and of each posting the next one of the same rule. */
interface PostingLists {
  first: Uint32Array;
  next: Uint32Array;
}

const NO_POSTING = 0xffff_ffff;

const PLACES: Partial<Record<number, Place>> = {
  [Definition.title]: 'title',
  [Definition.lead]: 'lead',
  [Definition.author]: 'author',
  [Definition.section]: 'section',
};

/** Reads the queries of an index back from its numbers, so that it need not keep them beside these. */
export class Decompiler {
  readonly #layout: Layout;
  readonly #of: Terms;
  /** Of each ordinal its postings, made when the first is asked for. */
  #postings: PostingLists | undefined;
  /** Of each guard that is any of several terms: these. */
  #members: Map<number, number[]> | undefined;

  constructor(layout: Layout) {
    this.#layout = layout;
    this.#of = new Terms(layout);
  }

  /** The query of a rule: that which it was built from, but for the order of its clauses and for tags, which are taken apart. */
  queryOf(ordinal: number): Query {
    this.#postings ??= this.#postingsByOrdinal();
    const first = this.#postings.first[ordinal]!;
    if (this.#layout.references[first]! < 0 && (this.#layout.references[first]! & FACTORED) !== 0)
      return this.#factored(first);
    const branches: Query[] = [];
    const records = new Set<number>();
    for (let at = first; at !== NO_POSTING; at = this.#postings.next[at]!) {
      const reference = this.#layout.references[at]!;
      // A branch under several terms has a posting for each of them.
      if (reference >= 0 && records.has(reference)) continue;
      records.add(reference < 0 ? -1 : reference);
      branches.push(this.#branch(at));
    }
    return joined('or', branches);
  }

  /** A rule whose postings, from `first` on, are one branch under several terms. */
  #factored(first: number): Query {
    const filed: Query[] = [];
    for (let at = first; at !== NO_POSTING; at = this.#postings!.next[at]!) {
      filed.push(this.#termQuery(this.#termOfPosting(at)));
    }
    return joined('and', [joined('or', filed), ...this.#guard(first)]);
  }

  #branch(at: number): Query {
    const { references, records } = this.#layout;
    const reference = references[at]!;
    const filed = this.#termQuery(this.#termOfPosting(at));
    if (reference < 0) return joined('and', [filed, ...this.#guard(at)]);

    const isSeveral = (reference & SEVERAL) !== 0;
    const record = reference & REFERENCE;
    const head = records[record]!;
    let node = record + (isSeveral ? 2 : 1);
    const parts: Query[] = [];
    for (let isLast = (head & BARE) !== 0; !isLast; node += nodeLength(records[node]!)) {
      isLast = (records[node]! & LAST) !== 0;
      parts.push(this.#query(node));
    }
    if ((head & GUARD_IMPLIED) === 0) parts.unshift(...this.#guard(at));
    if ((head & FILING_IMPLIED) === 0) {
      parts.unshift(isSeveral ? joined('or', this.#termQueries(records, node)) : filed);
    }
    return joined('and', parts);
  }

  #postingsByOrdinal(): PostingLists {
    const { counts, guards, references, shared } = this.#layout;
    const first = new Uint32Array(counts[Counts.rules]!).fill(NO_POSTING);
    const next = new Uint32Array(references.length);
    for (let at = 0; at < references.length; at++) {
      const target = this.#targetOf(references[at]!);
      const number = target & NUMBER;
      // Rules that ask the same have the same postings: they are kept for the first of them.
      const ordinal = (target & SHARED) === 0 ? number : shared[number + 1]!;
      next[at] = first[ordinal]!;
      first[ordinal] = at;
      while ((guards[at]! & GUARDED_ON) !== 0) at++;
    }
    for (let i = 0; i < shared.length; i += 1 + shared[i]!) {
      for (let k = 2; k <= shared[i]!; k++) first[shared[i + k]!] = first[shared[i + 1]!]!;
    }
    return { first, next };
  }

  #targetOf(reference: number): number {
    return reference < 0 ? reference : this.#layout.records[reference & REFERENCE]!;
  }

  #termOfPosting(at: number): number {
    const { postingsAt } = this.#layout;
    let low = 0;
    let high = postingsAt.length - 1;
    while (low + 1 < high) {
      const middle = (low + high) >> 1;
      if (postingsAt[middle]! <= at) low = middle;
      else high = middle;
    }
    return low;
  }

  /** What the postings from `at` on are guarded by. */
  #guard(at: number): Query[] {
    const { guards } = this.#layout;
    if (guards[at] === 0) return [];
    const members = this.#membersOf(guards[at]! & TERM);
    if (members.length > 0)
      return [
        joined(
          'or',
          members.map((term) => this.#termQuery(term)),
        ),
      ];
    if (guards[at]! < 0) return [{ kind: 'not', part: this.#termQuery(guards[at]! & TERM) }];
    const terms = [guards[at]! & TERM];
    for (let next = at; (guards[next]! & GUARDED_ON) !== 0; next++) terms.push(guards[next + 1]! & TERM);
    return [
      joined(
        'or',
        terms.map((term) => this.#termQuery(term)),
      ),
    ];
  }

  /** The terms of which a guard is any; empty where it is a term of its own. */
  #membersOf(term: number): number[] {
    if (this.#of.kindOf(term) !== Definition.any) return [];
    this.#members ??= this.#membersByTerm();
    return this.#members.get(term)!;
  }

  #membersByTerm(): Map<number, number[]> {
    const { counts, derived, derivedAt, derivedFrom } = this.#layout;
    const words = counts[Counts.words]!;
    const found = new Map<number, number[]>();
    for (let slot = 1; slot + 1 < derivedAt.length; slot++) {
      const base = slot <= words ? slot : derivedFrom[slot - words - 1]!;
      for (let i = derivedAt[slot]!; i < derivedAt[slot + 1]!; i++) {
        if ((derived[i]! & QUIET) === 0) continue;
        const term = derived[i]! & TERM;
        const members = found.get(term);
        if (members) members.push(base);
        else found.set(term, [base]);
      }
    }
    return found;
  }

  #query(at: number): Query {
    const { records } = this.#layout;
    const first = records[at]!;
    const payload = first & PAYLOAD;
    switch (first >>> KIND_SHIFT) {
      case Kind.term:
        return this.#termQuery(payload);
      case Kind.notTerm:
        return { kind: 'not', part: this.#termQuery(payload) };
      case Kind.any:
        return joined('or', this.#terms(records, at + 1, payload));
      case Kind.notAny:
        return { kind: 'not', part: joined('or', this.#terms(records, at + 1, payload)) };
      case Kind.positional:
        return this.#positional(at + 1);
      case Kind.notPositional:
        return { kind: 'not', part: this.#positional(at + 1) };
      default:
        return this.#group(at + 1, at + 1 + payload);
    }
  }

  #group(at: number, end: number): Query {
    const { records } = this.#layout;
    const parts: Query[] = [];
    for (let node = at + 1; node < end; node += nodeLength(records[node]!)) parts.push(this.#query(node));
    switch (records[at]! >>> OPERATOR_SHIFT) {
      case Operator.not:
        return { kind: 'not', part: parts[0]! };
      case Operator.of:
        return { kind: 'of', count: records[at]! & COUNT, parts };
      case Operator.or:
        return { kind: 'or', parts };
      default:
        return { kind: 'and', parts };
    }
  }

  #positional(at: number): Query {
    const { records } = this.#layout;
    if (records[at]! >>> OPERATOR_SHIFT !== NEAR) {
      return { kind: 'count', atLeast: records[at + 1]!, operand: this.#operand(at + 2).operand };
    }
    const count = records[at]! & OPERANDS;
    const links = Array.from(records.subarray(at + 1, at + count), (link) => ({
      ordered: (link & 1) !== 0,
      within: link >>> 1,
    }));
    const operands: Operand[] = [];
    let next = at + count;
    for (let i = 0; i < count; i++) {
      const { operand, end } = this.#operand(next);
      operands.push(operand);
      next = end;
    }
    return { kind: 'near', operands, links, exceptions: this.#termQueries(records, next) as TermQuery[] };
  }

  #operand(at: number): { operand: Operand; end: number } {
    const { records } = this.#layout;
    const exceptionsAt = at + 1 + records[at]!;
    return {
      operand: {
        terms: this.#termQueries(records, at) as TermQuery[],
        exceptions: this.#termQueries(records, exceptionsAt) as TermQuery[],
      },
      end: exceptionsAt + 1 + records[exceptionsAt]!,
    };
  }

  /** The terms of a list that begins with their number. */
  #termQueries(numbers: Uint32Array, at: number): Query[] {
    return this.#terms(numbers, at + 1, numbers[at]!);
  }

  #terms(numbers: Uint32Array, at: number, count: number): Query[] {
    return Array.from(numbers.subarray(at, at + count), (term) => this.#termQuery(term));
  }

  #termQuery(term: number): Query {
    const kind = this.#of.kindOf(term);
    if (kind === Definition.host) return { kind: 'source', host: this.#of.stringOf(term) };
    if (kind === Definition.lang) return { kind: 'lang', range: this.#of.stringOf(term) };
    const place = PLACES[kind];
    const steps = this.#steps(place === undefined ? term : this.#of.baseOf(term));
    const words: string[] = [];
    for (const { text, touches } of steps) {
      if (touches) words[words.length - 1] += text;
      else words.push(text);
    }
    const last = steps.at(-1)!;
    const qualities = { ...(place && { place }), ...(steps[0]!.exact && { exact: true as const }) };
    if (words.length > 1) return { kind: 'phrase', words, ...(last.isPrefix && { prefix: true }), ...qualities };
    return last.isPrefix
      ? { kind: 'prefix', prefix: words[0]!, ...qualities }
      : { kind: 'word', word: words[0]!, ...qualities };
  }

  #steps(term: number): Step[] {
    const kind = this.#of.kindOf(term);
    if (kind === 0) {
      const { letters, lettersAt } = this.#layout;
      const text = wordOf(letters.subarray(lettersAt[term]!, lettersAt[term + 1]!));
      return [{ text, exact: false, isPrefix: false, touches: false }];
    }
    const first = this.#of.baseOf(term);
    const second = this.#of.secondOf(term);
    if (kind === Definition.prefix) {
      return [{ text: this.#of.stringOf(term), exact: false, isPrefix: true, touches: false }];
    }
    if (kind === Definition.exact) {
      const isPrefix = this.#of.kindOf(first) === Definition.prefix;
      return [{ text: this.#of.stringOf(term), exact: true, isPrefix, touches: false }];
    }
    const [step] = this.#steps(second >>> 1);
    return [...this.#steps(first), { ...step!, touches: (second & 1) !== 0 }];
  }
}

function joined(kind: 'and' | 'or', parts: Query[]): Query {
  return parts.length === 1 ? parts[0]! : { kind, parts };
}
