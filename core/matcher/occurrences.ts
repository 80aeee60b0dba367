import { Counts } from './layout.ts';
import { codesOf } from './letters.ts';
import type { Matching } from './matching.ts';
import { countApart, hasChain, inOrder, type Link, outside, type Stretch } from './positions.ts';
import { ASKED_FIRST_SHIFT, COUNT, NEAR, OPERANDS, OPERATOR_SHIFT } from './program.ts';
import { LEAD_HALF_WORDS } from './reading.ts';
import { lettersOf, RUNNING, TOUCHING, type Tokens } from './scan.ts';
import { Definition, TERM } from './vocabulary.ts';

/** An occurrence of a term, and the token that it ends with. */
interface Occurrence extends Stretch {
  last: number;
}

const SECTIONS = 4;
const NONE: Occurrence[] = [];
/** Pairs of places that are compared one by one; beyond, sorted lists are quicker. */
const MOST_COMPARED = 4096;

/** Where a token begins, in half-words. */
function startOf({ halves, shapes }: Tokens, token: number): number {
  return halves[token]! - ((shapes[token]! & RUNNING) !== 0 ? 1 : 2);
}

/**
 * Where the terms of an article stand, found when a positional clause is first asked: most articles meet few rules that have one.
 */
export class Occurrences {
  readonly #of: Matching;
  /** Of each word that was seen its first token, and of each token the next with the same word; -1 after the last. */
  #firstAt: Int32Array | undefined;
  #nextAt = new Int32Array(1024);
  #isLinked = false;
  readonly #known = new Map<number, Occurrence[]>();
  readonly #tokens = new Map<number, number[]>();

  constructor(of: Matching) {
    this.#of = of;
  }

