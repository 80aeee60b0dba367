import type { Change, SavedRule } from '../../aws/changes.ts';
import type { Snapshot } from '../../aws/snapshot.ts';
import type { Wire } from '../../aws/wire.ts';
import { indexOf, type LeftOut, type Named, ruleOf, tagRules } from '../../core/rules/index.ts';
import { isDue } from './due.ts';

export interface Compiling {
  wire: Pick<Wire, 'tags' | 'queries' | 'edition'>;
  snapshot: Pick<Snapshot, 'head' | 'put'>;
  now: () => Date;
  /** Asked while marks are taken away, the one step that may be left to the next time. */
  timeIsUp: () => boolean;
}

/** What a run has done. `nothing`: no change is waiting, or none that is worth while yet. */
export type Compiled =
  | { did: 'nothing' }
  | { did: 'published'; rules: number; bytes: number; changes: number; leftOut: number };

/** Two compilers at once are rare; three rounds lost in a row are a fault. */
const ROUNDS = 3;
/** So many of those left out are named in the log. */
const NAMED = 20;

/**
 * Builds the watch index anew from all tags and own queries, publishes it, says so, and then takes the marks away of every change
 * that is in it. Stopped anywhere, nothing is lost: the marks are still there, the index is the one before or the new one, and the next run
 * begins anew. Of two at once the second to publish is refused, and looks again whether there is anything left to do.
 * @param rebuild also where nothing has changed: the published index is damaged
 */
export async function compile({ wire, snapshot, now, timeIsUp }: Compiling, rebuild = false): Promise<Compiled> {
  let wanted = rebuild;
  for (let round = 0; round < ROUNDS; round++) {
    const startedAt = now();
    const before = await snapshot.head();
    if (!wanted && !isDue(before, await waiting(wire), startedAt)) return { did: 'nothing' };

    const read = await readRules(wire);
    const { index, leftOut } = indexOf(read.rules);
    const bytes = index.toBytes();
    leftOut.push(...read.leftOut);
    report(leftOut);
    const published = { compiledAt: startedAt.toISOString(), rules: index.size };
    if (!(await snapshot.put(bytes, published, before))) {
      // Another has published meanwhile, whether or not with these changes: what still is marked says so.
      wanted = false;
      continue;
    }
    await wire.edition.advance();
    await wire.tags.unmark(read.tagChanges, timeIsUp);
    await wire.queries.unmark(read.queryChanges, timeIsUp);
    const changes = read.tagChanges.length + read.queryChanges.length;
    return { did: 'published', rules: index.size, bytes: bytes.length, changes, leftOut: leftOut.length };
  }
  throw new Error(`the index was published by others ${ROUNDS} times while it was being compiled`);
}

/** What is marked, counted as far as it matters. */
async function waiting({ tags, queries }: Compiling['wire']): Promise<Parameters<typeof isDue>[1]> {
  for await (const _ of tags.changed()) return { count: 1, ofTag: true };
  let count = 0;
  for await (const _ of queries.changed()) if (++count >= 1_000) break;
  return { count, ofTag: false };
}

type Marked = Change & { removed: boolean };

/** Reads every rule, page by page. Of an own query its text alone is read, since that is its name. */
async function readRules({ tags, queries }: Compiling['wire']) {
  const named: Named[] = [];
  const tagChanges: Marked[] = [];
  for await (const saved of tags.all()) {
    if (saved.query !== undefined) named.push({ name: saved.name, query: saved.query });
    note(saved, tagChanges);
  }
  const { rules, tags: expanded, leftOut } = tagRules(named);
  const isTag = new Set(named.map(({ name }) => name));
  const queryChanges: Marked[] = [];
  for await (const saved of queries.all()) {
    note(saved, queryChanges);
    // A tag of that name is what its watchers watch.
    if (saved.query === undefined || isTag.has(saved.name)) continue;
    const read = ruleOf({ name: saved.name, query: saved.query }, expanded);
    if ('rule' in read) rules.push(read.rule);
    else leftOut.push(read.leftOut);
  }
  return { rules, leftOut, tagChanges, queryChanges };
}

function note({ name, query, version }: SavedRule, changes: Marked[]): void {
  if (version !== undefined) changes.push({ name, version, removed: query === undefined });
}

function report(leftOut: LeftOut[]): void {
  for (const { name, reason } of leftOut.slice(0, NAMED)) {
    console.error(JSON.stringify({ message: 'a rule is left out', name, reason }));
  }
  if (leftOut.length > NAMED) console.error(JSON.stringify({ message: `${leftOut.length - NAMED} more are left out` }));
}
