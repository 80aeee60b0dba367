import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  type BatchGetCommandOutput,
  type DynamoDBDocumentClient,
  QueryCommand,
  type QueryCommandInput,
  ScanCommand,
  type ScanCommandInput,
} from '@aws-sdk/lib-dynamodb';

export type Item = Record<string, unknown>;

/** Waits for a conditional write. False where its condition did not hold; every other error is thrown. */
export async function ifAsExpected(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

/** All items of a query (one with a key condition) or a scan, page after page as they are asked for. */
export async function* readAll(
  client: DynamoDBDocumentClient,
  input: QueryCommandInput | ScanCommandInput,
): AsyncGenerator<Item> {
  const isQuery = 'KeyConditionExpression' in input;
  let from: Item | undefined;
  do {
    const page = { ...input, ExclusiveStartKey: from };
    const answer = isQuery
      ? await client.send(new QueryCommand(page as QueryCommandInput))
      : await client.send(new ScanCommand(page));
    yield* answer.Items ?? [];
    from = answer.LastEvaluatedKey;
  } while (from);
}

/** BatchGetItem's own bound. */
const BATCH_GET = 100;

/**
 * Reads items by their keys, consistently, a hundred at a time; in no order, missing ones left out, each once: an index that
 * is being written while it is read may name an item twice, and BatchGetItem refuses that.
 */
export async function readMany(client: DynamoDBDocumentClient, table: string, keys: Item[]): Promise<Item[]> {
  const found: Item[] = [];
  const distinct = [...new Map(keys.map((key) => [Object.values(key).join('\0'), key])).values()];
  for (let start = 0; start < distinct.length; start += BATCH_GET) {
    let wanted: Item[] | undefined = distinct.slice(start, start + BATCH_GET);
    // DynamoDB may answer a part (16 MB, or a throttle) and name the rest.
    for (let round = 0; wanted?.length; round++) {
      if (round > 0) await new Promise((resolve) => setTimeout(resolve, Math.min(1000, 25 * 2 ** round)));
      if (round > 8) throw new Error(`DynamoDB did not give ${wanted.length} items of ${table} after ${round} tries`);
      const answer: BatchGetCommandOutput = await client.send(
        new BatchGetCommand({ RequestItems: { [table]: { Keys: wanted, ConsistentRead: true } } }),
      );
      found.push(...(answer.Responses?.[table] ?? []));
      wanted = answer.UnprocessedKeys?.[table]?.Keys;
    }
  }
  return found;
}

/** What stands in the partition `open` of a table's sparse index `open` with a time before `before`, oldest first; its keys alone. */
export function openBefore(
  client: DynamoDBDocumentClient,
  table: string,
  { open, time }: { open: string; time: string },
  before: Date,
): AsyncGenerator<Item> {
  return readAll(client, {
    TableName: table,
    IndexName: 'open',
    KeyConditionExpression: '#open = :open AND #time < :before',
    ExpressionAttributeNames: { '#open': 'open', '#time': time },
    ExpressionAttributeValues: { ':open': open, ':before': before.toISOString() },
  });
}

/** How far back the lists of the newest items look. */
const RECENT_DAYS = 30;

/** The newest items of the index `recent` (`day`, `createdAt` or the like), newest first, as its keys alone. */
export async function newest(client: DynamoDBDocumentClient, table: string, limit: number, now: Date): Promise<Item[]> {
  const found: Item[] = [];
  for (let back = 0; back < RECENT_DAYS && found.length < limit; back++) {
    const day = new Date(now.getTime() - back * 86_400_000).toISOString().slice(0, 10);
    const { Items = [] } = await client.send(
      new QueryCommand({
        TableName: table,
        IndexName: 'recent',
        KeyConditionExpression: '#day = :day',
        ExpressionAttributeNames: { '#day': 'day' },
        ExpressionAttributeValues: { ':day': day },
        ScanIndexForward: false,
        Limit: limit - found.length,
      }),
    );
    found.push(...Items);
  }
  return found;
}
