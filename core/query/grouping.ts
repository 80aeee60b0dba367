import { Binding } from './binding.ts';
import { isPlace, readValue } from './fields.ts';
import { type Findings, shown } from './findings.ts';
import { MAX_DEPTH } from './limits.ts';
import { any, leafPart, type Part, someOf, unknownPart } from './parts.ts';
import { printQuery } from './print.ts';
import type { TagBook } from './tag-book.ts';
import { readTerm } from './terms.ts';
import type { Token } from './tokens.ts';

type FieldToken = Extract<Token, { kind: 'field' }>;
type OfToken = Extract<Token, { kind: 'of' }>;
type OperandToken = Extract<Token, { kind: 'operand' }>;

/** What has been read of one pair of parentheses, or of the whole. */
interface Frame {
  /** The `(`; undefined for the whole. */
  open: Token | undefined;
  /** Where the group begins with what is put before it: `title:(`, `2 OF (`. */
  at: number;
  /** Commas part its members: `2 OF (a, b)`, `EXCEPT (a, b)`. */
  list: OfToken | 'except' | undefined;
  /** What holds for all in it. */
  field: FieldToken | undefined;
  /** What stands before the last comma. */
  members: Part[];
  comma: Token | undefined;
  binding: Binding;
}

/** What is put right before a word or a group, and not yet used. */
interface Prefix {
  field?: FieldToken;
  exact?: Token;
  of?: OfToken;
}

/** Joins the tokens into one part. Open parentheses are on a list and not on the stack: any number of them is safe. */
export class Grouping {
  readonly #text: string;
  readonly #tags: TagBook | undefined;
  readonly #findings: Findings;
  #frame: Frame;
  readonly #outer: Frame[] = [];
  #prefix: Prefix = {};
  #tooDeep = false;
  #termsOfTags = 0;

  constructor(text: string, tags: TagBook | undefined, findings: Findings) {
    this.#text = text;
    this.#tags = tags;
    this.#findings = findings;
    this.#frame = this.#newFrame(undefined, 0, undefined, undefined);
  }

  /** The words and phrases that are in tags and not in the query itself. */
  get termsOfTags(): number {
    return this.#termsOfTags;
  }

  group(pieces: Token[]): Part | undefined {
    for (const token of pieces) this.#take(token);
    this.#dropPrefix();
    while (this.#outer.length > 0) {
      const open = this.#frame.open!;
      this.#findings.error('This parenthesis is not closed.', open.at, open.end, 'Put a ) where the group ends.');
      this.#leave(this.#text.length, false);
    }
    return this.#frame.binding.finish();
  }

