/*
 * How a rule is written in numbers of 32 bits.
 *
 * A *node* is a part of a query. Its first number has the kind in its top three bits and a payload in its lowest 28:
 *   term, notTerm          payload: the term
 *   any, notAny            payload: how many terms follow
 *   group                  payload: how many numbers follow: `operator << 24 | count`, then the nodes of its parts
 *   positional, notPositional   payload: how many numbers follow: a positional clause
 * The bit between marks the last of a rule's clauses.
 *
 * A rule is one *branch*, or those of the OR that it is. A branch is clauses that must all hold. It is filed under the terms of one of them,
 * of which an article that meets it holds at least one.
 *
 * A *posting* is a branch under a term that it is filed under: a guard, which is a term that must have been seen (or with the top bit,
 * must not; 0 is always seen), and a reference. Where one of a few terms must have been seen, there is a posting for each of them, all
 * but the last with GUARDED_ON. All that a branch asks may be in that: the reference is then `COMPLETE | target`. Else
 * it is the place of its record, with SEVERAL where the branch is filed under several terms.
 *
 * A branch that is filed under several terms and asks nothing but its guard is COMPLETE too, under each of them, if it is the whole rule:
 * FACTORED says that it is one branch.
 *
 * A *target* is who is told: an ordinal, or `SHARED | i` for several rules that ask the same, whose number and ordinals are in
 * `shared` from `i`. TWICE where the rule has other postings that tell it, so that it may be told already.
 *
 * A *record* is a head, which is `flags | target`; for a branch under several terms, which of such branches it is; unless BARE, the
 * nodes of the clauses that are left to ask; and for a branch under several terms, their number and the terms. A branch is whole again when the clauses are joined by what it is filed under and its
 * guard, unless these are only *implied* by the clauses.
 *
 * A *positional clause* is `NEAR << 24 | first << 8 | operands`, where `first` is the operand to look for first, a link (`within × 2 + ordered`) between each two, the operands, and the exceptions;
 * or `COUNT << 24`, the least number, and an operand. An operand is a number of terms, these, and its exceptions, written likewise.
 */
export const Kind = {
  term: 0,
  notTerm: 1,
  any: 2,
  notAny: 3,
  group: 4,
  positional: 5,
  notPositional: 6,
} as const;
export const KIND_SHIFT = 29;
export const LAST = 1 << 28;
export const PAYLOAD = LAST - 1;

export const Operator = { and: 0, or: 1, not: 2, of: 3 } as const;
export const OPERATOR_SHIFT = 24;
export const COUNT = 0xff_ffff;

/** Of a guard. */
export const ABSENT = 1 << 31;
export const GUARDED_ON = 1 << 30;
/** Of a reference. */
export const COMPLETE = 1 << 31;
export const SEVERAL = 1 << 30;
export const REFERENCE = SEVERAL - 1;

/** Of a complete reference: its other postings are the same branch. */
export const FACTORED = 1 << 28;

/** Of a target. */
export const SHARED = 1 << 30;
export const TWICE = 1 << 29;
export const NUMBER = (1 << 27) - 1;

/** Of a record's head. */
export const FILING_IMPLIED = 1 << 31;
export const GUARD_IMPLIED = 1 << 28;
export const BARE = 1 << 27;

export const NEAR = 1;
export const TIMES = 2;
export const OPERANDS = 0xff;
export const ASKED_FIRST_SHIFT = 8;

/** How many numbers a node is, from its first. */
export function nodeLength(first: number): number {
  const kind = first >>> KIND_SHIFT;
  return kind === Kind.term || kind === Kind.notTerm ? 1 : 1 + (first & PAYLOAD);
}
