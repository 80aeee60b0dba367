import { type Findings, shown } from './findings.ts';
import type { Query } from './query.ts';
import { readTerm } from './terms.ts';

/** A piece of a query with its place (UTF-16 offsets). An operand without a query is one with an error, told already. */
export type Token =
  | { kind: 'operand'; query: Query | undefined; at: number; end: number }
  | { kind: 'and' | 'or' | 'not' | 'open' | 'close'; at: number; end: number };

const BLANK = /\s/;
const OPEN = /[(（]/;
const CLOSE = /[)）]/;
/** Straight or curly: an editor's program may have curled one of the two, so that any opens and any closes. */
const QUOTE = /["“”„‟＂]/;
const DASH = /^[-‐‑–—−]/;
const IGNORABLE = /\p{Default_Ignorable_Code_Point}/gu;

const FIELDS = ['title', 'lead', 'source', 'lang', 'author', 'section', 'tag'];
const NAMED = /^(\p{L}+):/u;
const NEARNESS = /^(?:NEAR|THEN|ATLEAST)(?:\/.*)?$/;
/** Where a name and a colon are a field and not text (`https://…`): a word, a quote or a parenthesis follows at once. */
const OPERAND_START = /^[\p{L}\p{N}="“”„‟＂(（]/u;

/** Cuts a query into its tokens, in one pass. What is wrong with a piece goes to `findings`, and reading goes on after it. */
export function tokens(text: string, findings: Findings): Token[] {
  return new Tokeniser(text, findings).read();
}

class Tokeniser {
  readonly #text: string;
  readonly #findings: Findings;
  readonly #tokens: Token[] = [];
  #at = 0;
  /** Whether a blank, a `(` or the beginning stands right before: only there is `-` a NOT. */
  #afterGap = true;

  constructor(text: string, findings: Findings) {
    this.#text = text;
    this.#findings = findings;
  }

  read(): Token[] {
    while (this.#at < this.#text.length) {
      const character = this.#text[this.#at]!;
      if (BLANK.test(character)) this.#skip(1, true);
      else if (OPEN.test(character)) this.#push('open', 1, true);
      else if (CLOSE.test(character)) this.#push('close', 1, false);
      else if (QUOTE.test(character)) this.#phrase();
      else this.#chunk();
    }
    return this.#tokens;
  }

  #phrase(): void {
    const from = this.#at + 1;
    let to = from;
    while (to < this.#text.length && !QUOTE.test(this.#text[to]!)) to++;
    if (to === this.#text.length) {
      this.#findings.error('This quote is not closed.', from - 1, from, 'Put another " where the phrase ends.');
      // The rest is doubtful: whether its words are a phrase is not known.
      this.#operand(undefined, to);
    } else {
      this.#operand(readTerm(this.#text.slice(from, to), from, true, this.#findings), to + 1);
    }
  }

  /** What stands up to the next blank, parenthesis or quote: an operator, a word, or a word with an operator at its front. */
  #chunk(): void {
    let end = this.#at;
    while (end < this.#text.length && !this.#endsChunk(this.#text[end]!)) end++;
    const chunk = this.#text.slice(this.#at, end);
    // Pasted text may carry what nobody sees.
    const visible = chunk.replace(IGNORABLE, '');

    if (visible === '') this.#skip(chunk.length, this.#afterGap);
    else if (visible === 'AND' || visible === 'OR' || visible === 'NOT') {
      this.#push(visible.toLowerCase() as 'and' | 'or' | 'not', chunk.length, false);
    } else if (DASH.test(chunk)) this.#dash(chunk);
    else if (!this.#notKnownYet(chunk, visible)) {
      if (visible === 'or') {
        const message = '“or” in small letters is a word to look for.';
        this.#findings.warning(
          message,
          this.#at,
          end,
          'Write OR in capitals if either side will do, or "or" for the word.',
        );
      }
      this.#operand(readTerm(chunk, this.#at, false, this.#findings), end);
    }
  }

  #dash(chunk: string): void {
    const end = this.#at + chunk.length;
    const next = this.#text[this.#at + 1];
    const isMinus = chunk[0] === '-';
    const standsBeforeOperand = next !== undefined && !BLANK.test(next) && !CLOSE.test(next) && !DASH.test(next);
    if (isMinus && this.#afterGap && standsBeforeOperand) {
      this.#push('not', 1, false);
    } else if (chunk.length === 1 && !isMinus && !standsBeforeOperand) {
      this.#findings.warning(
        'The dash is not looked for.',
        this.#at,
        end,
        'The words on both sides must be in the article.',
      );
      this.#skip(1, this.#afterGap);
    } else {
      const hint = 'To leave a word out, put a blank before the minus sign and none after it: china -shop';
      const message = isMinus
        ? 'This minus sign is neither before a word nor inside one.'
        : `${shown(chunk)} begins with a dash, which is not a minus sign.`;
      this.#findings.error(message, this.#at, end, hint);
      this.#passOver(chunk, chunk.search(/[^-‐‑–—−]|$/));
    }
  }

  /** Operators of the language that are still to come must not pass as words: their query would mean something else. */
  #notKnownYet(chunk: string, visible: string): boolean {
    const at = this.#at;
    const end = at + chunk.length;
    if (NEARNESS.test(visible) || visible === 'EXCEPT') {
      const name = visible.replace(/\/.*/, '');
      const word = name.toLowerCase();
      const hint = `Use AND, OR, NOT or a "phrase" for now. For the word itself write it in small letters: ${word}`;
      this.#findings.error(`${name} is not known yet.`, at, end, hint);
      this.#skip(chunk.length, false);
      return true;
    }
    const before = this.#tokens.at(-1);
    if (
      visible === 'OF' &&
      before &&
      /^\d+$/.test(this.#text.slice(before.at, before.end)) &&
      this.#parenthesisFollows(end)
    ) {
      const hint = 'Use OR between the words for now: any one of them will do.';
      this.#findings.error('“OF” after a number is not known yet.', before.at, end, hint);
      this.#skip(chunk.length, false);
      return true;
    }
    const name = NAMED.exec(chunk)?.[0];
    if (name !== undefined) {
      const isKnown = FIELDS.includes(name.slice(0, -1).toLowerCase());
      if (!isKnown && !OPERAND_START.test(this.#text.slice(at + name.length, at + name.length + 2))) return false;
      const message = isKnown ? `${shown(name)} is not known yet.` : `${shown(name)} is not a field that is known.`;
      const hint = isKnown
        ? 'Leave it out for now: words are looked for in the headline and the text.'
        : `For the text itself put it in quotes: "${chunk}"`;
      this.#findings.error(message, at, at + name.length, hint);
      this.#passOver(chunk, name.length);
      return true;
    }
    if (chunk[0] === '=' && (chunk.length > 1 || QUOTE.test(this.#text[end] ?? ''))) {
      const hint = 'Leave the = out for now: capital and small letters are found alike.';
      this.#findings.error('“=” before a word is not known yet.', at, at + 1, hint);
      this.#passOver(chunk, 1);
      return true;
    }
    return false;
  }

  /** Goes on after a chunk whose beginning is at fault: what it is put before, in the same chunk or after it, is an operand. */
  #passOver(chunk: string, beginning: number): void {
    if (chunk.length > beginning) this.#operand(undefined, this.#at + chunk.length);
    else this.#skip(chunk.length, false);
  }

  #parenthesisFollows(from: number): boolean {
    let at = from;
    while (BLANK.test(this.#text[at] ?? '')) at++;
    return OPEN.test(this.#text[at] ?? '');
  }

  #endsChunk(character: string): boolean {
    return BLANK.test(character) || OPEN.test(character) || CLOSE.test(character) || QUOTE.test(character);
  }

  #operand(query: Query | undefined, end: number): void {
    this.#tokens.push({ kind: 'operand', query, at: this.#at, end });
    this.#skip(end - this.#at, false);
  }

  #push(kind: Exclude<Token['kind'], 'operand'>, length: number, gapAfter: boolean): void {
    this.#tokens.push({ kind, at: this.#at, end: this.#at + length });
    this.#skip(length, gapAfter);
  }

  #skip(length: number, gapAfter: boolean): void {
    this.#at += length;
    this.#afterGap = gapAfter;
  }
}
