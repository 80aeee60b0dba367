import { DeleteCommand, type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { ifAsExpected, readAll } from './dynamodb.ts';

/** A named query that the editors keep. */
export interface Tag {
  /** Lower-case, single blanks. */
  name: string;
  /** As the editor typed it. */
  query: string;
  updatedAt: string;
}

export type TagsTable = ReturnType<typeof tagsTable>;

/** The table `Tags`: one item for each tag. */
export function tagsTable(client: DynamoDBDocumentClient, table: string) {
  return {
    /** All tags by name. */
    async list(): Promise<Tag[]> {
      const tags: Tag[] = [];
      for await (const item of readAll(client, { TableName: table, ConsistentRead: true }))
        tags.push(item as unknown as Tag);
      return tags.sort((a, b) => (a.name < b.name ? -1 : 1));
    },

    /** Adds the tag, or gives it a new query. */
    async put(tag: Tag): Promise<void> {
      await client.send(new PutCommand({ TableName: table, Item: tag }));
    },

    /** False where no tag has that name. */
    async remove(name: string): Promise<boolean> {
      return ifAsExpected(
        client.send(
          new DeleteCommand({
            TableName: table,
            Key: { name },
            ConditionExpression: 'attribute_exists(#name)',
            ExpressionAttributeNames: { '#name': 'name' },
          }),
        ),
      );
    },
  };
}

/** A tag's name as it is kept: lower-case, in NFC, blanks single. */
export function tagName(text: string): string {
  return text.normalize('NFC').toLowerCase().trim().replace(/\s+/g, ' ');
}
