/** Articles: what comes in, cleaned, told apart, admitted or refused. Pure. */
export { admitArticle, MAX_TEXT_BYTES } from './admit.ts';
export type { Article, ArticleInput, CleanedArticle, TagMatch } from './article.ts';
export { cleanArticle, MAX_TITLE_LENGTH } from './clean.ts';
export { identify } from './identity.ts';
export { type LabelledInput, MAX_INPUT_BYTES, type ReadInput, readInput } from './input.ts';
export { canonicalUrl, readUrl } from './url.ts';
