import type { Layout } from './layout.ts';
import { codesOf } from './letters.ts';
import { countApart, hasChain, inOrder, type Link, outside, type Stretch } from './positions.ts';
import { ASKED_FIRST_SHIFT, COUNT, NEAR, OPERANDS, OPERATOR_SHIFT } from './program.ts';
import { AUTHOR, LEAD_HALF_WORDS, SECTION, TEXT, TITLE } from './reading.ts';
import { RUNNING, TOUCHING, type Tokens } from './scan.ts';
import { SECTIONS, type Sight } from './sight.ts';
import type { Terms } from './terms.ts';
import { Definition, TERM } from './vocabulary.ts';

/** An occurrence of a term, and the token that it ends with. */
interface Occurrence extends Stretch {
  last: number;
}

/** Another reading of a token: the word of the index that it is, or 0. */
interface Reading {
  term: number;
  word: string;
  exact: string;
}

const NONE: Occurrence[] = [];
/** Pairs of places that are compared one by one; beyond, sorted lists are quicker. */
const MOST_COMPARED = 4096;

/** Where a token begins, in half-words. */
function startOf({ halves, shapes }: Tokens, token: number): number {
  return halves[token]! - ((shapes[token]! & RUNNING) !== 0 ? 1 : 2);
}

/**
 * Where the terms of an article stand, found when a positional clause is first asked: most articles meet few rules that have one.
 *
 * Memory: four bytes for each word of the index, once a clause was asked, and what it found of the article at hand.
 */
export class Occurrences {
  readonly #records: Uint32Array;
  readonly #of: Terms;
  readonly #sight: Sight;
  /** Of each word that was seen its first token, and of each token the next with the same word; -1 after the last. */
  #firstAt: Int32Array | undefined;
  #nextAt = new Int32Array(1024);
  #isLinked = false;
  /** By term and section. */
  readonly #known = new Map<number, Occurrence[]>();
  /** Of a word, its tokens. */
  readonly #tokens = new Map<number, number[]>();
  /** The other readings of tokens that have any, and the tokens that have a word as another reading. */
  readonly #readings = new Map<number, Reading[]>();
  readonly #readAs = new Map<number, number[]>();
  readonly #codes = new Map<number, Uint16Array>();

  constructor({ records }: Layout, terms: Terms, sight: Sight) {
    this.#records = records;
    this.#of = terms;
    this.#sight = sight;
  }

