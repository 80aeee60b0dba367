/** What a query may be at most. Generous for an editor; a bound on what one watch can cost every article. */
export const MAX_QUERY_BYTES = 8 * 1024;
export const MAX_TERMS = 1_000;
export const MAX_WORD_LETTERS = 100;
/** Parentheses within parentheses. */
export const MAX_DEPTH = 50;
/** `a*` would be met by a tenth of every article's words. */
export const MIN_PREFIX_LETTERS = 2;
/** Of a query that is broken all over, the first errors are told: nobody reads the rest. */
export const MAX_ERRORS = 20;
