import { type DynamoDBDocumentClient, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { MARKS, mark, markNames, rulesTable, wakeCompile } from './changes.ts';
import { ifAsExpected, readAll } from './dynamodb.ts';
import type { Queue } from './queue.ts';

/** A named query that the editors keep. */
export interface Tag {
  /** Lower-case, single blanks. */
  name: string;
  /** As the editor typed it. */
  query: string;
  updatedAt: string;
}

export type TagsTable = ReturnType<typeof tagsTable>;

/** The table `Tags`: one item for each tag. What is saved here is in force for the next article, see {@link rulesTable}. */
export function tagsTable(client: DynamoDBDocumentClient, table: string, changes: Queue) {
  return {
    ...rulesTable(client, table),

    /** All tags by name. */
    async list(): Promise<Tag[]> {
      const tags: Tag[] = [];
      for await (const item of readAll(client, { TableName: table, ConsistentRead: true })) {
        const { name, query, updatedAt, removed } = item as Record<string, string>;
        if (removed === undefined) tags.push({ name: name!, query: query!, updatedAt: updatedAt! });
      }
      return tags.sort((a, b) => (a.name < b.name ? -1 : 1));
    },

    /** Adds the tag, or gives it a new query. */
    async put({ name, query, updatedAt }: Tag): Promise<void> {
      await client.send(new PutCommand({ TableName: table, Item: { name, query, updatedAt, ...mark(updatedAt) } }));
      await wakeCompile(changes);
    },

    /** False where no tag has that name. */
    async remove(name: string, now: Date = new Date()): Promise<boolean> {
      const { changed, version } = mark(now.toISOString());
      const removed = await ifAsExpected(
        client.send(
          new UpdateCommand({
            TableName: table,
            Key: { name },
            UpdateExpression: `SET removed = :removed, ${MARKS}`,
            ConditionExpression: 'attribute_exists(#name) AND attribute_not_exists(removed)',
            ExpressionAttributeNames: { '#name': 'name', ...markNames },
            ExpressionAttributeValues: { ':removed': true, ':changed': changed, ':version': version },
          }),
        ),
      );
      if (removed) await wakeCompile(changes);
      return removed;
    },
  };
}

/** A tag's name as it is kept: lower-case, in NFC, blanks single. */
export function tagName(text: string): string {
  return text.normalize('NFC').toLowerCase().trim().replace(/\s+/g, ' ');
}
