import { type Operand, type Query, type Tags, tagExpander } from '../query/index.ts';
import { type Clause, ClauseWriter, compareNodes, type Key } from './clauses.ts';
import { writeIds } from './ids.ts';
import {
  ASKS_AUTHOR,
  ASKS_HOSTS,
  ASKS_LANG,
  ASKS_SECTION,
  Counts,
  HAS_LOOSE_RUNS,
  HAS_PAIRS,
  type Layout,
} from './layout.ts';
import { codesOf } from './letters.ts';
import { Numbers } from './numbers.ts';
import {
  ABSENT,
  BARE,
  COMPLETE,
  FACTORED,
  FILING_IMPLIED,
  GUARD_IMPLIED,
  GUARDED_ON,
  KIND_SHIFT,
  Kind,
  LAST,
  NUMBER,
  nodeLength,
  SEVERAL,
  SHARED,
  TWICE,
} from './program.ts';
import type { Rule } from './rule.ts';
import { key, keyOf } from './scan.ts';
import { insert, newTable, pairHash, prefixHash } from './tables.ts';
import {
  addWords,
  COMPARED,
  Definition,
  type FrequencyOf,
  MARKER,
  markedCodes,
  QUIET,
  TERM,
  Vocabulary,
} from './vocabulary.ts';

export interface IndexOptions {
  /** The share of articles, 0 to 1, that hold a folded word. Without it the shorter words are taken for the commoner. */
  frequencyOf?: FrequencyOf;
  /** The queries of tags, for `tag:` in the rules. */
  tags?: Tags;
}

/**
 * Lays out an index of rules. Identical queries are one rule with many ordinals. Each is filed under the terms of its rarest clause,
 * with a test for one term of its second-rarest beside it: a rule whose clauses are two terms is no more than that.
 *
 * Throws a TypeError for a rule that requires nothing, and for a tag that is not in `tags`; a RangeError beyond 16 million terms.
 */
export function build(rules: readonly Rule[], { frequencyOf, tags }: IndexOptions): Layout {
  const expand = tags ? tagExpander(tags) : (query: Query) => query;
  const queries = rules.map(({ query }) => expand(query));
  const vocabulary = new Vocabulary(wordsOf(queries), frequencyOf);
  const filed = new Filed();
  const writer = new ClauseWriter(vocabulary);
  for (const [ordinal, query] of queries.entries()) {
    filed.add(writer.branchesOf(query).map((clauses) => file(clauses, vocabulary, rules[ordinal]!.id)));
  }
  const { several, ...postings } = filed.write(vocabulary.size);
  return {
    ...postings,
    ...writeTerms(vocabulary),
    ...writeIds(rules.map(({ id }) => id)),
    counts: countsOf(rules, vocabulary, several),
  };
}

function wordsOf(queries: readonly Query[]): Set<string> {
  const words = new Set<string>();
  const ofOperand = ({ terms, exceptions }: Operand) => {
    for (const term of terms) addWords(term, words);
    for (const term of exceptions) addWords(term, words);
  };
  const walk = (query: Query): void => {
    switch (query.kind) {
      case 'and':
      case 'or':
      case 'of':
        for (const part of query.parts) walk(part);
        return;
      case 'not':
        walk(query.part);
        return;
      case 'count':
        ofOperand(query.operand);
        return;
      case 'near':
        for (const operand of query.operands) ofOperand(operand);
        for (const term of query.exceptions) addWords(term, words);
        return;
      case 'word':
      case 'phrase':
      case 'prefix':
        addWords(query, words);
    }
  };
  for (const query of queries) walk(query);
  return words;
}

/** A guard may be so many terms of which one must be seen: each is a posting under each term that the branch is filed under. */
const MAX_GUARDS = 4;
const MAX_POSTINGS_FOR_GUARDS = 16;
/** To note a term costs about a twentieth of asking a record in vain. */
const DEAREST_GUARD = 20;

/**
 * How a branch is filed, in numbers: two flags (FILING_IMPLIED, GUARD_IMPLIED), how many guards it has and how many terms it is filed
 * under, these, and the nodes of the other clauses. Branches that ask the same have the same numbers.
 */
