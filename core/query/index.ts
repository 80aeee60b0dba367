/**
 * The query language: what an editor types, read into a `Query` and printed again. Words, "phrases", prefix*, AND / OR / NOT in
 * capitals, `-` for NOT, parentheses. The matcher (core/matcher) answers it.
 */
export { parseQuery } from './parse.ts';
export { printQuery } from './print.ts';
export type { ParsedQuery, Query, QueryError, TermQuery } from './query.ts';
export { fold, isRun, type Word, words } from './words.ts';
