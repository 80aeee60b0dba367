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
import { CODE, codesOf, LETTERS } from './letters.ts';
import { type ArticleText, AUTHOR, hostsOf, LEAD_HALF_WORDS, langOf, SECTION, TEXT, TITLE } from './reading.ts';
import { type Alternative, lettersOf, REWRITTEN, Scanner, TOUCHING, UNPACKED } from './scan.ts';
import { lookUp, pairHash, prefixHash, SLOT, shiftOf, slotOf } from './tables.ts';
import type { Terms } from './terms.ts';
import {
  COMPARED,
  DERIVES,
  Definition,
  FOLLOWS,
  GUARDS,
  MARKER,
  markedCodes,
  QUIET,
  STARTS,
  TERM,
} from './vocabulary.ts';

/** How many sections an article has, in the order of reading.ts. */
export const SECTIONS = 4;

const PLACE_OF_SECTION: readonly number[] = [0, 0, Definition.author, Definition.section];
const NONE: number[] = [];

/**
 * Which terms of an index an article holds. An article costs one pass over its text and one look-up a token.
 *
 * Memory beside the index: a byte for each term, and for each UTF-16 unit of the longest article what the scanner keeps and four bytes.
 */
export class Sight {
  readonly scanner = new Scanner();
  /** Of each token its marked term, or 0. */
  terms = new Int32Array(8192);
  /** Where the tokens of each section begin, and where the last ends. */
  readonly sectionsAt = new Int32Array(SECTIONS + 1);
  readonly #layout: Layout;
  readonly #of: Terms;
  readonly #flags: number;
  readonly #seen: Uint8Array;
  #list = new Int32Array(1024);
  #count = 0;
  /** The terms that were seen and that nothing is filed under. */
  #quiet = new Int32Array(1024);
  #quietCount = 0;
  /** Terms beside their own that single tokens are, by token, then in no order: other readings, beginnings, spellings. */
  readonly #extras: { token: number; term: number }[] = [];

  constructor(layout: Layout, terms: Terms) {
    this.#layout = layout;
    this.#of = terms;
    this.#flags = layout.counts[Counts.flags]!;
    this.#seen = new Uint8Array(layout.counts[Counts.terms]! + 1);
  }

