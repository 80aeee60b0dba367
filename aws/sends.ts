import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { type Send, type SendChannel, sendKey } from '../core/ledger/send.ts';
import { type Item, ifAsExpected, newest, openBefore, readAll, readMany } from './dynamodb.ts';

export type SendsTable = ReturnType<typeof sendsTable>;

/** The table `Sends`, the ledger: one item for each (subscriber, story, channel). What it may become is decided in core/ledger. */
export function sendsTable(client: DynamoDBDocumentClient, table: string) {
  const many = async (keys: Item[]) =>
    (await readMany(client, table, keys)).map(fromItem).sort((a, b) => (order(a) < order(b) ? -1 : 1));

  return {
    async get(subscriber: string, story: string, channel: SendChannel): Promise<Send | undefined> {
      const { Item } = await client.send(
        new GetCommand({
          TableName: table,
          Key: { subscriber, send: sendKey(story, channel) },
          ConsistentRead: true,
        }),
      );
      return Item && fromItem(Item);
    },

    /**
     * Writes `next` where the item is still as `previous` was read (undefined: where there is none). False where another
     * worker has written since. This one conditional write is what makes an alert go out once.
     */
    async replace(previous: Send | undefined, next: Send): Promise<boolean> {
      return ifAsExpected(
        client.send(
          new PutCommand({
            TableName: table,
            Item: toItem(next),
            ...(previous
              ? {
                  // Every claim counts an attempt, so that no two states of one item look alike here.
                  ConditionExpression:
                    '#state = :state AND #at = :at AND attempts = :attempts AND failures = :failures',
                  ExpressionAttributeNames: { '#state': 'state', '#at': 'at' },
                  ExpressionAttributeValues: {
                    ':state': previous.state,
                    ':at': previous.at,
                    ':attempts': previous.attempts,
                    ':failures': previous.failures,
                  },
                }
              : { ConditionExpression: 'attribute_not_exists(subscriber)' }),
          }),
        ),
      );
    },

    /** Every send of an article, oldest first. */
    async byArticle(article: string): Promise<Send[]> {
      const keys: Item[] = [];
      const items = readAll(client, {
        TableName: table,
        IndexName: 'byArticle',
        KeyConditionExpression: 'article = :article',
        ExpressionAttributeValues: { ':article': article },
      });
      for await (const { subscriber, send } of items) keys.push({ subscriber, send });
      return many(keys);
    },

    /** The newest sends of the last thirty days, newest first. */
    async recent(limit: number, now: Date): Promise<Send[]> {
      const keys = await newest(client, table, limit, now);
      return (await many(keys.map(({ subscriber, send }) => ({ subscriber, send })))).reverse();
    },

    /** Claims whose lease ended and held sends whose time came before `before`, as they stand now. */
    async *due(before: Date): AsyncGenerator<Send> {
      for (let shard = 0; shard < SHARDS; shard++) {
        const items = openBefore(client, table, { open: `open-${shard}`, time: 'dueAt' }, before);
        for await (const { subscriber, send } of items) {
          const [found] = await readMany(client, table, [{ subscriber, send }]);
          // An index lags behind its table: what has been settled since is no longer open.
          if (found?.dueAt) yield fromItem(found);
        }
      }
    },
  };
}

/** A partition of an index takes 1,000 writes a second, and every alert enters and leaves this one. */
const SHARDS = 8;

function toItem(send: Send): Item {
  return {
    ...send,
    send: sendKey(send.story, send.channel),
    day: send.createdAt.slice(0, 10),
    ...(send.dueAt !== undefined && { open: `open-${shardOf(send.subscriber)}` }),
  };
}

function fromItem({ send: _send, day: _day, open: _open, ...send }: Item): Send {
  return send as unknown as Send;
}

function shardOf(subscriber: string): number {
  let sum = 0;
  for (let index = 0; index < subscriber.length; index++) sum += subscriber.charCodeAt(index);
  return sum % SHARDS;
}

const order = (send: Send) => `${send.createdAt}#${send.subscriber}#${send.channel}`;
