import { ASKS_AUTHOR, ASKS_HOSTS, ASKS_LANG, ASKS_SECTION, Counts, HAS_LOOSE_RUNS, type Layout } from './layout.ts';
import { CODE, codesOf, LETTERS } from './letters.ts';
import { Occurrences } from './occurrences.ts';
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
import { type ArticleText, hostsOf, LEAD_HALF_WORDS } from './reading.ts';
import { type Alternative, key, keyOf, lettersOf, REWRITTEN, Scanner, TOUCHING, UNPACKED } from './scan.ts';
import { lookUp, pairHash, prefixHash, SLOT, shiftOf, slotOf } from './tables.ts';
import { COMPARED, DERIVES, Definition, FOLLOWS, MARKER, markedCodes, QUIET, STARTS, TERM } from './vocabulary.ts';

/** The sections of an article in the order in which they are scanned. */
export const [TITLE, TEXT, AUTHOR, SECTION] = [0, 1, 2, 3];

/**
 * Asks an index of one article after another. An article costs one pass over its text, one look-up a token, and one look at each rule that
 * is filed under what it holds.
 *
 * Memory beside the index: a byte for each term, a byte for each rule under several terms, four bytes for each rule that one article
 * may meet, and what the scanner keeps.
 */
export class Matching {
  readonly layout: Layout;
  readonly scanner = new Scanner();
  /** Of each token its marked term, or 0. */
  terms = new Int32Array(8192);
  /** Where the tokens of each section begin, and where the last ends. */
  readonly sectionsAt = new Int32Array(5);
  /** Other readings of tokens that are words of the index: `us` beside `u.s`. */
  readonly readings: { token: number; term: number; exact: string }[] = [];
  /** Terms beside their own that single tokens are, by token, then in no order: other readings, beginnings, spellings. */
  readonly extras: { token: number; term: number }[] = [];
  /** A byte for each term. */
  readonly #seen: Uint8Array;
  #list = new Int32Array(1024);
  #count = 0;
  /** The terms that were seen and that nothing is filed under. */
  #quiet = new Int32Array(1024);
  #quietCount = 0;
  #found = new Uint32Array(1024);
  #foundCount = 0;
  readonly #passed = new Int32Array(2048);
  /** A bit for each rule of several branches that was told, and how many there are. */
  readonly #told: Int32Array;
  #toldCount = 0;
  /** For each branch under several terms: the turn in which it was last asked. */
  readonly #asked: Uint8Array;
  #turn = 0;
  readonly #occurrences: Occurrences;

  constructor(layout: Layout) {
    this.layout = layout;
    this.#seen = new Uint8Array(layout.counts[Counts.terms]! + 1);
    this.#told = new Int32Array((layout.counts[Counts.rules]! >>> 5) + 1);
    this.#asked = new Uint8Array(layout.counts[Counts.several]!);
    this.#occurrences = new Occurrences(this);
  }

  /** The ordinals of the rules that the article meets, each once, in no order. Valid until the next call. */
  match(article: ArticleText): Uint32Array {
    this.#clear();
    this.#scan(article);
    this.#see();
    this.#seeOrigin(article);
    this.#ask();
    return this.#found.subarray(0, this.#foundCount);
  }