  /** Looks at an article, and forgets the one before. */
  look(article: ArticleText): void {
    this.#forget();
    this.#scan(article);
    for (let section = TITLE; section <= SECTION; section++) {
      const from = this.sectionsAt[section]!;
      const to = this.sectionsAt[section + 1]!;
      if (from === to) continue;
      this.#lookUp(from, to);
      this.#seeTokens(from, to, section);
      if (this.scanner.alternatives.length > 0) this.#seeAlternatives(from, to, section);
      if ((this.#flags & HAS_PAIRS) !== 0) this.#seePairs(from, to, section);
    }
    this.#seeOrigin(article);
  }

  /** Whether the article holds a term. */
  has(term: number): boolean {
    return this.#seen[term] !== 0;
  }

  /** A byte for each term, for loops that cannot afford a call. */
  get seen(): Readonly<Uint8Array> {
    return this.#seen;
  }

  /** The terms that the article holds and that rules may be filed under, each once. */
  get held(): Int32Array {
    return this.#list.subarray(0, this.#count);
  }

  #forget(): void {
    const seen = this.#seen;
    for (let i = 0; i < this.#count; i++) seen[this.#list[i]!] = 0;
    for (let i = 0; i < this.#quietCount; i++) seen[this.#quiet[i]!] = 0;
    this.#count = 0;
    this.#quietCount = 0;
    // Term 0 is always seen: a guard that lets all pass.
    seen[0] = 1;
    if (this.#extras.length > 0) this.#extras.length = 0;
  }

  #scan({ title, text, author, section }: ArticleText): void {
    const { scanner, sectionsAt } = this;
    scanner.reset();
    scanner.scan(title);
    sectionsAt[TEXT] = scanner.count;
    scanner.scan(text);
    sectionsAt[AUTHOR] = scanner.count;
    if ((this.#flags & ASKS_AUTHOR) !== 0 && author) scanner.scan(author);
    sectionsAt[SECTION] = scanner.count;
    if ((this.#flags & ASKS_SECTION) !== 0 && section) scanner.scan(section);
    sectionsAt[SECTIONS] = scanner.count;
    if (scanner.count >= this.terms.length) this.terms = new Int32Array(scanner.count * 2);
  }

  /**
   * Looks up each token of a section. Nothing else is done in this loop: most of its time is waiting for the dictionary, and the
   * processor waits for many slots at once where no guess about what follows fails.
   */
  #lookUp(from: number, to: number): void {
    const { dictionary } = this.#layout;
    const { high, low, shapes } = this.scanner.tokens;
    const { terms } = this;
    const shift = shiftOf(dictionary);
    for (let token = from; token < to; token++) {
      const hi = high[token]!;
      const lo = low[token]!;
      let slot = slotOf(hi, lo, shift);
      let marked = dictionary[slot + 2]!;
      while (marked !== 0) {
        if (
          dictionary[slot] === hi &&
          dictionary[slot + 1] === lo &&
          (((shapes[token]! & UNPACKED) === 0 && (marked & COMPARED) === 0) || this.#isWord(token, marked & TERM))
        ) {
          break;
        }
        slot += SLOT;
        if (slot === dictionary.length) slot = 0;
        marked = dictionary[slot + 2]!;
      }
      terms[token] = marked;
    }
  }

  /** Notes the words of a section, each once, and what follows from them. */
  #seeTokens(from: number, to: number, section: number): void {
    const { terms } = this;
    const seen = this.#seen;
    const asksPrefixes = this.#layout.prefixLengths.length > 0;
    let list = this.#list;
    let count = this.#count;
    for (let token = from; token < to; token++) {
      const marked = terms[token]!;
      if (marked !== 0) {
        const term = marked & TERM;
        if (section <= TEXT && seen[term] === 0) {
          if (count === list.length) {
            this.#reserve(1);
            list = this.#list;
          }
          seen[term] = 1;
          list[count++] = term;
          if ((marked & GUARDS) !== 0) this.#seeGuards(term);
        }
        if ((marked & DERIVES) !== 0) {
          this.#count = count;
          this.#derive(term, token, section, true, undefined);
          list = this.#list;
          count = this.#count;
        }
      } else if (asksPrefixes && this.#mayBegin(token)) {
        this.#count = count;
        this.#seePrefixes(token, section);
        list = this.#list;
        count = this.#count;
      }
    }
    this.#count = count;
  }

  /** Whether a token's letters are those of a word. */
  #isWord(token: number, term: number): boolean {
    const { letters, lettersAt } = this.#layout;
    if (term > this.#of.words) return false;
    const at = lettersAt[term]!;
    const { units, tokens } = this.scanner;
    const shape = tokens.shapes[token]!;
    const size = lettersOf(shape);
    if (lettersAt[term + 1]! - at !== size) return false;
    const from = tokens.from[token]!;
    if ((shape & REWRITTEN) !== 0) {
      for (let i = 0; i < size; i++) if (units[from + i] !== letters[at + i]) return false;
    } else {
      for (let i = 0; i < size; i++) if ((LETTERS[units[from + i]!]! & CODE) !== letters[at + i]) return false;
    }
    return true;
  }

  /** The code of a token's letter; 0 beyond its end. */
  codeAt(token: number, i: number): number {
    const { units, tokens } = this.scanner;
    const shape = tokens.shapes[token]!;
    if (i >= lettersOf(shape)) return 0;
    const unit = units[tokens.from[token]! + i]!;
    return (shape & REWRITTEN) !== 0 ? unit : LETTERS[unit]! & CODE;
  }

  /** Whether some beginning that is asked for may be this token's. */
  #mayBegin(token: number): boolean {
    const filter = this.#layout.prefixFilter;
    const last = filter.length * 32 - 1;
    const first = this.codeAt(token, 0);
    const second = this.codeAt(token, 1);
    const three = prefixHash(first, second, this.codeAt(token, 2)) & last;
    const two = prefixHash(first, second, 0) & last;
    const one = prefixHash(first, 0, 0) & last;
    return (((filter[three >>> 5]! >>> three) | (filter[two >>> 5]! >>> two) | (filter[one >>> 5]! >>> one)) & 1) !== 0;
  }

  #seePrefixes(token: number, section: number): void {
    const size = lettersOf(this.scanner.tokens.shapes[token]!);
    const codes = new Uint16Array(size + 1);
    for (let i = 0; i < size; i++) codes[i + 1] = this.codeAt(token, i);
    this.#seePrefixesOf(codes, token, section, undefined);
  }

  /** `codes` are those of a word, after a place for the marker. */
  #seePrefixesOf(codes: Uint16Array, token: number, section: number, reading: Alternative | undefined): void {
    codes[0] = MARKER.prefix;
    for (const length of this.#layout.prefixLengths) {
      if (length >= codes.length) break;
      const marked = this.#of.other(codes.subarray(0, length + 1));
      if (marked !== 0) this.#add(marked, token, section, true, reading);
    }
  }

  #seeAlternatives(from: number, to: number, section: number): void {
    for (const reading of this.scanner.alternatives) {
      if (reading.token < from || reading.token >= to) continue;
      const marked = this.#of.word(reading.word);
      if (marked !== 0) this.#add(marked, reading.token, section, true, reading);
      else if (this.#layout.prefixLengths.length > 0) {
        const codes = new Uint16Array(reading.word.length + 1);
        codes.set(codesOf(reading.word), 1);
        this.#seePrefixesOf(codes, reading.token, section, reading);
      }
    }
    this.#extras.sort((a, b) => a.token - b.token);
  }

  /**
   * Notes a term that ends at a token: of one token, and then of which reading of it, or of several. What is in the author or the
   * section counts only for terms of that place.
   */
  #add(marked: number, token: number, section: number, isSingle: boolean, reading: Alternative | undefined): void {
    const term = marked & TERM;
    if (section <= TEXT || PLACE_OF_SECTION[section] === this.#of.kindOf(term)) {
      if (this.#seen[term] === 0) {
        this.#seen[term] = 1;
        this.#reserve(1);
        this.#list[this.#count++] = term;
        if ((marked & GUARDS) !== 0) this.#seeGuards(term);
      }
    }
    if (isSingle && (marked & (STARTS | FOLLOWS)) !== 0) this.#extras.push({ token, term: marked });
    if ((marked & DERIVES) !== 0) this.#derive(term, token, section, isSingle, reading);
  }

  /** Notes what follows from a term that ends at a token: in this place, or spelt so. */
  #derive(term: number, token: number, section: number, isSingle: boolean, reading: Alternative | undefined): void {
    const { derived, derivedAt } = this.#layout;
    const slot = this.#of.derivedSlot(term);
    const end = derivedAt[slot + 1]!;
    for (let i = derivedAt[slot]!; i < end; i++) {
      const marked = derived[i]!;
      // Guards come last.
      if ((marked & QUIET) !== 0) break;
      const isKnown =
        section <= TEXT && this.#seen[marked & TERM] !== 0 && (marked & (STARTS | FOLLOWS | DERIVES)) === 0;
      if (isKnown || !this.#follows(marked & TERM, token, section, reading)) continue;
      this.#add(marked, token, section, isSingle, reading);
    }
  }

  /** Notes the guards that are met by a term which was just seen for the first time. */
  #seeGuards(term: number): void {
    const { derived, derivedAt } = this.#layout;
    const slot = this.#of.derivedSlot(term);
    const start = derivedAt[slot]!;
    for (let i = derivedAt[slot + 1]! - 1; i >= start && (derived[i]! & QUIET) !== 0; i--) {
      const guard = derived[i]! & TERM;
      if (this.#seen[guard] !== 0) continue;
      this.#seen[guard] = 1;
      if (this.#quietCount === this.#quiet.length) this.#quiet = grown(this.#quiet, this.#quietCount + 1);
      this.#quiet[this.#quietCount++] = guard;
    }
  }

  #follows(term: number, token: number, section: number, reading: Alternative | undefined): boolean {
    switch (this.#of.kindOf(term)) {
      case Definition.title:
        return section === TITLE;
      case Definition.lead:
        return section === TITLE || (section === TEXT && this.scanner.tokens.halves[token]! <= LEAD_HALF_WORDS);
      case Definition.author:
        return section === AUTHOR;
      case Definition.section:
        return section === SECTION;
      case Definition.exact:
        return this.#of.isSpelt(term, reading?.exact ?? this.scanner.exactOf(token));
      default:
        // The beginning of a word.
        return true;
    }
  }

  /** Finds the pairs of neighbouring tokens, and the pairs of these with what comes next. */
  #seePairs(from: number, to: number, section: number): void {
    const { terms } = this;
    const extras = this.#extras;
    const { shapes } = this.scanner.tokens;
    let extra = 0;
    while (extra < extras.length && extras[extra]!.token < from) extra++;
    const lastExtra = extras.length;
    let previous = 0;
    /** Whatever else ends at the token before. */
    let others: number[] = [];
    for (let token = from; token < to; token++) {
      const marked = terms[token]!;
      const touches = (shapes[token]! & TOUCHING) !== 0;
      let next: number[] | undefined;
      if ((previous & STARTS) !== 0 && (marked & FOLLOWS) !== 0) {
        next = this.#seePair(previous, marked, touches, token, section, next);
      }
      const firstExtra = extra;
      while (extra < lastExtra && extras[extra]!.token === token) extra++;
      if (others.length > 0 || extra > firstExtra) {
        for (const first of others) {
          if ((first & STARTS) === 0) continue;
          if ((marked & FOLLOWS) !== 0) next = this.#seePair(first, marked, touches, token, section, next);
          for (let i = firstExtra; i < extra; i++) {
            next = this.#seePair(first, extras[i]!.term, touches, token, section, next);
          }
        }
        for (let i = firstExtra; i < extra; i++) {
          if ((previous & STARTS) !== 0) {
            next = this.#seePair(previous, extras[i]!.term, touches, token, section, next);
          }
          next ??= [];
          next.push(extras[i]!.term);
        }
      }
      previous = marked;
      others = next ?? NONE;
    }
  }

