import { Findings, shown } from './findings.ts';
import { all, any, opposite, type Part } from './group.ts';
import { MAX_DEPTH, MAX_QUERY_BYTES, MAX_TERMS } from './limits.ts';
import { printQuery } from './print.ts';
import type { ParsedQuery, Query } from './query.ts';
import { type Token, tokens } from './tokens.ts';

/**
 * Reads a query as an editor types it: words, "phrases", prefix*, AND, OR and NOT in capitals (a blank is AND, `-` before a word is
 * NOT), parentheses. NOT binds tightest, then AND, then OR.
 *
 * Never throws, whatever the text: what is wrong is told in `errors`, all of it at once (the first twenty), and what is
 * doubtful in `warnings`. Takes time in proportion to the text, and no stack.
 *
 * @example
 *   parseQuery('china -shop')  // { ok: true, query: { kind: 'and', parts: […] }, warnings: [] }
 *   parseQuery('china OR')     // { ok: false, errors: [{ message: '“OR” has nothing after it.', at: 6, length: 2, hint: … }] }
 */
export function parseQuery(text: string): ParsedQuery {
  const findings = new Findings();
  const query = read(text, findings);
  if (query === undefined || findings.failed) return { ok: false, errors: findings.errors };
  return { ok: true, query, warnings: findings.warnings };
}

function read(text: string, findings: Findings): Query | undefined {
  if (sizeBytes(text) > MAX_QUERY_BYTES) {
    const hint = 'Split it into several tags.';
    findings.error(`The query is longer than ${MAX_QUERY_BYTES / 1024} KiB.`, 0, text.length, hint);
    return undefined;
  }
  const pieces = tokens(text, findings);
  const terms = pieces.filter(({ kind }) => kind === 'operand');
  const tooMany = terms[MAX_TERMS];
  if (tooMany) {
    const message = `The query has ${terms.length.toLocaleString('en')} words and phrases; ${MAX_TERMS.toLocaleString('en')} is the most.`;
    findings.error(message, tooMany.at, text.length, 'Split it into several tags.');
  }
  if (pieces.length === 0 && !findings.failed) {
    findings.error('The query is empty.', 0, text.length, 'Type at least one word to look for.');
  }
  const whole = new Grouper(text, findings).group(pieces);
  if (whole === undefined || findings.failed) return undefined;
  if (!whole.requires) {
    const hint = 'Say what to look for as well, as in: china -shop';
    findings.error('The query says only what to leave out.', whole.at, whole.end, hint);
  } else if (whole.depth > MAX_DEPTH + 1) {
    findings.error(`The groups stand more than ${MAX_DEPTH} deep in one another.`, whole.at, whole.end, TOO_DEEP_HINT);
  } else if (sizeBytes(printQuery(whole.query)) > MAX_QUERY_BYTES) {
    const message = `Written out in full the query is longer than ${MAX_QUERY_BYTES / 1024} KiB.`;
    findings.error(message, 0, text.length, 'Split it into several tags.');
  }
  return whole.query;
}

const TOO_DEEP_HINT = 'Take out parentheses that are not needed, or split the query into several tags.';

/** In UTF-8. A character is at least one byte, so that a huge text is not encoded to be refused. */
function sizeBytes(text: string): number {
  return text.length > MAX_QUERY_BYTES ? text.length : new TextEncoder().encode(text).length;
}

/** What has been read of one pair of parentheses, or of the whole. */
interface Frame {
  /** The `(`; undefined for the whole. */
  open: Token | undefined;
  /** The parts between the ORs; the last list is being filled. */
  branches: [Part[], ...Part[][]];
  /** An AND or OR that waits for what comes after it. */
  operator: Token | undefined;
  /** The first NOT that waits for what it negates, and whether their number is odd. */
  not: Token | undefined;
  negates: boolean;
}

/** Joins the tokens by the rules of binding. Open parentheses are on a list and not on the stack: any number of them is safe. */
class Grouper {
  readonly #text: string;
  readonly #findings: Findings;
  #frame: Frame = newFrame(undefined);
  readonly #outer: Frame[] = [];
  #tooDeep = false;

  constructor(text: string, findings: Findings) {
    this.#text = text;
    this.#findings = findings;
  }

