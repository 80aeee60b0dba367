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
     * The watchers of any of the tags after the subscriber `after`, each once, in order of id, `size` at a time. What a query
     * gave beyond the page at hand is kept for the next, so that however many tags there are, each list is read about once.
     */
    async *merged(tags: string[], after: string, size: number): AsyncGenerator<string[]> {
      const limit = Math.max(FIRST_READ, Math.ceil(size / tags.length));
      const lists: List[] = tags.map((tag) => ({ tag, ids: [], last: after, more: true, limit }));
      const readOn = async (list: List) => {
        const { subscribers, more } = await this.page(list.tag, list.last, list.limit);
        Object.assign(list, { ids: subscribers, last: subscribers.at(-1) ?? list.last, more });
        list.limit = Math.min(size, list.limit * 2);
      };
      let ready: string[] = [];
      for (;;) {
        const empty = lists.filter(({ ids, more }) => ids.length === 0 && more);
        for (let start = 0; start < empty.length; start += AT_ONCE) {
          await Promise.all(empty.slice(start, start + AT_ONCE).map(readOn));
        }
        // Beyond the earliest end of a list that has more, that tag's watchers are not known yet.
        const known = earliest(lists.filter(({ more }) => more).map(({ last }) => last));
        ready = [...ready, ...[...new Set(lists.flatMap((list) => upTo(list, known)))].sort()];
        let start = 0;
        for (; ready.length - start >= size; start += size) yield ready.slice(start, start + size);
        ready = ready.slice(start);
        if (known !== undefined) continue;
        if (ready.length > 0) yield ready;
        return;
      }
    },

    /** Whether anybody watches the tag. */
    async isWatched(tag: string): Promise<boolean> {
      return (await this.page(tag, undefined, 1)).subscribers.length > 0;
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

/** One tag's watchers as far as they were read: `ids` are those not handed on, `last` the last that was read. */
interface List {
  tag: string;
  ids: string[];
  last: string;
  more: boolean;
  /** How many the next query asks for: more each time, for a list that turns out long. */
  limit: number;
}

const FIRST_READ = 25;
/** Queries side by side. The SDK opens 50 connections; what waits longer for one than its timeout fails. */
const AT_ONCE = 25;

function earliest(ids: string[]): string | undefined {
  let first = ids[0];
  for (const id of ids) if (first !== undefined && id < first) first = id;
  return first;
}

/** Takes off a list what is not beyond `end`; all of it without one. */
function upTo({ ids }: List, end: string | undefined): string[] {
  const beyond = end === undefined ? -1 : ids.findIndex((id) => id > end);
  return ids.splice(0, beyond === -1 ? ids.length : beyond);
}
