/**
 * Which standing queries an article meets, and with which of its words. The language is core/query's; what it means for one query
 * and one article is in `evaluate.ts`, and `watch-index.ts` answers the same for a million queries at once.
 */
export type { IndexOptions } from './build.ts';
export { evaluate, meets } from './evaluate.ts';
export { type Explanation, explain, explainReading, type Span } from './explain.ts';
export { FreshIndex } from './fresh-index.ts';
export { WatchIndexError } from './layout.ts';
export { matchedWords } from './matched-words.ts';
export type { NearestMiss } from './nearest-miss.ts';
export { type ArticleText, Reading, type Section } from './reading.ts';
export type { Rule } from './rule.ts';
export { buildIndex, WatchIndex } from './watch-index.ts';
