import { randomUUID } from 'node:crypto';
import { DeleteCommand, type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { type Item, ifAsExpected, readAll, readMany } from './dynamodb.ts';
import { EDITION } from './edition.ts';
import type { Queue } from './queue.ts';

/**
 * What the compiled index does not hold yet. Whoever saves or removes a rule marks it in the same write; a marked item stands in
 * its table's sparse index `changed` until `compile` has published an index with it, and a removed one stays until then as
 * a tombstone. Marks are told from each other by their version, never by a clock: an editor's laptop may be minutes off.
 */
export interface Change {
  name: string;
  /** When it was saved, and what sets it apart: `2026-11-24T10:00:00.000Z#…`. */
  version: string;
}

/** A rule as its table holds it. */
export interface SavedRule {
  name: string;
  /** Absent in a tombstone. */
  query?: string;
  /** Present while it is marked. */
  version?: string;
}

/** The attributes of a mark. `at` is ISO 8601 UTC. */
export const mark = (at: string) => ({ changed: CHANGED, version: `${at}#${randomUUID()}` });

/** As an expression: what marks an item in an UpdateItem. */
export const MARKS = '#changed = :changed, #version = :version';
export const markNames = { '#changed': 'changed', '#version': 'version' };

const CHANGED = 'changed';
const AT_ONCE = 25;

/** Of a table of rules: what has changed, the rules themselves, and how a mark is taken away. */
export function rulesTable(client: DynamoDBDocumentClient, table: string) {
  return {
    /** What is marked, oldest first. The index lags behind its table, as a rule by less than a second. */
    async *changed(): AsyncGenerator<Change> {
      const items = readAll(client, {
        TableName: table,
        IndexName: 'changed',
        KeyConditionExpression: '#changed = :changed',
        ExpressionAttributeNames: { '#changed': 'changed' },
        ExpressionAttributeValues: { ':changed': CHANGED },
      });
      for await (const { name, version } of items) yield { name, version } as Change;
    },

    /** Rules by their names, consistently; those that are not there, or removed, are left out. */
    async read(names: readonly string[]): Promise<{ name: string; query: string }[]> {
      const items = await readMany(
        client,
        table,
        names.map((name) => ({ name })),
      );
      return items.map(saved).filter((rule): rule is { name: string; query: string } => rule.query !== undefined);
    },

    /** Every rule and every tombstone, consistently, page after page. */
    async *all(): AsyncGenerator<SavedRule> {
      for await (const item of readAll(client, { TableName: table, ConsistentRead: true })) {
        if (item.name !== EDITION) yield saved(item);
      }
    },

    /**
     * Takes away marks whose rules are in the published index, and their tombstones; what has changed since keeps its mark.
     * @param timeIsUp asked before each few; once true, the rest is left to the next time
     */
    async unmark(changes: readonly (Change & { removed: boolean })[], timeIsUp: () => boolean): Promise<void> {
      for (let start = 0; start < changes.length && !timeIsUp(); start += AT_ONCE) {
        await Promise.all(
          changes.slice(start, start + AT_ONCE).map(({ name, version, removed }) => {
            const unchanged = {
              TableName: table,
              Key: { name },
              ConditionExpression: '#version = :version',
              ExpressionAttributeValues: { ':version': version },
            };
            return ifAsExpected(
              removed
                ? client.send(new DeleteCommand({ ...unchanged, ExpressionAttributeNames: { '#version': 'version' } }))
                : client.send(
                    new UpdateCommand({
                      ...unchanged,
                      UpdateExpression: 'REMOVE #changed',
                      ExpressionAttributeNames: markNames,
                    }),
                  ),
            );
          }),
        );
      }
    },
  };
}

function saved({ name, query, removed, changed, version }: Item): SavedRule {
  return {
    name: name as string,
    ...(removed === undefined && { query: query as string }),
    ...(changed !== undefined && { version: version as string }),
  };
}

/** Wakes `compile`. What is marked is not lost without it: `tag` reads the marks, and `recover` wakes `compile` for old ones. */
export async function wakeCompile(changes: Queue): Promise<void> {
  try {
    await changes.send({});
  } catch (error) {
    console.warn(JSON.stringify({ message: 'saved, but compile was not woken', error: String(error) }));
  }
}
