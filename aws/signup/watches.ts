import { parseQuery, printQuery } from '../../core/query/index.ts';
import { readOwnQuery, tagRules } from '../../core/rules/index.ts';
import type { Subscriber } from '../../core/subscriber/index.ts';
import { tagName } from '../tags.ts';
import type { Wire } from '../wire.ts';

export const allTags = async (wire: Wire) => (await wire.tags.list()).map(({ name }) => name);

/** Of one address. Each is a row of `Watches`, and all of them stand in the subscriber's own item, which stops at 400 KB. */
export const MAX_WATCHES = 100;

export type WatchesRead =
  | {
      ok: true;
      /** As they are kept, each once. */
      names: string[];
      /** Those of them that are own queries, and not in `kept` already. */
      queries: string[];
      /** What whoever typed them may not have meant: sentences to be told. */
      notes: string[];
    }
  | { ok: false; kind: 'invalid'; reason: string };

/**
 * Reads what somebody types as watches: the name of a tag is that tag, anything else a query of their own. Whoever watches
 * something (`kept`) may keep it, though the editors have removed that tag, or the language has changed since.
 */
export async function readWatches(
  wire: Wire,
  typed: readonly string[],
  kept?: Pick<Subscriber, 'watches'>,
): Promise<WatchesRead> {
  const invalid = (reason: string): WatchesRead => ({ ok: false, kind: 'invalid', reason });
  const texts = typed.map((text) => text.trim()).filter(Boolean);
  const list = await wire.tags.list();
  const tags = list.map(({ name }) => name);
  if (texts.length === 0) {
    const theTags =
      tags.length > 0 ? `the tags are ${listed(tags.slice(0, 30), tags.length)}` : 'there are no tags yet';
    return invalid(`name at least one tag to watch, or a query: ${theTags}`);
  }
  const isTag = new Set(tags);
  const madeOfTags = texts.some((text) => /tag:/i.test(text)) ? tagRules(list).tags : new Map();
  const names = new Set<string>();
  const queries = new Set<string>();
  const notes: string[] = [];
  for (const text of texts) {
    const asTag = tagName(text);
    const known = isTag.has(asTag) ? asTag : [text, asTag].find((name) => kept?.watches.includes(name));
    if (known !== undefined) {
      names.add(known);
      continue;
    }
    const read = readOwnQuery(text, madeOfTags);
    if (!read.ok) return invalid(read.reason);
    names.add(read.query);
    // One name has one meaning, and that is the tag's: `"china"`, say, where there is a tag china.
    if (isTag.has(read.query)) continue;
    if (!kept?.watches.includes(read.query)) queries.add(read.query);
    const near = nearest(asTag, tags);
    if (near !== undefined)
      notes.push(`There is no tag ${asTag}, so it is watched for as a query: did you mean ${near}?`);
  }
  if (names.size > MAX_WATCHES) return invalid(TOO_MANY);
  return { ok: true, names: [...names], queries: [...queries], notes };
}

export const TOO_MANY = `one address has ${MAX_WATCHES} watches at most`;

/** The watch that is meant by what is typed; undefined where it is none of them. */
export function findWatch(watches: readonly string[], typed: string): string | undefined {
  const parsed = parseQuery(typed);
  const names = [tagName(typed), typed.trim(), ...(parsed.ok ? [printQuery(parsed.query)] : [])];
  return names.find((name) => watches.includes(name));
}

/** The name that differs in the fewest letters, where those are not more than a third of it. */
function nearest(name: string, names: readonly string[]): string | undefined {
  let best: { name: string; distance: number } | undefined;
  for (const candidate of names) {
    if (Math.abs(candidate.length - name.length) > candidate.length / 3) continue;
    const distance = editDistance(name, candidate);
    if (distance <= Math.max(1, candidate.length / 3) && distance < (best?.distance ?? Number.POSITIVE_INFINITY)) {
      best = { name: candidate, distance };
    }
  }
  return best?.name;
}

/** Letters to be put in, taken out, exchanged, or swapped with their neighbour. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let least = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, beforeLast[j - 2]! + 1);
      row.push(least);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}

const list = new Intl.ListFormat('en', { type: 'conjunction' });

export function listed(names: readonly string[], count = names.length): string {
  return list.format(count > names.length ? [...names, `${count - names.length} more`] : names);
}
