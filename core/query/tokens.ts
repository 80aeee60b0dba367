import { type Doubt, fieldHint, likeElsewhere } from './elsewhere.ts';
import { type Field, fieldNamed, isPlace } from './fields.ts';
import { type Findings, shown } from './findings.ts';
import { likeOperator, operatorOf } from './operators.ts';

/** A piece of a query with its place (UTF-16 offsets). */
export type Token = { at: number; end: number } & (
  | OperandText
  /** Stands for an operand that has an error, told already. */
  | { kind: 'unknown'; isUnclosed?: true }
  /** Right before the operand or the `(` that it is for. */
  | { kind: 'field'; field: Field }
  | { kind: 'exact' }
  /** Right before its `(`. */
  | { kind: 'of'; count: number }
  | { kind: 'near'; ordered: boolean; n: number }
  | { kind: 'atLeast'; n: number }
  /** A comma is a token only in the parentheses of OF and EXCEPT. */
  | { kind: 'and' }
  | { kind: 'or' }
  | { kind: 'not' }
  | { kind: 'except' }
  | { kind: 'open' }
  | { kind: 'close' }
  | { kind: 'comma' }
);

/** A word or a phrase as it was typed, without its quotes, and where that begins. */
export interface OperandText {
  kind: 'operand';
  typed: string;
  from: number;
  inQuotes: boolean;
  /** Its editor is told of it already: nothing need be said of its signs. */
  isTold?: true;
}

