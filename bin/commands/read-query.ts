import type { Command } from 'commander';
import { tagName } from '../../aws/tags.ts';
import type { Wire } from '../../aws/wire.ts';
import { parseQuery, type Query, type QueryError, type Tags } from '../../core/query/index.ts';
import { readRunning } from '../../local/state.ts';
import { pointAt } from './faults.ts';
import { count } from './print.ts';
import type { Reach } from './reach.ts';
import { Refusal } from './refusal.ts';

/** A query that cannot be read, with its faults for whoever reads `--json`. */
export class UnreadableQuery extends Refusal {
  readonly errors: readonly QueryError[];

  constructor(query: string, errors: readonly QueryError[]) {
    super(`the query cannot be read: ${count(errors.length, 'fault')}\n${pointAt(query, errors)}`);
    this.errors = errors;
  }
}

/**
 * Reads a query that a person typed.
 * @param tags what `tag:` may name; without them no name is checked
 * @param name the tag that the query is to be, so that it is not defined by itself
 * @throws {UnreadableQuery}
 */
export function readQuery(
  text: string,
  { tags, name }: { tags?: Tags; name?: string } = {},
): { query: Query; warnings: QueryError[] } {
  const parsed = parseQuery(text, { ...(tags && { tags }), ...(name !== undefined && { name }) });
  if (!parsed.ok) throw new UnreadableQuery(text, parsed.errors);
  return { query: parsed.query, warnings: parsed.warnings };
}

/** Whether a query may name tags: also in one that cannot be read, and rather once too often. */
export const mayNameTags = (text: string): boolean => /tag:/i.test(text);

/** What `tag:` may name on a wire. A tag whose own query cannot be read, as one of an older Bellwire might be, is not there. */
export async function tagQueries(wire: Wire): Promise<Map<string, Query>> {
  return queriesOf(await wire.tags.list());
}

export function queriesOf(tags: readonly { name: string; query: string }[]): Map<string, Query> {
  const queries = new Map<string, Query>();
  for (const { name, query } of tags) {
    const parsed = parseQuery(query);
    if (parsed.ok) queries.set(tagName(name), parsed.query);
  }
  return queries;
}

/** The tags that a query names itself. */
export function tagsNamedIn(query: Query): Set<string> {
  const names = new Set<string>();
  const open = [query];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next.kind === 'tag') names.add(next.name);
    else if (next.kind === 'not') open.push(next.part);
    else if (next.kind === 'and' || next.kind === 'or' || next.kind === 'of') open.push(...next.parts);
  }
  return names;
}

/** The tags that are what they are by this one, however many others are between them, in the order of the alphabet. */
export function tagsThatUse(name: string, tags: Tags): string[] {
  const users = new Set<string>();
  const open = [name];
  for (let used = open.pop(); used !== undefined; used = open.pop()) {
    for (const [user, query] of tags) {
      if (users.has(user) || user === name || !tagsNamedIn(query).has(used)) continue;
      users.add(user);
      open.push(user);
    }
  }
  return [...users].sort();
}

/** Whether a wire is at hand without bringing one up: it was named on the command line, or one runs on the state. */
export async function hasWire(reach: Reach, command: Command): Promise<boolean> {
  if (reach.stack !== undefined || command.getOptionValueSource('state') !== 'default') return true;
  return (await readRunning(reach.state)) !== undefined;
}