  #clear(): void {
    const seen = this.#seen;
    const list = this.#list;
    for (let i = 0; i < this.#count; i++) seen[list[i]!] = 0;
    for (let i = 0; i < this.#quietCount; i++) seen[this.#quiet[i]!] = 0;
    this.#quietCount = 0;
    // Term 0 is always seen: a guard that lets all pass.
    seen[0] = 1;
    this.#count = 0;
    if (this.#toldCount > 0) {
      for (let i = 0; i < this.#foundCount; i++) this.#told[this.#found[i]! >>> 5] = 0;
      this.#toldCount = 0;
    }
    this.#foundCount = 0;
    if (this.extras.length > 0) this.extras.length = 0;
    if (this.readings.length > 0) this.readings.length = 0;
    this.#turn++;
    if (this.#turn === 256) {
      this.#turn = 1;
      this.#asked.fill(0);
    }
    this.#occurrences.clear();
  }

  #scan({ title, text, author, section }: ArticleText): void {
    const { scanner, sectionsAt } = this;
    const flags = this.layout.counts[Counts.flags]!;
    scanner.reset();
    scanner.scan(title);
    sectionsAt[TEXT] = scanner.count;
    scanner.scan(text);
    sectionsAt[AUTHOR] = scanner.count;
    if ((flags & ASKS_AUTHOR) !== 0 && author) scanner.scan(author);
    sectionsAt[SECTION] = scanner.count;
    if ((flags & ASKS_SECTION) !== 0 && section) scanner.scan(section);
    sectionsAt[4] = scanner.count;
    if (scanner.count >= this.terms.length) this.terms = new Int32Array(scanner.count * 2);
  }

  #see(): void {
    for (let section = TITLE; section <= SECTION; section++) {
      const from = this.sectionsAt[section]!;
      const to = this.sectionsAt[section + 1]!;
      if (from === to) continue;
      this.#lookUp(from, to);
      this.#seeTokens(from, to, section);
      if (this.scanner.alternatives.length > 0) this.#seeAlternatives(from, to, section);
      if (this.layout.pairs.length > 2 * SLOT) this.#seePairs(from, to, section);
    }
  }

