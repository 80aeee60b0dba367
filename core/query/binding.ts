import { type Findings, shown } from './findings.ts';
import { MAX_CHAIN } from './limits.ts';
import { all, any, asOperand, asTerms, atLeast, except, near, opposite, type Part } from './parts.ts';
import type { NearQuery } from './query.ts';
import type { Token } from './tokens.ts';
import { wholeArticleHint } from './whole-article.ts';

type OperatorToken = Extract<Token, { kind: 'and' | 'or' | 'not' | 'near' | 'except' | 'atLeast' }>;

/** `NOT ATLEAST/3 a NEAR/8 b EXCEPT (…)`: what stands between two ANDs. */
interface Clause {
  not: Token | undefined;
  atLeast: Extract<Token, { kind: 'atLeast' }> | undefined;
  chain: [Part, ...Part[]];
  links: NearQuery['links'];
  /** The first EXCEPT. */
  except: Token | undefined;
  exceptions: Part[];
  end: number;
}

/**
 * Joins what stands between two parentheses, or two commas, by the rules of binding, the tightest first: NEAR and THEN; EXCEPT;
 * ATLEAST; NOT; AND and the blank; OR. It is given operands (a word, or a group that is joined already) and operators in their order.
 */
export class Binding {
  readonly #text: string;
  readonly #findings: Findings;
  /** The parts between the ORs; the last list is being filled. */
  readonly #branches: [Part[], ...Part[][]] = [[]];
  /** An AND or OR that waits for what comes after it. */
  #operator: Token | undefined;
  /** The first NOT that waits for what it negates, and whether their number is odd. */
  #not: Token | undefined;
  #negates = false;
  #atLeast: Extract<Token, { kind: 'atLeast' }> | undefined;
  #clause: Clause | undefined;
  /** A NEAR, THEN or EXCEPT of the clause that waits for what comes after it. */
  #link: Extract<Token, { kind: 'near' | 'except' }> | undefined;
  #isEmpty = true;
  /** An operator has nothing before or after it: what is missing there may be something to look for. */
  #lacksOperand = false;

  constructor(text: string, findings: Findings) {
    this.#text = text;
    this.#findings = findings;
  }

  /** Whether nothing at all was given. */
  get isEmpty(): boolean {
    return this.#isEmpty;
  }

  /** Whether the next operand is what an EXCEPT leaves out. */
  get awaitsException(): boolean {
    return this.#link?.kind === 'except';
  }

