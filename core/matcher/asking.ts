import { Counts, type Layout } from './layout.ts';
import type { Occurrences } from './occurrences.ts';
import {
  BARE,
  COMPLETE,
  COUNT,
  GUARDED_ON,
  KIND_SHIFT,
  Kind,
  LAST,
  NUMBER,
  nodeLength,
  OPERATOR_SHIFT,
  Operator,
  PAYLOAD,
  REFERENCE,
  SEVERAL,
  SHARED,
  TWICE,
} from './program.ts';
import type { Sight } from './sight.ts';
import { TERM } from './vocabulary.ts';

/** Postings whose guards are tested at once. */
const BATCH = 2048;

/**
 * Which rules are met by what was seen of an article: one look at each that is filed under it.
 *
 * Memory beside the index: a byte for each branch under several terms, a bit for each rule, and four bytes for each rule that one article
 * meets.
 */
export class Asking {
  readonly #layout: Layout;
  readonly #sight: Sight;
  readonly #occurrences: Occurrences;
  #found = new Uint32Array(1024);
  #foundCount = 0;
  readonly #passed = new Int32Array(BATCH);
  /** A bit for each rule with several postings that was told, and how many there are. */
  readonly #told: Int32Array;
  #toldCount = 0;
  /** For each branch under several terms: the turn in which it was last asked. */
  readonly #asked: Uint8Array;
  #turn = 0;

  constructor(layout: Layout, sight: Sight, occurrences: Occurrences) {
    this.#layout = layout;
    this.#sight = sight;
    this.#occurrences = occurrences;
    this.#told = new Int32Array((layout.counts[Counts.rules]! >>> 5) + 1);
    this.#asked = new Uint8Array(layout.counts[Counts.several]!);
  }

  /** The ordinals of the rules that are met, each once, in no order. Valid until the next call. */
  ask(): Uint32Array {
    this.#forget();
    this.#askAll();
    return this.#found.subarray(0, this.#foundCount);
  }

  #forget(): void {
    if (this.#toldCount > 0) {
      for (let i = 0; i < this.#foundCount; i++) this.#told[this.#found[i]! >>> 5] = 0;
      this.#toldCount = 0;
    }
    this.#foundCount = 0;
    this.#turn++;
    if (this.#turn === 256) {
      this.#turn = 1;
      this.#asked.fill(0);
    }
  }

  /**
   * Asks each rule that is filed under what was seen. The guards let so many pass, and so irregularly, that a branch on them would be
   * guessed wrong a third of the time: all passes of a list are gathered first, without one. (No for…of either: its iterator costs a
   * tenth of the whole.)
   */
  #askAll(): void {
    const { guards, postingsAt } = this.#layout;
    const { seen, held } = this.#sight;
    const passed = this.#passed;
    for (let i = 0; i < held.length; i++) {
      const term = held[i]!;
      const last = postingsAt[term + 1]!;
      for (let from = postingsAt[term]!; from < last; ) {
        const end = Math.min(last, from + BATCH);
        let count = 0;
        for (let at = from; at < end; at++) {
          const guard = guards[at]!;
          passed[count] = at;
          count += seen[guard & TERM]! ^ (guard >>> 31);
        }
        from = count > 0 ? Math.max(end, this.#askPassed(count)) : end;
      }
    }
  }

  /** Goes on with the postings whose guards let pass. Answers where the next posting is that is not one of the same branch. */
  #askPassed(many: number): number {
    const { guards, references } = this.#layout;
    const passed = this.#passed;
    if (this.#foundCount + many > this.#found.length) this.#growFound(many);
    let found = this.#found;
    let count = this.#foundCount;
    // Past the other guards of a branch whose first let pass.
    let next = 0;
    for (let i = 0; i < many; i++) {
      const at = passed[i]!;
      if (at < next) continue;
      const reference = references[at]!;
      // Of COMPLETE and a target that is one ordinal, told by this posting alone, nothing else is set.
      if (reference < COMPLETE + NUMBER + 1) {
        found[count++] = reference & NUMBER;
      } else {
        this.#foundCount = count;
        if (reference < 0) this.#tell(reference);
        else this.#askRecord(reference);
        count = this.#foundCount;
        if (count + many - i > this.#found.length) this.#growFound(many - i);
        found = this.#found;
      }
      next = at + 1;
      while ((guards[next - 1]! & GUARDED_ON) !== 0) next++;
    }
    this.#foundCount = count;
    return next;
  }

  #askRecord(reference: number): void {
    const { records } = this.#layout;
    const at = reference & REFERENCE;
    const head = records[at]!;
    let node = at + 1;
    if ((reference & SEVERAL) !== 0) {
      const branch = records[node++]!;
      if (this.#asked[branch] === this.#turn) return;
      this.#asked[branch] = this.#turn;
    }
    if ((head & BARE) === 0) {
      for (; ; node += nodeLength(records[node]!)) {
        if (!this.#holds(node)) return;
        if ((records[node]! & LAST) !== 0) break;
      }
    }
    this.#tell(head);
  }

  /** Adds the rules of a target to what was found. */
  #tell(target: number): void {
    const { shared } = this.#layout;
    const number = target & NUMBER;
    const isShared = (target & SHARED) !== 0;
    const first = isShared ? shared[number + 1]! : number;
    if ((target & TWICE) !== 0) {
      const bit = 1 << first;
      if ((this.#told[first >>> 5]! & bit) !== 0) return;
      this.#told[first >>> 5]! |= bit;
      this.#toldCount++;
    }
    const many = isShared ? shared[number]! : 1;
    if (this.#foundCount + many > this.#found.length) this.#growFound(many);
    if (isShared) this.#found.set(shared.subarray(number + 1, number + 1 + many), this.#foundCount);
    else this.#found[this.#foundCount] = first;
    this.#foundCount += many;
  }

  #holds(at: number): boolean {
    const { records } = this.#layout;
    const first = records[at]!;
    const payload = first & PAYLOAD;
    switch (first >>> KIND_SHIFT) {
      case Kind.term:
        return this.#sight.has(payload);
      case Kind.notTerm:
        return !this.#sight.has(payload);
      case Kind.any:
        return this.#hasAny(at + 1, payload);
      case Kind.notAny:
        return !this.#hasAny(at + 1, payload);
      case Kind.positional:
        return this.#occurrences.holds(at + 1);
      case Kind.notPositional:
        return !this.#occurrences.holds(at + 1);
      default:
        return this.#holdsGroup(at + 1, at + 1 + payload);
    }
  }

  #holdsGroup(at: number, end: number): boolean {
    const { records } = this.#layout;
    const operator = records[at]! >>> OPERATOR_SHIFT;
    let missing = records[at]! & COUNT;
    for (let node = at + 1; node < end; node += nodeLength(records[node]!)) {
      const holds = this.#holds(node);
      if (operator === Operator.not) return !holds;
      if (operator === Operator.and && !holds) return false;
      if (operator === Operator.or && holds) return true;
      if (operator === Operator.of && holds && --missing === 0) return true;
    }
    return operator === Operator.and;
  }

  #hasAny(at: number, count: number): boolean {
    const { records } = this.#layout;
    for (let i = at; i < at + count; i++) if (this.#sight.has(records[i]!)) return true;
    return false;
  }

  #growFound(more: number): Uint32Array<ArrayBuffer> {
    const larger = new Uint32Array(Math.max(this.#foundCount + more, this.#found.length * 2));
    larger.set(this.#found);
    this.#found = larger;
    return larger;
  }
}
