/**
 * A parsed query. Words are folded (`fold`), so that two queries that mean the same word hold the same string.
 * A word in a script without blanks (`中国`) is one word here and a run of characters in the text.
 */
export type Query =
  | { kind: 'word'; word: string }
  /** Words at successive positions. With `prefix`, the last of them is only the beginning of a word: `"cyber attack*"`. */
  | { kind: 'phrase'; words: string[]; prefix?: true }
  | { kind: 'prefix'; prefix: string }
  | { kind: 'and'; parts: Query[] }
  | { kind: 'or'; parts: Query[] }
  | { kind: 'not'; part: Query };

/** A query's leaves: what is looked for in the text itself. */
export type TermQuery = Extract<Query, { kind: 'word' | 'phrase' | 'prefix' }>;

/** A fault in a query, for the editor who typed it. `at` and `length` count UTF-16 units of the text. */
export interface QueryError {
  message: string;
  at: number;
  length: number;
  hint?: string;
}

/** What `parseQuery` answers. Warnings and errors stand in the order of their places. */
export type ParsedQuery = { ok: true; query: Query; warnings: QueryError[] } | { ok: false; errors: QueryError[] };