  operand(part: Part): void {
    this.#isEmpty = false;
    if (this.#clause && this.#link) {
      if (this.#link.kind === 'except') {
        this.#clause.exceptions.push(...(part.query.kind === 'or' ? part.parts : [part]));
      } else {
        this.#clause.chain.push(part);
        this.#clause.links.push({ ordered: this.#link.ordered, within: this.#link.n });
      }
      this.#clause.end = part.end;
      this.#link = undefined;
      return;
    }
    this.#endClause();
    this.#clause = {
      not: this.#negates ? this.#not : undefined,
      atLeast: this.#atLeast,
      chain: [part],
      links: [],
      except: undefined,
      exceptions: [],
      end: part.end,
    };
    this.#forget();
  }

  operator(token: OperatorToken): void {
    this.#isEmpty = false;
    if (token.kind === 'near' || token.kind === 'except') this.#linkTo(token);
    else this.#join(token);
  }

  /** What all of it means; undefined where it holds nothing. */
  finish(): Part | undefined {
    const waits = this.#link ?? this.#waiting;
    if (waits) this.#wants(waits, 'after it');
    this.#endClause();
    const branches = this.#branches.filter((parts) => parts.length > 0);
    if (branches.length === 0) return undefined;
    const alternatives = branches.map(all);
    if (branches.length > 1) {
      this.#checkAlternatives(alternatives);
      this.#warnOfMixing(branches);
    }
    const whole = any(alternatives);
    // A side of an OR that only leaves out is told, and needs not be told of the whole again.
    return branches.length > 1 || this.#lacksOperand ? { ...whole, requires: true } : whole;
  }

  get #waiting(): Token | undefined {
    return this.#atLeast ?? this.#not ?? this.#operator;
  }

  #forget(): void {
    this.#operator = undefined;
    this.#not = undefined;
    this.#negates = false;
    this.#atLeast = undefined;
  }

  #join(token: Exclude<OperatorToken, { kind: 'near' | 'except' }>): void {
    const waits =
      this.#link ?? this.#atLeast ?? (token.kind === 'and' || token.kind === 'or' ? this.#waiting : undefined);
    if (waits) this.#wants(waits, 'after it', token);
    this.#link = undefined;
    this.#atLeast = undefined;
    this.#endClause();
    if (token.kind === 'not') {
      this.#not ??= token;
      this.#negates = !this.#negates;
    } else if (token.kind === 'atLeast') {
      this.#atLeast = token;
    } else if (!waits && this.#branches.at(-1)!.length === 0) {
      this.#wants(token, 'before it');
    } else {
      if (token.kind === 'or') this.#branches.push([]);
      this.#forget();
      this.#operator = token;
    }
  }

  #linkTo(token: Extract<Token, { kind: 'near' | 'except' }>): void {
    const waits = this.#link ?? this.#waiting;
    if (waits) this.#wants(waits, 'after it');
    else if (!this.#clause) this.#wants(token, 'before it');
    if (!this.#clause) return;
    if (token.kind === 'near' && this.#clause.except) {
      const name = this.#typed(token);
      const hint = `Put the EXCEPT and what is before it in parentheses: (china EXCEPT ("china shop")) ${name} beijing`;
      this.#findings.error(`${shown(name)} stands after an EXCEPT.`, token.at, token.end, hint);
    }
    if (token.kind === 'except') this.#clause.except ??= token;
    this.#link = token;
  }

  /** Hands the clause over to its branch. */
  #endClause(): void {
    const clause = this.#clause;
    if (!clause) return;
    this.#clause = undefined;
    let part = this.#chain(clause);
    if (clause.except) part = this.#except(part, clause, clause.except);
    if (clause.atLeast) part = this.#counted(part, clause.atLeast);
    this.#branches.at(-1)!.push(clause.not ? opposite(part, clause.not.at) : part);
  }

  #chain({ chain, links }: Clause): Part {
    if (chain.length === 1) return chain[0];
    for (const part of chain) {
      if (asOperand(part) || part.isUnknown) continue;
      const isChain = part.query.kind === 'near';
      const hint = isChain
        ? 'Write one chain without these parentheses: china NEAR/8 port NEAR/8 ship'
        : (wholeArticleHint(part, 'near') ??
          'Beside NEAR and THEN stands a word, a "phrase", a prefix*, or several of these with OR in parentheses.');
      this.#cannot(part, isChain ? 'is a chain within a chain' : 'cannot be near something', hint);
    }
    if (chain.length > MAX_CHAIN) {
      const over = chain[MAX_CHAIN]!;
      const hint = 'Split it: two chains with a blank between must both be there.';
      this.#findings.error(
        `A chain of NEAR and THEN has at most ${MAX_CHAIN} parts.`,
        over.at,
        chain.at(-1)!.end,
        hint,
      );
    }
    return near(chain, links);
  }

  #except(part: Part, { exceptions, end }: Clause, token: Token): Part {
    if (!asOperand(part) && part.query.kind !== 'near' && !part.isUnknown) {
      const hint =
        wholeArticleHint(part, 'except') ??
        'Before EXCEPT stands a word, a "phrase", a prefix*, several of these with OR in parentheses, or a chain of NEAR.';
      this.#findings.error(`${shown(this.#typed(part))} cannot have an EXCEPT.`, token.at, token.end, hint);
    }
    for (const exception of exceptions) {
      if (asTerms(exception) || exception.isUnknown) continue;
      const hint =
        'After EXCEPT stand words and "phrases" with commas between: china EXCEPT ("bone china", "china shop")';
      this.#cannot(exception, 'cannot be left out by EXCEPT', hint);
    }
    return except(part, exceptions, Math.max(part.end, end));
  }

  #counted(part: Part, token: Extract<Token, { kind: 'atLeast' }>): Part {
    if (!asOperand(part) && !part.isUnknown) {
      const name = this.#typed(token);
      const hint =
        wholeArticleHint(part, 'count') ??
        `After ${name} stands a word, a "phrase", a prefix*, or several of these with OR in parentheses.`;
      this.#cannot(part, `cannot be counted by ${name}`, hint);
    }
    return atLeast(token.n, part, token.at);
  }

  #cannot(part: Part, what: string, hint: string): void {
    this.#findings.error(`${shown(this.#typed(part))} ${what}.`, part.at, part.end, hint);
  }

  #checkAlternatives(branches: Part[]): void {
    for (const branch of branches) {
      if (branch.requires) continue;
      const hint = 'Nearly every article meets that. Say what to look for in each branch of an OR.';
      this.#findings.error('This side of the OR says only what to leave out.', branch.at, branch.end, hint);
    }
  }

  #warnOfMixing(branches: Part[][]): void {
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

  /** `next` is the operator that stands where a word should. */
  #wants(token: Token, where: 'before it' | 'after it', next?: OperatorToken): void {
    this.#lacksOperand = true;
    const typed = this.#typed(token);
    const word = typed.replace(/\/.*/s, '').toLowerCase();
    if (token.kind === 'near' && next?.kind === 'not') {
      const hint = `To leave out what is near, write: port NOT (port ${typed} strike)`;
      this.#findings.error(`${shown(typed)} has ${shown(this.#typed(next))} after it.`, token.at, next.end, hint);
      return;
    }
    const hint = /^[A-Z]/.test(typed)
      ? `Type a word there, or write it in small letters to look for the word “${word}”.`
      : 'Type what to leave out right after the minus sign.';
    this.#findings.error(`${shown(typed)} has nothing ${where}.`, token.at, token.end, hint);
  }

  #typed({ at, end }: { at: number; end: number }): string {
    return this.#text.slice(at, end);
  }
}
