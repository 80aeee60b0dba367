/**
 * The query language: what an editor types, read into a `Query` and printed again (docs/query-grammar.md). The matcher
 * (core/matcher) answers it.
 */
export { expandTags, tagExpander } from './expand.ts';
export { exactly, fold } from './fold.ts';
export { parseQuery } from './parse.ts';
export { printQuery } from './print.ts';
export type {
  NearQuery,
  Operand,
  ParsedQuery,
  Place,
  Query,
  QueryError,
  Tags,
  TermQuery,
} from './query.ts';
export { foldedTerm, isTerm, type Step, stepsOf } from './steps.ts';
export { isRun, type Word, words } from './words.ts';
