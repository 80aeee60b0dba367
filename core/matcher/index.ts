/**
 * Which standing queries an article meets, and with which of its words. The language is core/query's; what it means is in
 * `evaluate.ts`, and `filing.ts` keeps most rules from being asked at all.
 */
export { WatchIndexError } from './bytes.ts';
export { matchedWords } from './matched-words.ts';
export type { ArticleText, PlaceName } from './reading.ts';
export type { Rule } from './rule.ts';
export { buildIndex, type Span, WatchIndex } from './watch-index.ts';
