import type { Rule } from '../matcher/index.ts';
import { expandTags, parseQuery, type Query, type Tags } from '../query/index.ts';
import { idsOf } from './rule-id.ts';

/** A query under its name. */
export interface Named {
  name: string;
  query: string;
}

/** A rule that is in no index, and why, in words: its query can no longer be read, or a tag in it is not there. */
export interface LeftOut {
  name: string;
  reason: string;
}

export interface TagRules {
  rules: Rule[];
  /** The tags whose rules these are, taken apart, for `tag:` in other queries. */
  tags: Tags;
  leftOut: LeftOut[];
}

/**
 * The rules of all tags. A tag that is left out takes those with it that are made of it. What was well when it was saved is looked at
 * again: a tag in it may have been removed since, or have grown.
 */
export function tagRules(tags: readonly Named[]): TagRules {
  const parsed = new Map<string, Query>();
  const leftOut: LeftOut[] = [];
  for (const { name, query } of tags) {
    const read = parseQuery(query);
    if (read.ok) parsed.set(name, read.query);
    else leftOut.push({ name, reason: read.errors[0]?.message ?? UNREADABLE });
  }
  const expanded = new Map<string, Query>();
  for (const { name, query } of tags) {
    if (!parsed.has(name)) continue;
    const read = takenApart(query, parsed, name);
    if (read.ok) expanded.set(name, read.query);
    else leftOut.push({ name, reason: read.reason });
  }
  return { rules: [...expanded].map(([name, query]) => ({ id: idsOf(name).tag, query })), tags: expanded, leftOut };
}

/** The rule of one own query; or why there is none. */
export function ruleOf({ name, query }: Named, tags: Tags): { rule: Rule } | { leftOut: LeftOut } {
  const read = takenApart(query, tags);
  return read.ok ? { rule: { id: idsOf(name).own, query: read.query } } : { leftOut: { name, reason: read.reason } };
}

/** A query without tags in it. `name` is the tag's whose query it is. */
function takenApart(
  text: string,
  tags: Tags,
  name?: string,
): { ok: true; query: Query } | { ok: false; reason: string } {
  const read = parseQuery(text, { tags, ...(name !== undefined && { name }) });
  if (!read.ok) return { ok: false, reason: read.errors[0]?.message ?? UNREADABLE };
  return { ok: true, query: expandTags(read.query, tags) };
}

const UNREADABLE = 'it cannot be read';
