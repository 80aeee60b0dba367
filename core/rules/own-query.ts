import { parseQuery, printQuery, type QueryError, type Tags } from '../query/index.ts';

/** It is a key of two tables (which take 2 KiB), stands in each alert's record, and a subscriber may have a hundred of them. */
export const MAX_OWN_BYTES = 1024;

export type OwnQuery = { ok: true; query: string; warnings: QueryError[] } | { ok: false; reason: string };

/**
 * A subscriber's own query in its canonical form, under which it is kept: whoever types the same query otherwise watches the
 * same rule. What is wrong with it is told in words, with the place.
 */
export function readOwnQuery(text: string, tags: Tags): OwnQuery {
  const parsed = parseQuery(text, { tags });
  if (!parsed.ok) {
    const reasons = parsed.errors.map((error) => inWords(text, error));
    return { ok: false, reason: `the query ${shown(text)} cannot be read: ${reasons.join('; ')}` };
  }
  const query = printQuery(parsed.query);
  if (Buffer.byteLength(query) > MAX_OWN_BYTES) {
    return { ok: false, reason: `the query ${shown(text)} is longer than ${MAX_OWN_BYTES.toLocaleString('en')} bytes` };
  }
  return { ok: true, query, warnings: parsed.warnings };
}

function inWords(text: string, { message, at, hint }: QueryError): string {
  const place = [...text.slice(0, at)].length + 1;
  return `character ${place}: ${message.replace(/[.]$/, '')}${hint === undefined ? '' : ` (${hint})`}`;
}

function shown(text: string): string {
  const line = text.trim().replace(/\s+/g, ' ');
  return line.length > 60 ? `“${line.slice(0, 60).trimEnd()}…”` : `“${line}”`;
}
