import { DeleteCommand, type DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';

export type WatchesTable = ReturnType<typeof watchesTable>;

/**
 * The table `Watches`: who watches a tag, one item for each (tag, subscriber), by subscriber within a tag, so that several
 * tags' watchers can be merged in one order.
 */
export function watchesTable(client: DynamoDBDocumentClient, table: string) {
  return {
    /** Idempotent. */
    async add(tag: string, subscriber: string): Promise<void> {
      await client.send(new PutCommand({ TableName: table, Item: { tag, subscriber } }));
    },

    /** Idempotent. */
    async remove(tag: string, subscriber: string): Promise<void> {
      await client.send(new DeleteCommand({ TableName: table, Key: { tag, subscriber } }));
    },

    /** Up to `limit` watchers of a tag after the subscriber `after`, in order of id; `more` where others follow. */
    async page(
      tag: string,
      after: string | undefined,
      limit: number,
    ): Promise<{ subscribers: string[]; more: boolean }> {
      const { Items = [], LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: after === undefined ? 'tag = :tag' : 'tag = :tag AND subscriber > :after',
          ExpressionAttributeValues: { ':tag': tag, ...(after !== undefined && { ':after': after }) },
          ConsistentRead: true,
          Limit: limit,
        }),
      );
      return { subscribers: Items.map((item) => item.subscriber as string), more: LastEvaluatedKey !== undefined };
    },

    /**
     * The next watchers of any of the tags after the subscriber `after`, each once, in order of id: about `limit` of them.
     * `last` is where the following page goes on; undefined where there is none.
     */
    async mergedPage(
      tags: string[],
      after: string,
      limit: number,
    ): Promise<{ subscribers: string[]; last: string | undefined }> {
      const pages = await Promise.all(tags.map((tag) => this.page(tag, after, Math.ceil(limit / tags.length))));
      // Beyond the earliest end of a page that has more, that tag's watchers are not known yet.
      const ends = pages.filter(({ more }) => more).map(({ subscribers }) => subscribers.at(-1) ?? after);
      const [last] = ends.sort();
      const all = new Set(pages.flatMap(({ subscribers }) => subscribers));
      const subscribers = [...all].filter((id) => last === undefined || id <= last).sort();
      return { subscribers, last };
    },

    /** How many watch the tag. */
    async count(tag: string): Promise<number> {
      let count = 0;
      let from: Record<string, unknown> | undefined;
      do {
        const answer = await client.send(
          new QueryCommand({
            TableName: table,
            KeyConditionExpression: 'tag = :tag',
            ExpressionAttributeValues: { ':tag': tag },
            Select: 'COUNT',
            ExclusiveStartKey: from,
          }),
        );
        count += answer.Count ?? 0;
        from = answer.LastEvaluatedKey;
      } while (from);
      return count;
    },
  };
}
