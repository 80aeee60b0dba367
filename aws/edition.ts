import { randomUUID } from 'node:crypto';
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';

export type Edition = ReturnType<typeof editionItem>;

/** The item's key, which is no query's canonical form: none begins so. */
export const EDITION = '#edition';

/**
 * Which edition of the compiled index is out: one item of the table `Queries`, another word in it after each publication. `compile`
 * writes it before it takes marks away, so that whoever no longer finds a mark is told here that there is a new index, and asks S3
 * for it now and not a few seconds later.
 */
export function editionItem(client: DynamoDBDocumentClient, table: string) {
  return {
    /** Undefined before the first. */
    async get(): Promise<string | undefined> {
      const { Item } = await client.send(
        new GetCommand({ TableName: table, Key: { name: EDITION }, ConsistentRead: true }),
      );
      return Item?.edition as string | undefined;
    },

    /** Of two compilers at once it does not matter which is last: all that counts is that it is another than before. */
    async advance(): Promise<void> {
      await client.send(new PutCommand({ TableName: table, Item: { name: EDITION, edition: randomUUID() } }));
    },
  };
}
