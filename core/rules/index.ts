/**
 * From what editors and subscribers have saved to the rules of a watch index: which queries can be read, with the tags in them
 * taken apart, and which are left out, and why. One name has one rule: a tag's, or else the subscriber's own query of that text.
 */
export { indexOf } from './index-of.ts';
export { MAX_OWN_BYTES, type OwnQuery, readOwnQuery } from './own-query.ts';
export { type LeftOut, type Named, ruleOf, type TagRules, tagRules } from './read-rules.ts';
export { idsOf, readId } from './rule-id.ts';
