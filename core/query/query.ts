/**
 * A parsed query: a tree of what an article must hold. Fields are on the leaves (`title:(a NOT b)` is `title:a NOT title:b`), and
 * every OR-group of words within NEAR, EXCEPT and ATLEAST is a list of terms.
 */
export type Query =
  | TermQuery
  | { kind: 'and'; parts: Query[] }
  | { kind: 'or'; parts: Query[] }
  | { kind: 'not'; part: Query }
  /** `2 OF (a, b, c)`: at least `count` of the parts, which are two or more and all different. */
  | { kind: 'of'; count: number; parts: Query[] }
  | CountQuery
  | NearQuery
  /** `source:bbc.co.uk`: a host name in lower case, without a dot at its end. */
  | { kind: 'source'; host: string }
  /** `lang:en`: a BCP 47 language range in lower case. */
  | { kind: 'lang'; range: string }
  /** `tag:china`: another tag's query, by its name. Taken apart by `expandTags`. */
  | { kind: 'tag'; name: string };

/** Where a term is looked for. Without a place: the headline or the text. `lead` is the headline or the text's first 60 words. */
export type Place = 'title' | 'lead' | 'author' | 'section';

/**
 * What is looked for in the text itself. Words are folded (`fold`), so that two queries that mean the same word hold the same
 * string; with `exact` they are as written (`exactly`), and compared so. A word in a script without blanks (`中国`) is one word
 * here and a run of characters in the text.
 */
export type TermQuery = { place?: Place; exact?: true } & (
  | { kind: 'word'; word: string }
  /** Words at successive positions. With `prefix`, the last of them is only the beginning of a word: `"cyber attack*"`. */
  | { kind: 'phrase'; words: string[]; prefix?: true }
  | { kind: 'prefix'; prefix: string }
);

/** Occurrences of any of the terms, but for those that stand inside an occurrence of one of the exceptions. */
export interface Operand {
  terms: TermQuery[];
  /** Without places: they are looked for wherever the term is. Empty where there are none. */
  exceptions: TermQuery[];
}

/**
 * `ATLEAST/3 china`, and `china EXCEPT ("bone china")`, which is at least one. Occurrences that overlap count once, those in
 * the headline and in the text count together.
 */
export interface CountQuery {
  kind: 'count';
  atLeast: number;
  operand: Operand;
}

/**
 * `a NEAR/8 b THEN/3 c`: one occurrence of each operand, none overlapping, all in one place, with at most `within` words between
 * each two neighbours of the chain (`links[i]` is between the operands i and i + 1), in that order where `ordered`.
 * With exceptions the whole chain, from its first word to its last, must not stand inside an occurrence of one of them.
 */
export interface NearQuery {
  kind: 'near';
  operands: Operand[];
  links: { ordered: boolean; within: number }[];
  exceptions: TermQuery[];
}

/** The queries of tags by name, for `tag:`. */
export type Tags = ReadonlyMap<string, Query>;

/** A fault in a query, for the editor who typed it. `at` and `length` count UTF-16 units of the text. */
export interface QueryError {
  message: string;
  at: number;
  length: number;
  hint?: string;
}

/** What `parseQuery` answers. Warnings and errors stand in the order of their places. */
export type ParsedQuery = { ok: true; query: Query; warnings: QueryError[] } | { ok: false; errors: QueryError[] };
