import { randomUUID } from 'node:crypto';
import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { MARKS, mark, markNames, rulesTable, wakeCompile } from './changes.ts';
import { ifAsExpected } from './dynamodb.ts';
import type { Queue } from './queue.ts';

export type QueriesTable = ReturnType<typeof queriesTable>;

/**
 * The table `Queries`: subscribers' own queries, one item for each however many watch it. Its name is the query itself in
 * its canonical form; in `Watches`, in the ledger and in an article's matches it stands where else a tag's name does.
 */
export function queriesTable(client: DynamoDBDocumentClient, table: string, changes: Queue) {
  return {
    ...rulesTable(client, table),

    /**
     * Says that somebody watches the query: makes it a rule if it is none. To be called once the watch itself is written; the
     * `touched` that it leaves keeps {@link release} from removing what has just got a watcher.
     */
    async keep(name: string, now: Date): Promise<void> {
      const { changed, version } = mark(now.toISOString());
      const names = { '#name': 'name' };
      const touched = { ':touched': randomUUID() };
      const isThere = await ifAsExpected(
        client.send(
          new UpdateCommand({
            TableName: table,
            Key: { name },
            UpdateExpression: 'SET touched = :touched',
            ConditionExpression: 'attribute_exists(#name) AND attribute_not_exists(removed)',
            ExpressionAttributeNames: names,
            ExpressionAttributeValues: touched,
          }),
        ),
      );
      if (isThere) return;
      await client.send(
        new UpdateCommand({
          TableName: table,
          Key: { name },
          UpdateExpression: `SET #query = :query, updatedAt = :now, touched = :touched, ${MARKS} REMOVE removed`,
          ExpressionAttributeNames: { '#query': 'query', ...markNames },
          ExpressionAttributeValues: {
            ...touched,
            ':query': name,
            ':now': now.toISOString(),
            ':changed': changed,
            ':version': version,
          },
        }),
      );
      await wakeCompile(changes);
    },

    /**
     * Says that somebody no longer watches the query: where nobody is left, it is no rule any more. To be called once the watch
     * itself is gone.
     */
    async release(name: string, isWatched: () => Promise<boolean>, now: Date): Promise<void> {
      const { Item } = await client.send(new GetCommand({ TableName: table, Key: { name }, ConsistentRead: true }));
      if (!Item || Item.removed || (await isWatched())) return;
      const { changed, version } = mark(now.toISOString());
      const removed = await ifAsExpected(
        client.send(
          new UpdateCommand({
            TableName: table,
            Key: { name },
            UpdateExpression: `SET removed = :removed, ${MARKS}`,
            // Whoever began to watch it since has touched it, or will, and then makes it anew.
            ConditionExpression: 'touched = :touched AND attribute_not_exists(removed)',
            ExpressionAttributeNames: markNames,
            ExpressionAttributeValues: {
              ':removed': true,
              ':touched': Item.touched,
              ':changed': changed,
              ':version': version,
            },
          }),
        ),
      );
      if (removed) await wakeCompile(changes);
    },
  };
}