function file(clauses: Clause[], vocabulary: Vocabulary, id: string): number[] {
  let filing: Key | undefined;
  for (const { keys } of clauses) {
    for (const key of keys) if (filing === undefined || isRarer(key, filing)) filing = key;
  }
  if (filing === undefined) throw new TypeError(`The rule “${id}” says only what to leave out.`);
  const isDone = (clause: Clause, by: Key | undefined) => by !== undefined && !by.implied && clause.keys.includes(by);
  let rest = clauses.filter((clause) => !isDone(clause, filing));
  const mostGuards = filing.terms.length > 1 ? MAX_POSTINGS_FOR_GUARDS / filing.terms.length : MAX_GUARDS;
  const guard = guardOf(rest, filing);
  let guards = [0];
  if (guard && guard.terms.length > mostGuards) {
    guards = [vocabulary.anyOf(guard.terms, guard.share)];
  } else if (guard) {
    guards = guard.terms.map((term, i, { length }) => (i + 1 < length ? GUARDED_ON | term : term));
  }
  if (guard) {
    rest = rest.filter((clause) => !isDone(clause, guard));
  } else {
    const absent = commonestAbsent(rest, vocabulary);
    if (absent) {
      guards = [(ABSENT | (absent.node[0]! & TERM)) >>> 0];
      rest = rest.filter((clause) => clause !== absent);
    }
  }
  const flags = ((filing.implied ? FILING_IMPLIED : 0) | (guard?.implied ? GUARD_IMPLIED : 0)) >>> 0;
  const numbers = [flags, guards.length, filing.terms.length, ...guards, ...filing.terms];
  if (rest.length > 1) rest.sort((a, b) => compareNodes(a.node, b.node));
  let before: Clause | undefined;
  for (const clause of rest) {
    if (!before || compareNodes(before.node, clause.node) !== 0) for (const number of clause.node) numbers.push(number);
    before = clause;
  }
  return numbers;
}

/**
 * The key that is the best guard beside the one that a branch is filed under. One of many terms becomes a term of its own, which each
 * article pays for that has any of them: it must not be much commoner than what the branch is filed under.
 */
function guardOf(clauses: readonly Clause[], filing: Key): Key | undefined {
  let guard: Key | undefined;
  for (const { keys } of clauses) {
    for (const key of keys) {
      const isTooDear = key.terms.length > MAX_GUARDS && key.share > filing.share * DEAREST_GUARD;
      if (key !== filing && !isTooDear && (guard === undefined || isRarer(key, guard))) guard = key;
    }
  }
  return guard;
}

/** Whether an article meets what is filed under one key more seldom, or as seldom at less cost. */
function isRarer(a: Key, b: Key): boolean {
  const [cost, other] = [costOf(a), costOf(b)];
  return cost < other || (cost === other && a.terms[0]! > b.terms[0]!);
}

/** What is filed under several terms has its record far from their postings, and may be come upon twice. */
function costOf({ share, terms }: Key): number {
  return terms.length > 1 ? share * 2 : share;
}

/** The clause that leaves out the commonest term. */
function commonestAbsent(clauses: readonly Clause[], vocabulary: Vocabulary): Clause | undefined {
  let found: Clause | undefined;
  let share = -1;
  for (const clause of clauses) {
    const first = clause.node[0]!;
    if (first >>> KIND_SHIFT !== Kind.notTerm || vocabulary.shareOf(first & TERM) <= share) continue;
    found = clause;
    share = vocabulary.shareOf(first & TERM);
  }
  return found;
}

/** Where the parts of a branch's numbers are: see `file`. */
const [FLAGS, GUARDS, TERMS, FIRST] = [0, 1, 2, 3];

/** The rules as they are filed, each distinct one once. */
class Filed {
  /** The numbers of the branches of all distinct rules. */
  readonly #numbers = new Numbers();
  /** Where each branch's numbers begin, and of which rule it is. */
  readonly #at = new Numbers();
  readonly #rules = new Numbers();
  /** Of each rule its first branch. */
  readonly #branches = new Numbers();
  readonly #byHash = new Map<number, number>();
  /** Of each ordinal its rule, and of each rule how many ordinals it has. */
  readonly #ruleOf = new Numbers();
  readonly #ordinals = new Numbers();

  /** Files the next rule. */
  add(given: readonly number[][]): void {
    const branches = given.length > 1 ? given.toSorted(compareNumbers).filter(isNew) : given;
    let hash = hashOf(branches);
    for (;;) {
      const rule = this.#byHash.get(hash);
      if (rule === undefined) break;
      if (this.#isSame(rule, branches)) {
        this.#ruleOf.push(rule);
        this.#ordinals.set(rule, this.#ordinals.at(rule) + 1);
        return;
      }
      hash++;
    }
    const rule = this.#branches.length;
    this.#byHash.set(hash, rule);
    this.#branches.push(this.#at.length);
    this.#ruleOf.push(rule);
    this.#ordinals.push(1);
    for (const numbers of branches) {
      this.#at.push(this.#numbers.length);
      this.#rules.push(rule);
      for (const number of numbers) this.#numbers.push(number);
    }
  }