const BLANK = /\s/;
const OPEN = /[(（]/;
const CLOSE = /[)）]/;
const COMMA = /[,，]/;
/** Straight or curly: an editor's program may have curled one of the two, so that any opens and any closes. */
const QUOTE = /["“”„‟＂]/;
/** Any of these, and a comma in a list, ends what stands before it. */
const SIGN = new RegExp([BLANK, OPEN, CLOSE, QUOTE].map(({ source }) => source).join('|'));
const DASH = /^[-‐‑–—−]/;
const IGNORABLE = /\p{Default_Ignorable_Code_Point}/gu;
const NAMED = /^([\p{L}\p{DI}]+)([:：])/u;
/** Where an unknown name and a colon are a mistyped field and not text (`https://…`): a word, a quote or a parenthesis follows. */
const OPERAND_START = /^[\p{L}\p{N}="“”„‟＂(（]/u;

/** Cuts a query into its tokens, in one pass. What is wrong with a piece goes to `findings`, and reading goes on after it. */
export function tokens(text: string, findings: Findings): Token[] {
  return new Tokeniser(text, findings).read();
}

class Tokeniser {
  readonly #text: string;
  readonly #findings: Findings;
  readonly #tokens: Token[] = [];
  /** For each open parenthesis whether commas part what is in it. */
  readonly #lists: boolean[] = [];
  #at = 0;
  #chunkEnd = 0;
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
      else if (OPEN.test(character)) this.#open();
      else if (CLOSE.test(character)) this.#close();
      else if (QUOTE.test(character)) this.#phrase();
      else if (this.#isListComma(character)) this.#push({ kind: 'comma' }, 1, true);
      else this.#chunk();
    }
    return this.#tokens;
  }

  #open(): void {
    const before = this.#tokens.at(-1)?.kind;
    this.#lists.push(before === 'of' || before === 'except');
    this.#push({ kind: 'open' }, 1, true);
  }

  #close(): void {
    this.#lists.pop();
    this.#push({ kind: 'close' }, 1, false);
  }

  #phrase(): void {
    const from = this.#at + 1;
    let to = from;
    while (to < this.#text.length && !QUOTE.test(this.#text[to]!)) to++;
    if (to === this.#text.length) {
      this.#findings.error('This quote is not closed.', from - 1, from, 'Put another " where the phrase ends.');
      // The rest is doubtful: whether its words are a phrase is not known.
      this.#push({ kind: 'unknown', isUnclosed: true }, to - this.#at, false);
    } else {
      const typed = this.#text.slice(from, to);
      this.#push({ kind: 'operand', typed, from, inQuotes: true }, to + 1 - this.#at, false);
    }
  }

  /** What stands up to the next blank, parenthesis or quote: an operator, a word, or a word with something at its front. */
  #chunk(): void {
    // After a field or a minus sign the rest of its chunk comes here again, and its end is known.
    let end = Math.max(this.#at, this.#chunkEnd);
    if (end === this.#at) while (end < this.#text.length && !this.#endsChunk(this.#text[end]!)) end++;
    this.#chunkEnd = end;
    const chunk = this.#text.slice(this.#at, end);
    // Pasted text may carry what nobody sees.
    const visible = chunk.replace(IGNORABLE, '');

    if (visible === '') this.#skip(chunk.length, this.#afterGap);
    else if (this.#operator(chunk, visible)) return;
    else if (DASH.test(chunk)) this.#dash(chunk);
    else if (!this.#of(chunk, visible) && !this.#exact(chunk) && !this.#field(chunk)) this.#word(chunk, visible);
  }

  #word(chunk: string, visible: string): void {
    const end = this.#at + chunk.length;
    const careless = this.#prefix === undefined ? likeOperator(visible, this.#parenthesisFollows(end)) : undefined;
    const elsewhere = this.#prefix === undefined ? this.#elsewhere(visible, end) : undefined;
    const doubt = careless ?? elsewhere;
    if (doubt) this.#findings.warning(doubt.message, this.#at, end + (elsewhere?.beyond ?? 0), doubt.hint);
    const isTold = elsewhere && ({ isTold: true } as const);
    this.#push({ kind: 'operand', typed: chunk, from: this.#at, inQuotes: false, ...isTold }, chunk.length, false);
  }

  #elsewhere(visible: string, end: number): Doubt | undefined {
    const last = this.#tokens.at(-1);
    return likeElsewhere(visible, last?.kind === 'operand' ? last.typed : '', this.#text.slice(end, end + 60));
  }

  #operator(chunk: string, visible: string): boolean {
    const operator = operatorOf(visible);
    const prefix = this.#prefix;
    // `=OR` is a word: how it is written is what is asked for.
    if (operator === undefined || prefix?.kind === 'exact') return false;
    if (prefix) {
      const name = this.#text.slice(prefix.at, prefix.end);
      const hint = `Put the operator before the field, as in ${visible} ${name}china, or the word itself in quotes.`;
      this.#findings.error(`${shown(name)} has the operator ${visible} right after it.`, prefix.at, prefix.end, hint);
      this.#push({ kind: 'unknown' }, chunk.length, false);
      return true;
    }
    if ('fault' in operator && operator.fault) {
      this.#findings.error(operator.fault.message, this.#at, this.#at + chunk.length, operator.fault.hint);
    }
    this.#push(operator, chunk.length, false);
    return true;
  }

  #of(chunk: string, visible: string): boolean {
    const before = this.#tokens.at(-1);
    if (visible !== 'OF' || before?.kind !== 'operand' || before.inQuotes || !/^\d+$/.test(before.typed)) return false;
    if (this.#tokens.at(-2)?.kind === 'exact' || !this.#parenthesisFollows(this.#at + chunk.length)) return false;
    this.#tokens.pop();
    const start = before.at;
    this.#push({ kind: 'of', count: Number(before.typed) }, chunk.length, false);
    this.#tokens.at(-1)!.at = start;
    return true;
  }

  #exact(chunk: string): boolean {
    const next = this.#text[this.#at + 1] ?? '';
    if (chunk[0] !== '=' || (chunk.length === 1 && !QUOTE.test(next) && !OPEN.test(next))) return false;
    const isDoubled = this.#prefix?.kind === 'exact' || next === '=';
    if (isDoubled || OPEN.test(next) || DASH.test(next)) {
      const hint = 'Put one = right before a word or a phrase, as in =WHO or ="Le Monde".';
      const message = OPEN.test(next) ? 'An = stands before a parenthesis.' : 'This = is not right before a word.';
      this.#findings.error(message, this.#at, this.#at + 1, hint);
      this.#passOver(chunk, chunk.search(/[^=]|$/));
    } else {
      this.#push({ kind: 'exact' }, 1, false);
    }
    return true;
  }

  #field(chunk: string): boolean {
    const [beginning = '', name = '', colon] = NAMED.exec(chunk) ?? [];
    if (beginning === '') return false;
    const field = fieldNamed(name.replace(IGNORABLE, ''));
    if (field === undefined) return colon === ':' && this.#unknownField(chunk, beginning, name);
    const at = this.#at;
    const end = at + beginning.length;
    const next = this.#text[end] ?? ' ';
    const example = isPlace(field)
      ? `${field}:china`
      : { source: 'source:bbc.co.uk', lang: 'lang:en', tag: 'tag:china' }[field];
    if (BLANK.test(next) || CLOSE.test(next) || this.#isListComma(next)) {
      const hint = `Type what it is for right after the colon: ${example}. For the word itself write "${field}".`;
      this.#findings.error(`${shown(beginning)} has nothing right after it.`, at, end, hint);
      this.#push({ kind: 'unknown' }, beginning.length, false);
      return true;
    }
    if (DASH.test(next)) {
      const hint = `Put the minus sign before the field: -${example}`;
      this.#findings.error(`${shown(beginning)} has a dash right after it.`, at, end, hint);
    } else if (this.#prefix?.kind === 'exact') {
      const hint = `Put the = after the colon: ${field}:=China`;
      this.#findings.error(`${shown(beginning)} has an = before it.`, at - 1, end, hint);
    } else {
      this.#push({ kind: 'field', field }, beginning.length, false);
      return true;
    }
    this.#passOver(chunk, beginning.length);
    return true;
  }

  #unknownField(chunk: string, beginning: string, name: string): boolean {
    const end = this.#at + beginning.length;
    const prefix = this.#prefix;
    // `source:localhost:80` has a fault of its own.
    const isValue = prefix?.kind === 'field' && !isPlace(prefix.field);
    if (isValue || !OPERAND_START.test(this.#text.slice(end, end + 2))) return false;
    const hint = `${fieldHint(name)} For the text itself put it in quotes${chunk.length > 40 ? '.' : `: "${chunk}"`}`;
    this.#findings.error(`${shown(beginning)} is not a field that is known.`, this.#at, end, hint);
    this.#passOver(chunk, beginning.length);
    return true;
  }

  #dash(chunk: string): void {
    const end = this.#at + chunk.length;
    const next = this.#text[this.#at + 1];
    const isMinus = chunk[0] === '-';
    const standsBeforeOperand = next !== undefined && !BLANK.test(next) && !CLOSE.test(next) && !DASH.test(next);
    if (isMinus && this.#afterGap && standsBeforeOperand) {
      this.#push({ kind: 'not' }, 1, false);
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

  /** A field or `=` that the next piece is for. */
  get #prefix(): Extract<Token, { kind: 'field' | 'exact' }> | undefined {
    const last = this.#tokens.at(-1);
    return last && (last.kind === 'field' || last.kind === 'exact') && last.end === this.#at ? last : undefined;
  }

  /** Goes on after a chunk whose beginning is at fault: what it is put before, in the same chunk or after it, is an operand. */
  #passOver(chunk: string, beginning: number): void {
    if (chunk.length > beginning) this.#push({ kind: 'unknown' }, chunk.length, false);
    else this.#skip(chunk.length, false);
  }

  #parenthesisFollows(from: number): boolean {
    let at = from;
    while (BLANK.test(this.#text[at] ?? '')) at++;
    return OPEN.test(this.#text[at] ?? '');
  }

  #endsChunk(character: string): boolean {
    return SIGN.test(character) || this.#isListComma(character);
  }

  #isListComma(character: string): boolean {
    return this.#lists.at(-1) === true && COMMA.test(character);
  }

  #push(token: DistributiveOmit<Token, 'at' | 'end'>, length: number, gapAfter: boolean): void {
    this.#tokens.push({ ...token, at: this.#at, end: this.#at + length });
    this.#skip(length, gapAfter);
  }

  #skip(length: number, gapAfter: boolean): void {
    this.#at += length;
    this.#afterGap = gapAfter;
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