  /** Forgets the article. */
  clear(): void {
    if (!this.#isLinked) return;
    this.#isLinked = false;
    this.#known.clear();
    this.#tokens.clear();
  }

  /** Whether the positional clause at a place in the records holds. */
  holds(at: number): boolean {
    const isNear = this.#of.layout.records[at]! >>> OPERATOR_SHIFT === NEAR;
    return isNear ? this.#holdsNear(at) : this.#holdsTimes(at);
  }

  #link(): void {
    const { layout, terms, sectionsAt } = this.#of;
    const words = layout.counts[Counts.words]!;
    this.#firstAt ??= new Int32Array(words + 1);
    const firstAt = this.#firstAt;
    for (const term of this.#of.seen()) if (term <= words) firstAt[term] = -1;
    const count = sectionsAt[SECTIONS]!;
    if (count > this.#nextAt.length) this.#nextAt = new Int32Array(count * 2);
    // Only what is in the headline and the text was seen as itself.
    for (let token = count - 1; token >= sectionsAt[2]!; token--) firstAt[terms[token]! & TERM] = -1;
    for (let token = count - 1; token >= 0; token--) {
      const term = terms[token]! & TERM;
      if (term === 0) continue;
      this.#nextAt[token] = firstAt[term]!;
      firstAt[term] = token;
    }
    this.#isLinked = true;
  }

  #holdsTimes(at: number): boolean {
    if (!this.#hasAny(at + 2)) return false;
    if (!this.#isLinked) this.#link();
    const atLeast = this.#of.layout.records[at + 1]!;
    let count = 0;
    for (let section = 0; section < SECTIONS && count < atLeast; section++) {
      count += countApart(this.#operand(at + 2, section), atLeast - count);
    }
    return count >= atLeast;
  }

  #holdsNear(at: number): boolean {
    const { records } = this.#of.layout;
    const operands = records[at]! & OPERANDS;
    // Most are asked in vain, for what stands near is nowhere: that is seen without a list, and soonest of the operand that the rule
    // is not filed under.
    const asked = (records[at]! & COUNT) >>> ASKED_FIRST_SHIFT;
    let next = at + operands;
    for (let i = 0; i < asked; i++) next = this.#endOfOperand(next);
    if (!this.#hasAny(next)) return false;
    next = at + operands;
    for (let i = 0; i < operands; i++) {
      if (i !== asked && !this.#hasAny(next)) return false;
      next = this.#endOfOperand(next);
    }
    if (!this.#isLinked) this.#link();
    if (operands === 2) {
      const holds = this.#holdsPlainPair(at);
      if (holds !== undefined) return holds;
    }
    for (let section = 0; section < SECTIONS; section++) {
      if (this.#of.sectionsAt[section] === this.#of.sectionsAt[section + 1]) continue;
      if (this.#holdsNearIn(section, at, operands)) return true;
    }
    return false;
  }

  /**
   * Whether two lists of words stand as a link between them says; undefined where it is not as simple as that. Most NEARs are, and
   * lists of stretches take longer to make than to compare.
   */
  #holdsPlainPair(at: number): boolean | undefined {
    const { records } = this.#of.layout;
    const first = at + 2;
    const second = this.#endOfOperand(first);
    const end = this.#endOfOperand(second);
    if (records[end] !== 0 || !this.#isPlain(first) || !this.#isPlain(second)) return undefined;
    const isOrdered = (records[at + 1]! & 1) !== 0;
    const reach = (records[at + 1]! >>> 1) * 2;
    const { tokens } = this.#of.scanner;
    const headline = this.#of.sectionsAt[1]!;
    let compared = 0;
    for (let i = first + 1; i <= first + records[first]!; i++) {
      if (!this.#of.has(records[i]!)) continue;
      const before = this.#tokensOf(records[i]!);
      for (let k = second + 1; k <= second + records[second]!; k++) {
        if (!this.#of.has(records[k]!)) continue;
        const after = this.#tokensOf(records[k]!);
        compared += before.length * after.length;
        if (compared > MOST_COMPARED) return undefined;
        for (const a of before) {
          for (const b of after) {
            if (a < headline !== b < headline) continue;
            const between = b > a ? startOf(tokens, b) - tokens.halves[a]! : startOf(tokens, a) - tokens.halves[b]!;
            if (b !== a && (b > a || !isOrdered) && between <= reach) return true;
          }
        }
      }
    }
    return false;
  }

  /** Whether an operand has no exceptions, and words alone. */
  #isPlain(at: number): boolean {
    const { records, counts } = this.#of.layout;
    const end = at + 1 + records[at]!;
    for (let i = at + 1; i < end; i++) if (records[i]! > counts[Counts.words]!) return false;
    return records[end] === 0;
  }

  /** The tokens of the headline and the text that are a word, its other readings among them. */
  #tokensOf(word: number): number[] {
    let found = this.#tokens.get(word);
    if (found === undefined) {
      found = [];
      for (
        let token = this.#firstAt![word]!;
        token >= 0 && token < this.#of.sectionsAt[2]!;
        token = this.#nextAt[token]!
      ) {
        found.push(token);
      }
      for (const { token, term } of this.#of.readings)
        if (term === word && token < this.#of.sectionsAt[2]!) found.push(token);
      this.#tokens.set(word, found);
    }
    return found;
  }

  #holdsNearIn(section: number, at: number, operands: number): boolean {
    const { records } = this.#of.layout;
    const lists: Occurrence[][] = [];
    const links: Link[] = [];
    let next = at + operands;
    for (let i = 0; i < operands; i++) {
      const list = this.#operand(next, section);
      if (list.length === 0) return false;
      lists.push(list);
      if (i > 0) links.push({ ordered: (records[at + i]! & 1) !== 0, within: records[at + i]! >>> 1 });
      next = this.#endOfOperand(next);
    }
    return hasChain(lists, links, this.#exceptions(next, section));
  }

  /** Whether the article holds any of the terms in a list. */
  #hasAny(at: number): boolean {
    const { records } = this.#of.layout;
    const end = at + records[at]!;
    for (let i = at + 1; i <= end; i++) if (this.#of.has(records[i]!)) return true;
    return false;
  }

  #endOfOperand(at: number): number {
    const { records } = this.#of.layout;
    const exceptions = at + 1 + records[at]!;
    return exceptions + 1 + records[exceptions]!;
  }

  #operand(at: number, section: number): Occurrence[] {
    const found = this.#anyOf(at, section);
    const exceptions = at + 1 + this.#of.layout.records[at]!;
    if (found.length === 0 || this.#of.layout.records[exceptions] === 0) return found;
    return outside(found, this.#exceptions(exceptions, section));
  }

  /** The occurrences of any of the exceptions in a list, in order: they stand for themselves in every section. */
  #exceptions(at: number, section: number): Occurrence[] {
    const { records } = this.#of.layout;
    if (records[at] === 0) return NONE;
    const terms = [...records.subarray(at + 1, at + 1 + records[at]!)];
    return inOrder(terms.flatMap((term) => this.#anywhere(term, section)));
  }

  /** The occurrences of any of the terms in a list, in order. */
  #anyOf(at: number, section: number): Occurrence[] {
    const { records } = this.#of.layout;
    let found = NONE;
    let lists = 0;
    for (let i = at + 1; i <= at + records[at]!; i++) {
      const term = records[i]!;
      if (!this.#of.has(term)) continue;
      const occurrences = this.#of_(term, section);
      if (occurrences.length === 0) continue;
      found = lists === 0 ? occurrences : found.concat(occurrences);
      lists++;
    }
    return lists > 1 ? inOrder(found) : found;
  }

  /** The occurrences of a term in a section, in order. */
  #of_(term: number, section: number): Occurrence[] {
    const key = term * SECTIONS + section;
    let found = this.#known.get(key);
    if (found === undefined) {
      found = this.#find(term, section);
      this.#known.set(key, found);
    }
    return found;
  }

  #find(term: number, section: number): Occurrence[] {
    const kind = this.#of.kindOf(term);
    const isPlaced = kind >= Definition.title && kind <= Definition.section;
    if (!isPlaced) return section < 2 ? this.#anywhere(term, section) : NONE;
    const base = this.#of.baseOf(term);
    if (kind === Definition.title) return section === 0 ? this.#anywhere(base, section) : NONE;
    if (kind === Definition.author) return section === 2 ? this.#anywhere(base, section) : NONE;
    if (kind === Definition.section) return section === 3 ? this.#anywhere(base, section) : NONE;
    if (section > 1) return NONE;
    const found = this.#anywhere(base, section);
    return section === 0 ? found : found.filter(({ to }) => to <= LEAD_HALF_WORDS);
  }

  /** The occurrences in a section of a term without a place, in order. */
  #anywhere(term: number, section: number): Occurrence[] {
    const { sectionsAt } = this.#of;
    const from = sectionsAt[section]!;
    const to = sectionsAt[section + 1]!;
    const kind = this.#of.kindOf(term);
    if (kind === Definition.pair) {
      const second = this.#of.secondOf(term);
      const found: Occurrence[] = [];
      for (const { from: start, last } of this.#anywhere(this.#of.baseOf(term), section)) {
        const next = last + 1;
        if (next >= to || !this.#tokenIs(next, second >>> 1)) continue;
        if ((second & 1) !== 0 && (this.#of.scanner.tokens.shapes[next]! & TOUCHING) === 0) continue;
        found.push({ from: start, to: this.#of.scanner.tokens.halves[next]!, last: next });
      }
      return found;
    }
    if (kind === 0 && section < 2) return this.#ofWord(term, from, to);
    const found: Occurrence[] = [];
    for (let token = from; token < to; token++) if (this.#tokenIs(token, term)) found.push(this.#single(token));
    return found;
  }

  #ofWord(term: number, from: number, to: number): Occurrence[] {
    if (!this.#of.has(term)) return NONE;
    const found: Occurrence[] = [];
    for (let token = this.#firstAt![term]!; token >= 0 && token < to; token = this.#nextAt[token]!) {
      if (token >= from) found.push(this.#single(token));
    }
    const others = this.#of.readings.filter((reading) => {
      return reading.term === term && reading.token >= from && reading.token < to;
    });
    return others.length === 0 ? found : inOrder([...found, ...others.map(({ token }) => this.#single(token))]);
  }

  #single(token: number): Occurrence {
    const { tokens } = this.#of.scanner;
    return { from: startOf(tokens, token), to: tokens.halves[token]!, last: token };
  }

  /** Whether a token is a term of one word: by its own word, or by another reading of it. */
  #tokenIs(token: number, term: number): boolean {
    const of = this.#of;
    const kind = of.kindOf(term);
    const isExact = kind === Definition.exact;
    const base = isExact ? of.baseOf(term) : term;
    const isPrefix = isExact ? of.kindOf(base) === Definition.prefix : kind === Definition.prefix;
    const isOwn = isPrefix ? this.#begins(token, base) : (of.terms[token]! & TERM) === base;
    if (isOwn && (!isExact || of.isSpelt(term, of.scanner.exactOf(token)))) return true;
    return of.scanner.alternatives.some((reading) => {
      if (reading.token !== token) return false;
      const isReading = isPrefix
        ? reading.word.startsWith(of.stringOf(base))
        : of.readings.some(({ token: at, term: word }) => at === token && word === base);
      return isReading && (!isExact || of.isSpelt(term, reading.exact));
    });
  }

  #begins(token: number, prefix: number): boolean {
    const codes = codesOf(this.#of.stringOf(prefix));
    if (lettersOf(this.#of.scanner.tokens.shapes[token]!) < codes.length) return false;
    return codes.every((code, i) => code === this.#of.codeAt(token, i));
  }
}
