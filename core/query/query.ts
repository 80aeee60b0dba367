/** A parsed query. Words are folded. */
export type Query =
  | { kind: 'word'; word: string }
  | { kind: 'phrase'; words: string[] }
  | { kind: 'prefix'; prefix: string }
  | { kind: 'and'; parts: Query[] }
  | { kind: 'or'; parts: Query[] }
  | { kind: 'not'; part: Query };

/** A fault in a query, for the editor who typed it. `at` and `length` count UTF-16 units of the text. */
export interface QueryError {
  message: string;
  at: number;
  length: number;
  hint?: string;
}
