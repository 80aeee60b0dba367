import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Subscriber } from '../core/subscriber/subscriber.ts';
import { type Item, ifAsExpected, openBefore, readAll } from './dynamodb.ts';

export type SubscribersTable = ReturnType<typeof subscribersTable>;

/** The table `Subscribers`: one item for each address. */
export function subscribersTable(client: DynamoDBDocumentClient, table: string) {
  return {
    /** Read consistently: whoever unsubscribed a moment ago is seen as such. */
    async get(id: string): Promise<Subscriber | undefined> {
      const { Item } = await client.send(new GetCommand({ TableName: table, Key: { id }, ConsistentRead: true }));
      return Item && fromItem(Item);
    },

    /**
     * Writes `next` where the item is still as `previous` was read (undefined: where there is none). False where somebody
     * else has written since: read again and decide anew. `unfinished` keeps it in the index of open ones, which
     * `recover` works off: an address whose topic or watches are still being set up or taken down. For as long, what it watched
     * before is kept beside what it watches now.
     */
    async replace(previous: Subscriber | undefined, next: Subscriber, unfinished = false): Promise<boolean> {
      return ifAsExpected(
        client.send(
          new PutCommand({
            TableName: table,
            Item: {
              ...next,
              revision: (previous?.revision ?? 0) + 1,
              formerWatches: unfinished ? formerWatches(previous, next) : undefined,
              ...(unfinished && { open: OPEN }),
            },
            ...(previous
              ? { ConditionExpression: 'revision = :seen', ExpressionAttributeValues: { ':seen': previous.revision } }
              : { ConditionExpression: 'attribute_not_exists(id)' }),
          }),
        ),
      );
    },

    /** Every subscriber, in no order, page after page. */
    async *all(): AsyncGenerator<Subscriber> {
      for await (const item of readAll(client, { TableName: table })) yield fromItem(item);
    },

    /** Ids of those left unfinished before `before`. */
    async *open(before: Date): AsyncGenerator<string> {
      const items = openBefore(client, table, { open: OPEN, time: 'updatedAt' }, before);
      for await (const { id } of items) yield id as string;
    },
  };
}

const OPEN = 'open';

function formerWatches(previous: Subscriber | undefined, next: Subscriber): string[] | undefined {
  const former = new Set([...(previous?.formerWatches ?? []), ...(previous?.watches ?? [])]);
  for (const watch of next.watches) former.delete(watch);
  return former.size > 0 ? [...former] : undefined;
}

function fromItem({ open: _open, ...subscriber }: Item): Subscriber {
  return subscriber as unknown as Subscriber;
}