  /** Forgets the article. */
  forget(): void {
    if (!this.#isLinked) return;
    this.#isLinked = false;
    for (const map of [this.#known, this.#tokens, this.#readings, this.#readAs]) map.clear();
  }

  /** Whether the positional clause at a place in the records holds. */
  holds(at: number): boolean {
    return this.#records[at]! >>> OPERATOR_SHIFT === NEAR ? this.#holdsNear(at) : this.#holdsTimes(at);
  }

  #link(): void {
    const { terms, sectionsAt } = this.#sight;
    this.#firstAt ??= new Int32Array(this.#of.words + 1);
    const firstAt = this.#firstAt;
    const count = sectionsAt[AUTHOR]!;
    if (count > this.#nextAt.length) this.#nextAt = new Int32Array(count * 2);
    for (const term of this.#sight.held) if (term <= this.#of.words) firstAt[term] = -1;
    for (let token = count - 1; token >= 0; token--) {
      const term = terms[token]! & TERM;
      if (term === 0) continue;
      this.#nextAt[token] = firstAt[term]!;
      firstAt[term] = token;
    }
    for (const { token, word, exact } of this.#sight.scanner.alternatives) {
      const term = this.#of.word(word) & TERM;
      append(this.#readings, token, { term, word, exact });
      if (term !== 0 && token < count) append(this.#readAs, term, token);
    }
    this.#isLinked = true;
  }

  #holdsTimes(at: number): boolean {
    if (!this.#hasAny(at + 2)) return false;
    if (!this.#isLinked) this.#link();
    const atLeast = this.#records[at + 1]!;
    let count = 0;
    for (let section = 0; section < SECTIONS && count < atLeast; section++) {
      count += countApart(this.#operand(at + 2, section), atLeast - count);
    }
    return count >= atLeast;
  }

  #holdsNear(at: number): boolean {
    const records = this.#records;
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
      if (this.#sight.sectionsAt[section] === this.#sight.sectionsAt[section + 1]) continue;
      if (this.#holdsNearIn(section, at, operands)) return true;
    }
    return false;
  }

  /**
   * Whether two lists of words stand as a link between them says; undefined where it is not as simple as that. Most NEARs are, and
   * lists of stretches take longer to make than to compare.
   */
  #holdsPlainPair(at: number): boolean | undefined {
    const records = this.#records;
    const first = at + 2;
    const second = this.#endOfOperand(first);
    const end = this.#endOfOperand(second);
    if (records[end] !== 0 || !this.#isPlain(first) || !this.#isPlain(second)) return undefined;
    const isOrdered = (records[at + 1]! & 1) !== 0;
    const reach = (records[at + 1]! >>> 1) * 2;
    const { tokens } = this.#sight.scanner;
    const headline = this.#sight.sectionsAt[1]!;
    let compared = 0;
    for (let i = first + 1; i <= first + records[first]!; i++) {
      if (!this.#sight.has(records[i]!)) continue;
      const before = this.#tokensOf(records[i]!);
      for (let k = second + 1; k <= second + records[second]!; k++) {
        if (!this.#sight.has(records[k]!)) continue;
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
    const records = this.#records;
    const end = at + 1 + records[at]!;
    for (let i = at + 1; i < end; i++) if (records[i]! > this.#of.words) return false;
    return records[end] === 0;
  }

  /** The tokens of the headline and the text that are a word, by themselves or in another reading. */
  #tokensOf(word: number): number[] {
    let found = this.#tokens.get(word);
    if (found === undefined) {
      found = [];
      const others = this.#readAs.get(word);
      for (let token = this.#firstAt![word]!; token >= 0; token = this.#nextAt[token]!) found.push(token);
      if (others) found = [...found, ...others].sort((a, b) => a - b);
      this.#tokens.set(word, found);
    }
    return found;
  }

  #holdsNearIn(section: number, at: number, operands: number): boolean {
    const records = this.#records;
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
    const records = this.#records;
    const end = at + records[at]!;
    for (let i = at + 1; i <= end; i++) if (this.#sight.has(records[i]!)) return true;
    return false;
  }

  #endOfOperand(at: number): number {
    const records = this.#records;
    const exceptions = at + 1 + records[at]!;
    return exceptions + 1 + records[exceptions]!;
  }

  #operand(at: number, section: number): Occurrence[] {
    const found = this.#anyOf(at, section);
    const exceptions = at + 1 + this.#records[at]!;
    if (found.length === 0 || this.#records[exceptions] === 0) return found;
    return outside(found, this.#exceptions(exceptions, section));
  }

  /** The occurrences of any of the exceptions in a list, in order: they stand for themselves in every section. */
  #exceptions(at: number, section: number): Occurrence[] {
    const records = this.#records;
    if (records[at] === 0) return NONE;
    const terms = [...records.subarray(at + 1, at + 1 + records[at]!)];
    return inOrder(terms.flatMap((term) => this.#anywhere(term, section)));
  }

  /** The occurrences of any of the terms in a list, in order. */
  #anyOf(at: number, section: number): Occurrence[] {
    const records = this.#records;
    let found = NONE;
    let lists = 0;
    for (let i = at + 1; i <= at + records[at]!; i++) {
      if (!this.#sight.has(records[i]!)) continue;
      const occurrences = this.#placed(records[i]!, section);
      if (occurrences.length === 0) continue;
      found = lists === 0 ? occurrences : found.concat(occurrences);
      lists++;
    }
    return lists > 1 ? inOrder(found) : found;
  }

  /** The occurrences of a term in a section, in order: none where its place is another. */
  #placed(term: number, section: number): Occurrence[] {
    switch (this.#of.kindOf(term)) {
      case Definition.title:
        return section === TITLE ? this.#anywhere(this.#of.baseOf(term), section) : NONE;
      case Definition.lead: {
        if (section > TEXT) return NONE;
        const found = this.#anywhere(this.#of.baseOf(term), section);
        return section === TITLE ? found : found.filter(({ to }) => to <= LEAD_HALF_WORDS);
      }
      case Definition.author:
        return section === AUTHOR ? this.#anywhere(this.#of.baseOf(term), section) : NONE;
      case Definition.section:
        return section === SECTION ? this.#anywhere(this.#of.baseOf(term), section) : NONE;
      default:
        return section <= TEXT ? this.#anywhere(term, section) : NONE;
    }
  }

  /** The occurrences in a section of a term without a place, in order. */
  #anywhere(term: number, section: number): Occurrence[] {
    // What is in the author or the section is not seen as itself.
    if (section <= TEXT && !this.#sight.has(term)) return NONE;
    const key = term * SECTIONS + section;
    let found = this.#known.get(key);
    if (found === undefined) {
      found = this.#find(term, section);
      this.#known.set(key, found);
    }
    return found;
  }

  #find(term: number, section: number): Occurrence[] {
    const { sectionsAt } = this.#sight;
    const from = sectionsAt[section]!;
    const to = sectionsAt[section + 1]!;
    const kind = this.#of.kindOf(term);
    if (kind === Definition.pair) return this.#findPairs(term, section, to);
    const found: Occurrence[] = [];
    if (kind === 0 && section <= TEXT) {
      for (const token of this.#tokensOf(term)) if (token >= from && token < to) found.push(this.#single(token));
    } else {
      for (let token = from; token < to; token++) if (this.#tokenIs(token, term)) found.push(this.#single(token));
    }
    return found;
  }

  #findPairs(term: number, section: number, to: number): Occurrence[] {
    const { shapes, halves } = this.#sight.scanner.tokens;
    const second = this.#of.secondOf(term);
    const found: Occurrence[] = [];
    for (const { from, last } of this.#anywhere(this.#of.baseOf(term), section)) {
      const next = last + 1;
      if (next >= to || !this.#tokenIs(next, second >>> 1)) continue;
      if ((second & 1) !== 0 && (shapes[next]! & TOUCHING) === 0) continue;
      found.push({ from, to: halves[next]!, last: next });
    }
    return found;
  }

  #single(token: number): Occurrence {
    const { tokens } = this.#sight.scanner;
    return { from: startOf(tokens, token), to: tokens.halves[token]!, last: token };
  }

  /** Whether a token is a term of one word: by its own word, or by another reading of it. */
  #tokenIs(token: number, term: number): boolean {
    const of = this.#of;
    const kind = of.kindOf(term);
    const isExact = kind === Definition.exact;
    const base = isExact ? of.baseOf(term) : term;
    const isPrefix = isExact ? of.kindOf(base) === Definition.prefix : kind === Definition.prefix;
    const isOwn = isPrefix ? this.#begins(token, base) : (this.#sight.terms[token]! & TERM) === base;
    if (isOwn && (!isExact || of.isSpelt(term, this.#sight.scanner.exactOf(token)))) return true;
    const readings = this.#readings.get(token);
    if (readings === undefined) return false;
    return readings.some((reading) => {
      const isIt = isPrefix ? reading.word.startsWith(of.stringOf(base)) : reading.term === base;
      return isIt && (!isExact || of.isSpelt(term, reading.exact));
    });
  }

  #begins(token: number, prefix: number): boolean {
    let codes = this.#codes.get(prefix);
    if (codes === undefined) {
      codes = codesOf(this.#of.stringOf(prefix));
      this.#codes.set(prefix, codes);
    }
    for (let i = 0; i < codes.length; i++) if (codes[i] !== this.#sight.codeAt(token, i)) return false;
    return true;
  }
}

function append<T>(lists: Map<number, T[]>, key: number, value: T): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}