  #take(token: Token): void {
    const { kind } = token;
    if (kind === 'field') this.#field(token);
    else if (kind === 'exact') this.#prefix.exact = token;
    else if (kind === 'of') this.#prefix.of = token;
    else if (kind === 'operand') this.#operand(token);
    else if (kind === 'open') this.#open(token);
    else if (kind === 'unknown') {
      const isUnclosed = token.isUnclosed && ({ isUnclosed: true } as const);
      this.#frame.binding.operand({ ...unknownPart(this.#startOf(token), token.end), ...isUnclosed });
      this.#prefix = {};
    } else {
      this.#dropPrefix();
      if (kind === 'close') this.#close(token);
      else if (kind === 'comma') this.#endMember(token);
      else this.#frame.binding.operator(token);
    }
  }

  #field(token: FieldToken): void {
    const around = this.#prefix.field ?? this.#frame.field;
    if (this.#frame.list === 'except' || this.#frame.binding.awaitsException) {
      const hint = isPlace(token.field)
        ? 'What EXCEPT leaves out is looked for where the word before it is: write it without a field.'
        : `To leave whole articles out take NOT: china NOT ${token.field}:…`;
      this.#findings.error(`${shown(this.#typed(token))} stands after an EXCEPT.`, token.at, token.end, hint);
    } else if (around) {
      const hint =
        token.field === 'tag'
          ? 'A tag looks where its own query says. Put it outside of the field.'
          : 'A field holds for all that stands in it. Take one of the two out.';
      const message = `${shown(this.#typed(token))} stands inside ${shown(this.#typed(around))}.`;
      this.#findings.error(message, token.at, token.end, hint);
    }
    this.#prefix.field ??= token;
  }

  #operand(token: OperandToken): void {
    const at = this.#startOf(token);
    const { exact, field = this.#frame.field } = this.#prefix;
    this.#prefix = {};
    const isException = this.#frame.list === 'except' || this.#frame.binding.awaitsException;
    const part = isException
      ? this.#term(token, undefined, exact, at)
      : field && !isPlace(field.field)
        ? this.#value(token, field.field, exact, at)
        : this.#term(token, field, exact, at);
    this.#frame.binding.operand(part);
  }

  #term(token: OperandToken, field: FieldToken | undefined, exact: Token | undefined, at: number): Part {
    const term = readTerm(token, exact !== undefined, this.#findings);
    if (term === undefined) return unknownPart(at, token.end);
    const place = field && isPlace(field.field) ? { place: field.field } : {};
    return leafPart({ ...term, ...place }, at, token.end);
  }

  #value(token: OperandToken, field: 'source' | 'lang' | 'tag', exact: Token | undefined, at: number): Part {
    if (exact) {
      const hint = 'Take the = out: it is for words.';
      this.#findings.error(`An = means nothing after “${field}:”.`, exact.at, exact.end, hint);
    }
    const query = readValue(field, token.typed, token.at, token.end, this.#findings);
    if (query === undefined) return unknownPart(at, token.end);
    const part = leafPart(query, at, token.end);
    return query.kind === 'tag' && this.#tags ? this.#measured(part, query.name, this.#tags) : part;
  }

  #measured(part: Part, name: string, tags: TagBook): Part {
    const size = tags.sizeOf(name);
    if (size.fault) {
      this.#findings.error(size.fault.message, part.at, part.end, size.fault.hint);
      return part;
    }
    this.#termsOfTags += size.terms - 1;
    return { ...part, depth: size.depth + 1 };
  }

  #open(token: Token): void {
    const at = this.#startOf(token);
    const { field = this.#frame.field, of, exact } = this.#prefix;
    if (exact) {
      const hint = 'Put one = right before each word or phrase in them, as in (=WHO OR ="Le Monde").';
      this.#findings.error('An = stands before parentheses.', exact.at, exact.end, hint);
    }
    this.#prefix = {};
    // Also in parentheses of its own, what EXCEPT leaves out has no field.
    const isException = this.#frame.list === 'except' || this.#frame.binding.awaitsException;
    this.#outer.push(this.#frame);
    this.#frame = this.#newFrame(token, at, of ?? (isException ? 'except' : undefined), field);
    if (this.#outer.length > MAX_DEPTH && !this.#tooDeep) {
      this.#tooDeep = true;
      const message = `The parentheses stand more than ${MAX_DEPTH} deep in one another.`;
      const hint = 'Take out parentheses that are not needed, or split the query into several tags.';
      this.#findings.error(message, token.at, token.end, hint);
    }
  }

  #close(token: Token): void {
    if (this.#frame.open) {
      this.#leave(token.end, true);
    } else {
      const hint = 'Take it out, or put a ( where the group begins.';
      this.#findings.error('This ) closes nothing.', token.at, token.end, hint);
    }
  }

  /** Ends the innermost group and hands it to the one around it. */
  #leave(end: number, isClosed: boolean): void {
    const frame = this.#frame;
    const begin = frame.open!.at;
    const isEmpty = frame.binding.isEmpty && frame.members.length === 0 && !frame.comma;
    if (isClosed && isEmpty) {
      const hint = 'Type what to look for, or take them out.';
      this.#findings.error('There is nothing between these parentheses.', begin, end, hint);
    }
    const part = this.#joined(frame, end);
    this.#frame = this.#outer.pop()!;
    // Groups that are too deep are refused: to join them would only cost time.
    this.#frame.binding.operand({
      ...(part && !this.#tooDeep ? { ...part, at: frame.at, end } : unknownPart(frame.at, end)),
      ...(isEmpty && { isEmpty }),
      ...(!isClosed && { isUnclosed: true }),
    });
  }

  #joined(frame: Frame, end: number): Part | undefined {
    if (frame.list === undefined) return frame.binding.finish();
    this.#endMember(undefined);
    const { members, list } = frame;
    if (members.length === 0) return undefined;
    if (list === 'except') return members.length === 1 ? members[0] : any(members);
    return this.#someOf(list, members, end);
  }

  #someOf(of: OfToken, members: Part[], end: number): Part {
    const name = this.#typed(of);
    if (of.count === 0) {
      const hint = 'Write how many of them must be there, as in 2 OF (raid, arrest, charge).';
      this.#findings.error(`${shown(name)} asks for nothing.`, of.at, of.end, hint);
    } else if (of.count > members.length && !members.some(({ isUnknown }) => isUnknown)) {
      const hint = 'Put a comma between each two of them: 2 OF (raid, "house search", arrest).';
      const there = members.length === 1 ? 'is only one' : `are only ${members.length}`;
      this.#findings.error(`${shown(name)} asks for more than there are: there ${there}.`, of.at, end, hint);
    }
    const known = new Set<string>();
    for (const member of members) {
      if (member.isUnknown) continue;
      if (!member.requires) {
        const hint = 'Nearly every article meets that. Say what to look for in each member of an OF.';
        this.#findings.error('This member of the OF says only what to leave out.', member.at, member.end, hint);
      }
      const printed = printQuery(member.query);
      if (known.has(printed)) {
        const hint = 'Each counts once: take one of them out.';
        this.#findings.error(`${shown(this.#typed(member))} stands twice in this OF.`, member.at, member.end, hint);
      }
      known.add(printed);
    }
    return { ...someOf(of.count, members), requires: true };
  }

  /** Ends what stands before a comma, or, without one, before the end of the list. */
  #endMember(comma: Token | undefined): void {
    const frame = this.#frame;
    const gap = comma ?? frame.comma;
    if (frame.binding.isEmpty && gap) {
      const hint = 'Take the comma out, or type what is missing.';
      const where = comma ? 'before' : 'after';
      this.#findings.error(`There is nothing ${where} this comma.`, gap.at, gap.end, hint);
    }
    const part = frame.binding.finish();
    if (part) frame.members.push(part);
    frame.binding = new Binding(this.#text, this.#findings);
    frame.comma = comma ?? frame.comma;
  }

  /** A field or an = that stands before no word, since a sign that nobody sees is between. */
  #dropPrefix(): void {
    const { field, exact } = this.#prefix;
    this.#prefix = {};
    for (const token of [field, exact]) {
      if (!token) continue;
      const hint = 'Type what it is for right after it, without a blank.';
      this.#findings.error(`${shown(this.#typed(token))} has nothing right after it.`, token.at, token.end, hint);
      this.#frame.binding.operand(unknownPart(token.at, token.end));
    }
  }

  /** Where what a token belongs to begins: at the field or = before it. */
  #startOf(token: Token): number {
    const { field, exact, of } = this.#prefix;
    return Math.min(token.at, ...[field, exact, of].map((before) => before?.at ?? token.at));
  }

  #newFrame(open: Token | undefined, at: number, list: Frame['list'], field: FieldToken | undefined): Frame {
    const binding = new Binding(this.#text, this.#findings);
    return { open, at, list, field, members: [], comma: undefined, binding };
  }

  #typed({ at, end }: { at: number; end: number }): string {
    return this.#text.slice(at, end);
  }
}
