import { MAX_ERRORS } from './limits.ts';
import type { QueryError } from './query.ts';

/** Gathers what is wrong, and what is doubtful, while a query is read, so that an editor is told all of it at once. */
export class Findings {
  readonly #errors: QueryError[] = [];
  readonly #warnings: QueryError[] = [];

  /** `at` and `end` are UTF-16 offsets into the query. */
  error(message: string, at: number, end: number, hint?: string): void {
    this.#errors.push(finding(message, at, end, hint));
  }

  warning(message: string, at: number, end: number, hint?: string): void {
    this.#warnings.push(finding(message, at, end, hint));
  }

  get failed(): boolean {
    return this.#errors.length > 0;
  }

  /** In the order of their places, twenty at most: where there are more, the last says how many. */
  get errors(): QueryError[] {
    const errors = this.#errors.toSorted(byPlace);
    if (errors.length <= MAX_ERRORS) return errors;
    const rest = errors.slice(MAX_ERRORS - 1);
    const { at, length } = rest[0]!;
    const message = `From here on there are ${rest.length} more errors.`;
    return [...errors.slice(0, MAX_ERRORS - 1), finding(message, at, at + length, 'Mend those before it first.')];
  }

  get warnings(): QueryError[] {
    return this.#warnings.toSorted(byPlace).slice(0, MAX_ERRORS);
  }
}

/** A piece of the query as a message shows it: in quotes, and cut where it is long. */
export function shown(piece: string): string {
  const characters = [...piece];
  return characters.length > 40 ? `“${characters.slice(0, 39).join('')}…”` : `“${piece}”`;
}

function finding(message: string, at: number, end: number, hint: string | undefined): QueryError {
  return { message, at, length: end - at, ...(hint === undefined ? {} : { hint }) };
}

function byPlace(a: QueryError, b: QueryError): number {
  return a.at - b.at || a.length - b.length;
}
