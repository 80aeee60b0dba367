/** What a query may be at most. Generous for an editor; a bound on what one watch can cost every article. */
export const MAX_QUERY_BYTES = 8 * 1024;
export const MAX_TERMS = 1_000;
/** With the queries of its tags written out. */
export const MAX_EXPANDED_TERMS = 10_000;
export const MAX_WORD_LETTERS = 100;
/**
 * In one phrase; the time to search an article that repeats a word grows with each. A character of a script without blanks is half
 * a word, as in NEAR, so that the longest word is no longer than the longest phrase.
 */
export const MAX_PHRASE_WORDS = 50;
/** Parentheses within parentheses, and tags within tags. */
export const MAX_DEPTH = 50;
/** `a*` would be met by a tenth of every article's words. */
export const MIN_PREFIX_LETTERS = 2;
/** NEAR/n and THEN/n: more words than that between two are not near. */
export const MAX_WITHIN = 1_000;
/** ATLEAST/n. */
export const MAX_COUNT = 1_000;
/** In one chain of NEAR and THEN: the time to search an article grows with each. */
export const MAX_CHAIN = 20;
/** Of a query that is broken all over, the first errors are told: nobody reads the rest. */
export const MAX_ERRORS = 20;