  /** Lays out what was filed. `several` is how many branches are filed under several terms and have a record. */
  write(
    terms: number,
  ): Pick<Layout, 'guards' | 'references' | 'postingsAt' | 'records' | 'shared'> & { several: number } {
    const numbers = this.#numbers.view();
    const { postingsAt, order } = this.#byTerm(terms);
    const allGuards = new Int32Array(postingsAt[terms + 1]!);
    const references = new Int32Array(allGuards.length);
    const next = postingsAt.slice();
    const records = new Numbers();
    const { targets, shared } = this.#targets();
    let several = 0;
    for (const branch of order) {
      const branchNumbers = numbers.subarray(this.#at.at(branch), this.#endOf(branch));
      const { guards, filedUnder, nodes } = partsOf(branchNumbers);
      const rule = this.#rules.at(branch);
      const target = targets[rule]!;
      let reference = COMPLETE | target;
      if (filedUnder.length > 1 && nodes.length === 0 && this.#branchesOf(rule) === 1) {
        reference |= TWICE | FACTORED;
      } else if (filedUnder.length > 1 || nodes.length > 0) {
        reference = records.length;
        writeRecord(records, branchNumbers, target, several);
        if (filedUnder.length > 1) {
          reference |= SEVERAL;
          several++;
        }
      }
      for (const term of filedUnder) {
        for (const guard of guards) {
          allGuards[next[term]!] = guard;
          references[next[term]!++] = reference;
        }
      }
    }
    return {
      guards: allGuards,
      references,
      postingsAt,
      records: records.toArray(),
      shared,
      several,
    };
  }

  /**
   * Where each term's postings begin; and the branches in the order of the first term that they are filed under, so that the records
   * of a term's postings lie one after the other.
   */
  #byTerm(terms: number): { postingsAt: Uint32Array; order: Uint32Array } {
    const numbers = this.#numbers.view();
    const postingsAt = new Uint32Array(terms + 2);
    const next = new Uint32Array(terms + 2);
    const first = (branch: number) => this.#at.at(branch) + FIRST + numbers[this.#at.at(branch) + GUARDS]!;
    for (let branch = 0; branch < this.#at.length; branch++) {
      const { guards, filedUnder } = partsOf(numbers.subarray(this.#at.at(branch), this.#endOf(branch)));
      next[filedUnder[0]! + 1]!++;
      for (const term of filedUnder) postingsAt[term + 1]! += guards.length;
    }
    for (let term = 0; term <= terms; term++) {
      postingsAt[term + 1]! += postingsAt[term]!;
      next[term + 1]! += next[term]!;
    }
    const order = new Uint32Array(this.#at.length);
    for (let branch = 0; branch < order.length; branch++) {
      order[next[numbers[first(branch)]!]!++] = branch;
    }
    return { postingsAt, order };
  }

  /** Of each rule its target, and the lists of those that are shared. */
  #targets(): { targets: Uint32Array; shared: Uint32Array } {
    const rules = this.#branches.length;
    const targets = new Uint32Array(rules);
    const next = new Uint32Array(rules);
    let size = 0;
    for (let rule = 0; rule < rules; rule++) {
      const count = this.#ordinals.at(rule);
      if (count === 1) continue;
      targets[rule] = SHARED | size;
      next[rule] = size + 1;
      size += count + 1;
    }
    const shared = new Uint32Array(size);
    for (let ordinal = 0; ordinal < this.#ruleOf.length; ordinal++) {
      const rule = this.#ruleOf.at(ordinal);
      if (next[rule] === 0) {
        targets[rule] = ordinal;
      } else {
        shared[targets[rule]! & NUMBER] = this.#ordinals.at(rule);
        shared[next[rule]!++] = ordinal;
      }
    }
    for (let rule = 0; rule < rules; rule++) if (this.#branchesOf(rule) > 1) targets[rule]! |= TWICE;
    return { targets, shared };
  }

  #isSame(rule: number, branches: readonly number[][]): boolean {
    if (this.#branchesOf(rule) !== branches.length) return false;
    const first = this.#branches.at(rule);
    return branches.every((numbers, i) => {
      const at = this.#at.at(first + i);
      return this.#endOf(first + i) - at === numbers.length && numbers.every((n, k) => this.#numbers.at(at + k) === n);
    });
  }

  #branchesOf(rule: number): number {
    const end = rule + 1 < this.#branches.length ? this.#branches.at(rule + 1) : this.#at.length;
    return end - this.#branches.at(rule);
  }

  #endOf(branch: number): number {
    return branch + 1 < this.#at.length ? this.#at.at(branch + 1) : this.#numbers.length;
  }
}

function partsOf(numbers: Uint32Array): { guards: Uint32Array; filedUnder: Uint32Array; nodes: Uint32Array } {
  const terms = FIRST + numbers[GUARDS]!;
  const nodes = terms + numbers[TERMS]!;
  return {
    guards: numbers.subarray(FIRST, terms),
    filedUnder: numbers.subarray(terms, nodes),
    nodes: numbers.subarray(nodes),
  };
}

function writeRecord(records: Numbers, numbers: Uint32Array, target: number, several: number): void {
  const { filedUnder, nodes } = partsOf(numbers);
  records.push((numbers[FLAGS]! | (nodes.length === 0 ? BARE : 0) | target) >>> 0);
  if (filedUnder.length > 1) records.push(several);
  const last = lastNode(nodes);
  for (let i = 0; i < nodes.length; i++) records.push(i === last ? (nodes[i]! | LAST) >>> 0 : nodes[i]!);
  if (filedUnder.length === 1) return;
  records.push(filedUnder.length);
  for (const term of filedUnder) records.push(term);
}

function lastNode(nodes: Uint32Array): number {
  let last = 0;
  for (let at = 0; at < nodes.length; at += nodeLength(nodes[at]!)) last = at;
  return last;
}

function compareNumbers(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length && i < b.length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

/** Whether it is not the same as the one before. */
function isNew(numbers: readonly number[], i: number, all: readonly number[][]): boolean {
  return i === 0 || compareNumbers(all[i - 1]!, numbers) !== 0;
}

function hashOf(branches: readonly number[][]): number {
  let low = 0x811c9dc5;
  let high = 0x9747b28c;
  for (const numbers of branches) {
    for (const number of numbers) {
      low = Math.imul(low ^ number, 0x01000193);
      low ^= low >>> 15;
      high = Math.imul(high + number, 0x85ebca6b);
      high ^= high >>> 13;
    }
  }
  return (high >>> 12) * 2 ** 32 + (low >>> 0);
}

function writeTerms(
  vocabulary: Vocabulary,
): Omit<Layout, 'guards' | 'references' | 'postingsAt' | 'records' | 'shared' | 'ids' | 'idsAt' | 'counts'> {
  // Which terms follow from which is part of what a term is marked with, so that it comes first.
  for (const [word, prefix] of vocabulary.prefixDerivations()) vocabulary.derive(word, prefix);
  return {
    ...writeDerived(vocabulary),
    ...writeLetters(vocabulary.words),
    ...writePairs(vocabulary),
    ...writePrefixes(vocabulary.prefixes),
    ...writeStrings(vocabulary.strings),
    dictionary: writeDictionary(vocabulary),
    definitions: vocabulary.definitions.toArray(),
  };
}

function writeDerived(vocabulary: Vocabulary): Pick<Layout, 'derived' | 'derivedAt' | 'derivedFrom'> {
  const pairs = vocabulary.derivations.view();
  const words = vocabulary.words.length - 1;
  const others = new Set<number>();
  for (let i = 0; i < pairs.length; i += 2) if (pairs[i]! > words) others.add(pairs[i]!);
  const derivedFrom = Uint32Array.from(others).sort();
  const slots = new Map(Array.from(derivedFrom, (term, i) => [term, words + 1 + i]));
  const slotOf = (base: number) => (base <= words ? base : slots.get(base)!);
  const derivedAt = new Uint32Array(words + 1 + derivedFrom.length + 1);
  for (let i = 0; i < pairs.length; i += 2) derivedAt[slotOf(pairs[i]!) + 1]!++;
  for (let i = 1; i < derivedAt.length; i++) derivedAt[i]! += derivedAt[i - 1]!;
  const next = derivedAt.slice();
  const derived = new Uint32Array(pairs.length / 2);
  // Guards after what may follow from a word wherever it stands.
  for (const areGuards of [false, true]) {
    for (let i = 0; i < pairs.length; i += 2) {
      const marked = vocabulary.marked(pairs[i + 1]!);
      if (((marked & QUIET) !== 0) === areGuards) derived[next[slotOf(pairs[i]!)]!++] = marked;
    }
  }
  return { derived, derivedAt, derivedFrom };
}

function writeLetters(words: readonly string[]): Pick<Layout, 'letters' | 'lettersAt'> {
  const lettersAt = new Uint32Array(words.length + 1);
  for (const [i, word] of words.entries()) lettersAt[i + 1] = lettersAt[i]! + word.length;
  const letters = new Uint16Array(lettersAt[words.length]!);
  for (const [i, word] of words.entries()) letters.set(codesOf(word), lettersAt[i]!);
  return { letters, lettersAt };
}

function writeDictionary(vocabulary: Vocabulary): Int32Array {
  const others = [
    ...vocabulary.prefixes.map(({ prefix, term }) => ({ codes: markedCodes(MARKER.prefix, prefix), term })),
    ...vocabulary.hosts.entries().map(([host, term]) => ({ codes: markedCodes(MARKER.host, host), term })),
    ...vocabulary.langs.entries().map(([lang, term]) => ({ codes: markedCodes(MARKER.lang, lang), term })),
  ];
  const dictionary = newTable(vocabulary.words.length - 1 + others.length);
  const add = (codes: Uint16Array, term: number) => {
    const isCompared = keyOf(codes);
    insert(dictionary, key.high, key.low, vocabulary.marked(term) | (isCompared ? COMPARED : 0));
  };
  // The commonest first: they are then found where the search for them begins.
  for (let term = 1; term < vocabulary.words.length; term++) add(codesOf(vocabulary.words[term]!), term);
  for (const { codes, term } of others) add(codes, term);
  return dictionary;
}

function writePairs(vocabulary: Vocabulary): Pick<Layout, 'pairs' | 'pairFilter'> {
  const pairs = newTable(vocabulary.pairs.size);
  const bits = vocabulary.pairs.size === 0 ? 32 : 2 ** Math.max(9, Math.ceil(Math.log2(vocabulary.pairs.size * 8)));
  const pairFilter = new Int32Array(bits / 32);
  for (const [key, term] of vocabulary.pairs) {
    const first = Math.floor(key / 2 ** 25);
    const second = key % 2 ** 25;
    insert(pairs, first, second, vocabulary.marked(term));
    const bit = pairHash(first, second) & (bits - 1);
    pairFilter[bit >>> 5]! |= 1 << bit;
  }
  return { pairs, pairFilter };
}

const PREFIX_BITS = 2 ** 15;

function writePrefixes(prefixes: Vocabulary['prefixes']): Pick<Layout, 'prefixFilter' | 'prefixLengths'> {
  const lengths = new Set(prefixes.map(({ prefix }) => prefix.length));
  const prefixFilter = new Int32Array(prefixes.length > 0 ? PREFIX_BITS / 32 : 0);
  for (const { prefix } of prefixes) {
    const codes = codesOf(prefix);
    const bit = prefixHash(codes[0]!, codes[1] ?? 0, codes[2] ?? 0) & (PREFIX_BITS - 1);
    prefixFilter[bit >>> 5]! |= 1 << bit;
  }
  return { prefixFilter, prefixLengths: Uint32Array.from(lengths).sort() };
}

function writeStrings(list: readonly string[]): Pick<Layout, 'strings' | 'stringsAt'> {
  const encoded = list.map((text) => Buffer.from(text));
  const stringsAt = new Uint32Array(list.length + 1);
  for (const [i, { length }] of encoded.entries()) stringsAt[i + 1] = stringsAt[i]! + length;
  return { strings: Buffer.concat(encoded), stringsAt };
}

function countsOf(rules: readonly Rule[], vocabulary: Vocabulary, several: number): Uint32Array {
  const counts = new Uint32Array(5);
  counts[Counts.several] = several;
  counts[Counts.rules] = rules.length;
  counts[Counts.words] = vocabulary.words.length - 1;
  counts[Counts.terms] = vocabulary.size;
  let flags = vocabulary.hasLooseRuns ? HAS_LOOSE_RUNS : 0;
  if (vocabulary.pairs.size > 0) flags |= HAS_PAIRS;
  if (vocabulary.hosts.size > 0) flags |= ASKS_HOSTS;
  if (vocabulary.langs.size > 0) flags |= ASKS_LANG;
  const definitions = vocabulary.definitions.view();
  for (let i = 0; i < definitions.length; i += 2) {
    const kind = definitions[i]! >>> 28;
    if (kind === Definition.author) flags |= ASKS_AUTHOR;
    if (kind === Definition.section) flags |= ASKS_SECTION;
  }
  counts[Counts.flags] = flags;
  return counts;
}