  group(pieces: Token[]): Part | undefined {
    for (const token of pieces) {
      if (token.kind === 'operand') this.#part(partOf(token));
      else if (token.kind === 'not') this.#not(token);
      else if (token.kind === 'open') this.#open(token);
      else if (token.kind === 'close') this.#close(token);
      else this.#operator(token);
    }
    while (this.#outer.length > 0) {
      const open = this.#frame.open!;
      this.#findings.error('This parenthesis is not closed.', open.at, open.end, 'Put a ) where the group ends.');
      this.#leave(this.#text.length, false);
    }
    return this.#finish();
  }

  #part(part: Part): void {
    const { branches, not, negates } = this.#frame;
    branches.at(-1)!.push(not && negates ? opposite(part, not.at) : part);
    this.#frame.operator = undefined;
    this.#frame.not = undefined;
    this.#frame.negates = false;
  }

  #not(token: Token): void {
    this.#frame.not ??= token;
    this.#frame.negates = !this.#frame.negates;
  }

  #operator(token: Token): void {
    const { branches, operator, not } = this.#frame;
    if (not) this.#wants(not, 'after it');
    else if (operator) this.#wants(operator, 'after it');
    else if (branches.at(-1)!.length === 0) {
      this.#wants(token, 'before it');
      return;
    }
    if (token.kind === 'or') branches.push([]);
    this.#frame.operator = token;
    this.#frame.not = undefined;
    this.#frame.negates = false;
  }

  #open(token: Token): void {
    this.#outer.push(this.#frame);
    this.#frame = newFrame(token);
    if (this.#outer.length > MAX_DEPTH && !this.#tooDeep) {
      this.#tooDeep = true;
      const message = `The parentheses stand more than ${MAX_DEPTH} deep in one another.`;
      this.#findings.error(message, token.at, token.end, TOO_DEEP_HINT);
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
    const { open, branches, operator, not } = this.#frame;
    const at = open!.at;
    if (isClosed && branches.flat().length === 0 && !operator && !not) {
      const hint = 'Type what to look for, or take them out.';
      this.#findings.error('There is nothing between these parentheses.', at, end, hint);
    }
    const part = this.#finish();
    this.#frame = this.#outer.pop()!;
    // Groups that are too deep are refused: to join them would only cost time.
    this.#part(part && !this.#tooDeep ? { ...part, at, end } : unknownPart(at, end));
  }

  /** What the frame means; undefined where it holds nothing. */
  #finish(): Part | undefined {
    const { operator, not } = this.#frame;
    if (not) this.#wants(not, 'after it');
    else if (operator) this.#wants(operator, 'after it');
    const branches = this.#frame.branches.filter((parts) => parts.length > 0);
    if (branches.length === 0) return undefined;
    if (branches.length > 1) this.#checkAlternatives(branches);
    return any(branches.map(all));
  }

  #checkAlternatives(branches: Part[][]): void {
    for (const branch of branches.map(all)) {
      if (branch.requires) continue;
      const hint = 'Nearly every article meets that. Say what to look for in each branch of an OR.';
      this.#findings.error('This side of the OR says only what to leave out.', branch.at, branch.end, hint);
    }
    const mixed = branches.find((parts) => parts.length > 1);
    if (!mixed) return;
    const grouped = branches.map((parts) => {
      const typed = this.#text.slice(parts[0]!.at, parts.at(-1)!.end);
      return parts.length > 1 ? `(${typed})` : typed;
    });
    const reading = grouped.join(' OR ');
    const hint = reading.length > 200 ? 'Put parentheses around what belongs together.' : `It is read as: ${reading}`;
    const message = 'An OR stands beside words that must all be there, without parentheses.';
    this.#findings.warning(message, mixed[0]!.at, mixed.at(-1)!.end, hint);
  }

  #wants(token: Token, where: 'before it' | 'after it'): void {
    const typed = this.#text.slice(token.at, token.end);
    const hint = /^[A-Z]+$/.test(typed)
      ? `Type a word there, or write it in small letters to look for the word “${typed.toLowerCase()}”.`
      : 'Type what to leave out right after the minus sign.';
    this.#findings.error(`${shown(typed)} has nothing ${where}.`, token.at, token.end, hint);
  }
}

function newFrame(open: Token | undefined): Frame {
  return { open, branches: [[]], operator: undefined, not: undefined, negates: false };
}

function partOf(token: Extract<Token, { kind: 'operand' }>): Part {
  if (token.query === undefined) return unknownPart(token.at, token.end);
  return { query: token.query, requires: true, depth: 0, at: token.at, end: token.end };
}

/** Stands for what had an error of its own, so that the rest is read as if it were right. */
function unknownPart(at: number, end: number): Part {
  return { query: { kind: 'word', word: '' }, requires: true, depth: 0, at, end };
}