  /**
   * Looks up each token of a section. Nothing else is done in this loop: most of its time is waiting for the dictionary, and the
   * processor waits for many slots at once where no guess about what follows fails.
   */
  #lookUp(from: number, to: number): void {
    const { dictionary } = this.layout;
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
    const asksPrefixes = this.layout.prefixLengths.length > 0;
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
    const { letters, lettersAt, counts } = this.layout;
    if (term > counts[Counts.words]!) return false;
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
    const filter = this.layout.prefixFilter;
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
    for (const length of this.layout.prefixLengths) {
      if (length >= codes.length) break;
      const marked = this.#otherTerm(codes.subarray(0, length + 1));
      if (marked !== 0) this.#add(marked, token, section, true, reading);
    }
  }

  /** The marked term of what the dictionary has beside words, by its codes after a marker; 0 where it has none. */
  #otherTerm(codes: Uint16Array): number {
    const { dictionary, counts } = this.layout;
    keyOf(codes);
    const { high, low } = key;
    let slot = slotOf(high, low, shiftOf(dictionary));
    for (;;) {
      const marked = dictionary[slot + 2]!;
      if (marked === 0) return 0;
      const term = marked & TERM;
      if (dictionary[slot] === high && dictionary[slot + 1] === low && term > counts[Counts.words]!) {
        const expected = markedCodes(codes[0]!, this.stringOf(term));
        if (expected.length === codes.length && expected.every((code, i) => code === codes[i])) return marked;
      }
      slot += SLOT;
      if (slot === dictionary.length) slot = 0;
    }
  }

  /** The marked term of a folded word; 0 where it has none. */
  #wordTerm(word: string): number {
    const { dictionary, letters, lettersAt, counts } = this.layout;
    const codes = codesOf(word);
    keyOf(codes);
    const { high, low } = key;
    let slot = slotOf(high, low, shiftOf(dictionary));
    for (;;) {
      const marked = dictionary[slot + 2]!;
      if (marked === 0) return 0;
      const term = marked & TERM;
      if (dictionary[slot] === high && dictionary[slot + 1] === low && term <= counts[Counts.words]!) {
        const at = lettersAt[term]!;
        const isSame = lettersAt[term + 1]! - at === codes.length && codes.every((code, i) => code === letters[at + i]);
        if (isSame) return marked;
      }
      slot += SLOT;
      if (slot === dictionary.length) slot = 0;
    }
  }

  #seeAlternatives(from: number, to: number, section: number): void {
    for (const reading of this.scanner.alternatives) {
      if (reading.token < from || reading.token >= to) continue;
      const marked = this.#wordTerm(reading.word);
      if (marked !== 0) {
        this.readings.push({ token: reading.token, term: marked & TERM, exact: reading.exact });
        this.#add(marked, reading.token, section, true, reading);
      } else if (this.layout.prefixLengths.length > 0) {
        const codes = new Uint16Array(reading.word.length + 1);
        codes.set(codesOf(reading.word), 1);
        this.#seePrefixesOf(codes, reading.token, section, reading);
      }
    }
    this.extras.sort((a, b) => a.token - b.token);
  }

  /**
   * Notes a term that ends at a token: of one token, and then of which reading of it, or of several. What is in the author or the
   * section counts only for terms of that place.
   */
  #add(marked: number, token: number, section: number, isSingle: boolean, reading: Alternative | undefined): void {
    const term = marked & TERM;
    if (section <= TEXT || PLACE_OF_SECTION[section] === this.kindOf(term)) {
      if (this.#seen[term] === 0) {
        this.#seen[term] = 1;
        this.#reserve(1);
        this.#list[this.#count++] = term;
      }
    }
    if (isSingle && (marked & (STARTS | FOLLOWS)) !== 0) this.extras.push({ token, term: marked });
    if ((marked & DERIVES) !== 0) this.#derive(term, token, section, isSingle, reading);
  }

  /** Notes what follows from a term that ends at a token. */
  #derive(term: number, token: number, section: number, isSingle: boolean, reading: Alternative | undefined): void {
    const { derived, derivedAt } = this.layout;
    const slot = this.#derivedSlot(term);
    for (let i = derivedAt[slot]!; i < derivedAt[slot + 1]!; i++) {
      const marked = derived[i]!;
      if ((marked & QUIET) !== 0) {
        if (section <= TEXT || PLACE_OF_SECTION[section] === this.kindOf(term)) this.#seeQuietly(marked & TERM);
      } else if (this.#follows(marked & TERM, token, section, reading))
        this.#add(marked, token, section, isSingle, reading);
    }
  }

  /** Notes a term that nothing is filed under. */
  #seeQuietly(term: number): void {
    if (this.#seen[term] !== 0) return;
    this.#seen[term] = 1;
    if (this.#quietCount === this.#quiet.length) this.#quiet = grown(this.#quiet);
    this.#quiet[this.#quietCount++] = term;
  }

  #derivedSlot(term: number): number {
    const words = this.layout.counts[Counts.words]!;
    if (term <= words) return term;
    const { derivedFrom } = this.layout;
    let low = 0;
    let high = derivedFrom.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (derivedFrom[middle]! < term) low = middle + 1;
      else high = middle;
    }
    return words + 1 + low;
  }

  #follows(term: number, token: number, section: number, reading: Alternative | undefined): boolean {
    switch (this.kindOf(term)) {
      case Definition.title:
        return section === TITLE;
      case Definition.lead:
        return section === TITLE || (section === TEXT && this.scanner.tokens.halves[token]! <= LEAD_HALF_WORDS);
      case Definition.author:
        return section === AUTHOR;
      case Definition.section:
        return section === SECTION;
      case Definition.exact:
        return this.isSpelt(term, reading?.exact ?? this.scanner.exactOf(token));
      default:
        // The beginning of a word.
        return true;
    }
  }

  /** Whether a spelling is that which an exact term asks for. */
  isSpelt(term: number, exact: string): boolean {
    const asked = this.stringOf(term);
    return this.kindOf(this.baseOf(term)) === Definition.prefix ? exact.startsWith(asked) : exact === asked;
  }

  /** What a term is (`Definition`); 0 for a word. */
  kindOf(term: number): number {
    const words = this.layout.counts[Counts.words]!;
    return term <= words ? 0 : this.layout.definitions[(term - words - 1) * 2]! >>> 28;
  }

  /** The first number of a term that is no word. */
  baseOf(term: number): number {
    return this.layout.definitions[(term - this.layout.counts[Counts.words]! - 1) * 2]! & TERM;
  }

  /** The second number of a term that is no word. */
  secondOf(term: number): number {
    return this.layout.definitions[(term - this.layout.counts[Counts.words]! - 1) * 2 + 1]!;
  }

  /** The string of a term that has one. */
  stringOf(term: number): string {
    const { strings, stringsAt } = this.layout;
    const string = this.secondOf(term);
    return Buffer.from(strings.buffer, strings.byteOffset, strings.byteLength).toString(
      'utf8',
      stringsAt[string]!,
      stringsAt[string + 1]!,
    );
  }

  /** Finds the pairs of neighbouring tokens, and the pairs of these with what comes next. */
  #seePairs(from: number, to: number, section: number): void {
    const { extras, terms } = this;
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
    if (!touches || (this.layout.counts[Counts.flags]! & HAS_LOOSE_RUNS) !== 0) {
      found = this.#probe(a, b, token, section, found);
    }
    return found;
  }

  #probe(a: number, b: number, token: number, section: number, next: number[] | undefined): number[] | undefined {
    const { pairs, pairFilter } = this.layout;
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
    const flags = this.layout.counts[Counts.flags]!;
    if ((flags & ASKS_HOSTS) !== 0) {
      for (const host of hostsOf(article)) {
        for (let at = 0; at >= 0; at = host.indexOf('.', at + 1)) {
          this.#seeOther(MARKER.host, host.slice(at === 0 ? 0 : at + 1));
        }
      }
    }
    if ((flags & ASKS_LANG) !== 0 && article.lang) {
      const lang = article.lang.toLowerCase();
      this.#seeOther(MARKER.lang, '*');
      for (let at = lang.indexOf('-'); at >= 0; at = lang.indexOf('-', at + 1)) {
        this.#seeOther(MARKER.lang, lang.slice(0, at));
      }
      this.#seeOther(MARKER.lang, lang);
    }
  }

  #seeOther(marker: number, text: string): void {
    const marked = this.#otherTerm(markedCodes(marker, text));
    if (marked !== 0) this.#add(marked, 0, TITLE, false, undefined);
  }

  /**
   * Asks each rule that is filed under what was seen. The guards let so many pass, and so irregularly, that a branch on them would be
   * guessed wrong a third of the time: all passes of a list are gathered first, without one.
   */
  #ask(): void {
    const { guards, postingsAt } = this.layout;
    const seen = this.#seen;
    const list = this.#list;
    const passed = this.#passed;
    for (let i = 0; i < this.#count; i++) {
      const term = list[i]!;
      const last = postingsAt[term + 1]!;
      for (let from = postingsAt[term]!; from < last; ) {
        const end = Math.min(last, from + passed.length);
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
    const { guards, references } = this.layout;
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
    const { records } = this.layout;
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
    const { shared } = this.layout;
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
    const { records } = this.layout;
    const first = records[at]!;
    const payload = first & PAYLOAD;
    switch (first >>> KIND_SHIFT) {
      case Kind.term:
        return this.has(payload);
      case Kind.notTerm:
        return !this.has(payload);
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
    const { records } = this.layout;
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
    const { records } = this.layout;
    for (let i = at; i < at + count; i++) if (this.has(records[i]!)) return true;
    return false;
  }

  /** Whether the article holds a term. */
  has(term: number): boolean {
    return this.#seen[term] !== 0;
  }

  /** The terms that the article holds, each once. */
  seen(): Int32Array {
    return this.#list.subarray(0, this.#count);
  }

  /** Room for so many more seen terms. */
  #reserve(more: number): void {
    if (this.#count + more <= this.#list.length) return;
    const larger = new Int32Array(Math.max(this.#count + more, this.#list.length * 2));
    larger.set(this.#list);
    this.#list = larger;
  }

  #growFound(more: number): Uint32Array {
    const larger = new Uint32Array(Math.max(this.#foundCount + more, this.#found.length * 2));
    larger.set(this.#found);
    this.#found = larger;
    return larger;
  }
}

function grown(list: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(list.length * 2);
  larger.set(list);
  return larger;
}

const NONE: number[] = [];
const PLACE_OF_SECTION: readonly number[] = [0, 0, Definition.author, Definition.section];
