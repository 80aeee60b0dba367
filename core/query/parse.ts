import { Findings } from './findings.ts';
import { Grouping } from './grouping.ts';
import { MAX_DEPTH, MAX_EXPANDED_TERMS, MAX_QUERY_BYTES, MAX_TERMS } from './limits.ts';
import type { Part } from './parts.ts';
import { printQuery } from './print.ts';
import type { ParsedQuery, Query, Tags } from './query.ts';
import { warnOfSingleQuotes } from './single-quotes.ts';
import { TagBook } from './tag-book.ts';
import { tokens } from './tokens.ts';
import { warnOf } from './warnings.ts';

interface ParseOptions {
  /** What `tag:` may name. Without them no name is checked. */
  tags?: Tags;
  /** The tag that the query is to be, so that one that would be made of itself is refused. */
  name?: string;
}

/**
 * Reads a query as an editor types it (docs/query-language.md; its grammar is docs/query-grammar.md). Binding, the tightest first: a
 * field and `=`; NEAR and THEN; EXCEPT; ATLEAST; NOT; AND and the blank; OR.
 *
 * Never throws, whatever the text: what is wrong is told in `errors`, all of it at once (the first twenty), and what is
 * doubtful in `warnings`. Takes time in proportion to the text. Open parentheses are kept on a list, so that any number of them is safe;
 * what is joined of them is walked by recursion, to print it and to warn of it, and is refused where it is more than 50 deep.
 *
 * @example
 *   parseQuery('china -shop')  // { ok: true, query: { kind: 'and', parts: […] }, warnings: [] }
 *   parseQuery('china OR')     // { ok: false, errors: [{ message: '“OR” has nothing after it.', at: 6, length: 2, hint: … }] }
 */
export function parseQuery(text: string, { tags, name }: ParseOptions = {}): ParsedQuery {
  const findings = new Findings();
  const query = read(text, tags && new TagBook(tags, name), findings);
  if (query === undefined || findings.failed) return { ok: false, errors: findings.errors };
  return { ok: true, query, warnings: findings.warnings };
}

const SPLIT_HINT = 'Split it into several tags.';
const TOO_DEEP_HINT = 'Take out parentheses that are not needed, or split the query into several tags.';

function read(text: string, tags: TagBook | undefined, findings: Findings): Query | undefined {
  if (sizeBytes(text) > MAX_QUERY_BYTES) {
    findings.error(`The query is longer than ${MAX_QUERY_BYTES / 1024} KiB.`, 0, text.length, SPLIT_HINT);
    return undefined;
  }
  const pieces = tokens(text, findings);
  warnOfSingleQuotes(text, findings);
  const terms = pieces.filter(({ kind }) => kind === 'operand' || kind === 'unknown');
  const tooMany = terms[MAX_TERMS];
  if (tooMany) {
    const message = `The query has ${inDigits(terms.length)} words and phrases; ${inDigits(MAX_TERMS)} is the most.`;
    findings.error(message, tooMany.at, text.length, SPLIT_HINT);
  }
  if (pieces.length === 0 && !findings.failed) {
    findings.error('The query is empty.', 0, text.length, 'Type at least one word to look for.');
  }
  const grouping = new Grouping(text, tags, findings);
  const whole = grouping.group(pieces);
  if (whole === undefined) return undefined;
  checkWhole(whole, terms.length + grouping.termsOfTags, text, findings);
  if (!findings.failed) warnOf(whole, text, findings);
  return whole.query;
}

/**
 * What is wrong with the query as a whole. With errors in its parts only what is wrong however they are mended: a part that is not known
 * counts as something to look for, and as shorter and less deep than whatever comes in its place.
 */
function checkWhole(whole: Part, terms: number, text: string, findings: Findings): void {
  if (leavesOutOnly(whole)) {
    const hint = 'Say what to look for as well, as in: china -shop';
    findings.error('The query says only what to leave out.', whole.at, whole.end, hint);
  }
  if (terms > MAX_EXPANDED_TERMS) {
    const message = `With those of its tags the query has ${inDigits(terms)} words and phrases; ${inDigits(MAX_EXPANDED_TERMS)} is the most.`;
    findings.error(message, 0, text.length, 'Leave out some of the tags.');
  }
  // Closed earlier, a group may be less deep, and a field stand on fewer words.
  if (whole.isUnclosed) return;
  if (whole.depth > MAX_DEPTH + 1) {
    findings.error(`The groups stand more than ${MAX_DEPTH} deep in one another.`, whole.at, whole.end, TOO_DEEP_HINT);
  }
  if (sizeBytes(printQuery(whole.query)) > MAX_QUERY_BYTES) {
    const message = `Written out in full the query is longer than ${MAX_QUERY_BYTES / 1024} KiB.`;
    findings.error(message, 0, text.length, SPLIT_HINT);
  }
}

/** Whether nothing is looked for. Empty parentheses look for nothing, but leave nothing out either. */
function leavesOutOnly(whole: Part): boolean {
  const parts = (whole.query.kind === 'and' ? whole.parts : [whole]).filter(({ isEmpty }) => !isEmpty);
  return !whole.requires || (parts.length > 0 && parts.every(({ requires }) => !requires));
}

function inDigits(count: number): string {
  return count.toLocaleString('en');
}

/** In UTF-8. A character is at least one byte, so that a huge text is not encoded to be refused. */
function sizeBytes(text: string): number {
  return text.length > MAX_QUERY_BYTES ? text.length : new TextEncoder().encode(text).length;
}