  /** Looks up a pair that ends at a token; `next` with what can be paired on. */
  #seePair(
    first: number,
    second: number,
    touches: boolean,
    token: number,
    section: number,
    next: number[] | undefined,
  ): number[] | undefined {
    const a = first & TERM;
    const b = (second & TERM) * 2;
    let found = next;
    if (touches) found = this.#probe(a, b + 1, token, section, found);
    if (!touches || (this.#flags & HAS_LOOSE_RUNS) !== 0) {
      found = this.#probe(a, b, token, section, found);
    }
    return found;
  }

  #probe(a: number, b: number, token: number, section: number, next: number[] | undefined): number[] | undefined {
    const { pairs, pairFilter } = this.#layout;
    const bit = pairHash(a, b) & (pairFilter.length * 32 - 1);
    if (((pairFilter[bit >>> 5]! >>> bit) & 1) === 0) return next;
    const marked = lookUp(pairs, a, b);
    if (marked === 0) return next;
    this.#add(marked, token, section, false, undefined);
    if ((marked & STARTS) === 0) return next;
    const list = next ?? [];
    list.push(marked);
    return list;
  }

  /** Notes the hosts and languages of an article: a host and those that it is under, a language tag and its beginnings. */
  #seeOrigin(article: ArticleText): void {
    const flags = this.#flags;
    if ((flags & ASKS_HOSTS) !== 0) {
      for (const host of hostsOf(article)) {
        for (let at = 0; at >= 0; at = host.indexOf('.', at + 1)) {
          this.#seeOther(MARKER.host, host.slice(at === 0 ? 0 : at + 1));
        }
      }
    }
    const lang = (flags & ASKS_LANG) === 0 ? '' : langOf(article);
    if (lang !== '') {
      this.#seeOther(MARKER.lang, '*');
      for (let at = lang.indexOf('-'); at >= 0; at = lang.indexOf('-', at + 1)) {
        this.#seeOther(MARKER.lang, lang.slice(0, at));
      }
      this.#seeOther(MARKER.lang, lang);
    }
  }

  #seeOther(marker: number, text: string): void {
    const marked = this.#of.other(markedCodes(marker, text));
    if (marked !== 0) this.#add(marked, 0, TITLE, false, undefined);
  }

  /** Room for so many more seen terms. */
  #reserve(more: number): void {
    if (this.#count + more > this.#list.length) this.#list = grown(this.#list, this.#count + more);
  }
}

function grown(list: Int32Array, least: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(Math.max(least, list.length * 2));
  larger.set(list);
  return larger;
}
