import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import { type DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Article, TagMatch } from '../core/article/article.ts';
import { ifAsExpected, newest, openBefore, readMany } from './dynamodb.ts';

/**
 * `accepted`: stored, its id is or will be on the queue `incoming`. `tagged`: its tags are known, recipients are being put
 * on `outgoing`. `done`: every recipient is on `outgoing`.
 */
export type ArticleState = 'accepted' | 'tagged' | 'done';

/** An article as the table keeps it. Times are ISO 8601 UTC. */
export interface StoredArticle extends Article {
  state: ArticleState;
  acceptedAt: string;
  taggedAt?: string;
  doneAt?: string;
  /** The tags it met with the words that matched, once tagged. */
  matched?: TagMatch[];
  /** The last subscriber put on `outgoing`: the fan-out goes on after it. */
  cursor?: string;
  /** How many recipients were put on `outgoing` so far; final once `done`. */
  recipients?: number;
  /** When `recover` last put it on `incoming` again. */
  requeuedAt?: string;
  /** The last error of its tagging, for whoever looks into the dead-letter queue. */
  lastError?: string;
}

/** DynamoDB stops at 400 KB an item; what these two leave is for headline, URL and the index. */
export const MAX_COMPRESSED_BYTES = 250 * 1024;
export const MAX_MATCHED_BYTES = 120 * 1024;

export type ArticlesTable = ReturnType<typeof articlesTable>;

/** The table `Articles`: one item for each article, its text compressed. */
export function articlesTable(client: DynamoDBDocumentClient, table: string) {
  const key = (id: string) => ({ TableName: table, Key: { id } });

  return {
    /**
     * Stores a new article as `accepted`. `known` where the id is there already (nothing is written); `too large` where
     * the text stays over {@link MAX_COMPRESSED_BYTES} compressed.
     */
    async put(
      article: Article,
      now: Date,
    ): Promise<{ kind: 'stored' } | { kind: 'known' } | { kind: 'too large'; bytes: number }> {
      const { text, ...rest } = article;
      const body = compress(text);
      if (body.length > MAX_COMPRESSED_BYTES) return { kind: 'too large', bytes: body.length };
      const acceptedAt = now.toISOString();
      const stored = await ifAsExpected(
        client.send(
          new PutCommand({
            TableName: table,
            Item: { ...rest, body, state: 'accepted', acceptedAt, open: OPEN, day: acceptedAt.slice(0, 10) },
            ConditionExpression: 'attribute_not_exists(id)',
          }),
        ),
      );
      return { kind: stored ? 'stored' : 'known' };
    },

    async get(id: string): Promise<StoredArticle | undefined> {
      const { Item } = await client.send(new GetCommand({ ...key(id), ConsistentRead: true }));
      return Item && fromItem(Item);
    },

    /**
     * Records the tags, with fewer words for each where all of them would not fit. A second tagging (the message came twice)
     * changes nothing, so that a fan-out keeps its tags, and is answered with false.
     */
    async markTagged(id: string, matched: TagMatch[], now: Date): Promise<boolean> {
      return ifAsExpected(
        client.send(
          new UpdateCommand({
            ...key(id),
            UpdateExpression:
              'SET #state = :tagged, matched = :matched, taggedAt = :now, recipients = :none REMOVE lastError',
            ConditionExpression: '#state = :accepted',
            ExpressionAttributeNames: { '#state': 'state' },
            ExpressionAttributeValues: {
              ':tagged': 'tagged',
              ':accepted': 'accepted',
              ':matched': fitting(matched),
              ':now': now.toISOString(),
              ':none': 0,
            },
          }),
        ),
      );
    },

    /**
     * Moves the fan-out's cursor past a page of `count` recipients. False where another worker has moved it: whoever
     * loses leaves the article to the winner.
     */
    async advance(id: string, from: string | undefined, to: string, count: number): Promise<boolean> {
      return ifAsExpected(
        client.send(
          new UpdateCommand({
            ...key(id),
            // Whatever failed before has been got over: an error on record would keep `recover` away.
            UpdateExpression: 'SET #cursor = :to REMOVE lastError ADD recipients :count',
            ConditionExpression: from === undefined ? 'attribute_not_exists(#cursor)' : '#cursor = :from',
            ExpressionAttributeNames: { '#cursor': 'cursor' },
            ExpressionAttributeValues: { ':to': to, ':count': count, ...(from !== undefined && { ':from': from }) },
          }),
        ),
      );
    },

    /** The fan-out has come to its end: the article is `done` and leaves the index of open ones. */
    async markDone(id: string, now: Date): Promise<void> {
      await ifAsExpected(
        client.send(
          new UpdateCommand({
            ...key(id),
            UpdateExpression: 'SET #state = :done, doneAt = :now REMOVE #open, lastError',
            ConditionExpression: '#state = :tagged',
            ExpressionAttributeNames: { '#state': 'state', '#open': 'open' },
            ExpressionAttributeValues: { ':done': 'done', ':tagged': 'tagged', ':now': now.toISOString() },
          }),
        ),
      );
    },

    /** Keeps the error of a failed step, so that `bellwire dlq` can show why a message rests. */
    async recordError(id: string, message: string): Promise<void> {
      await ifAsExpected(
        client.send(
          new UpdateCommand({
            ...key(id),
            UpdateExpression: 'SET lastError = :error',
            ConditionExpression: 'attribute_exists(id)',
            ExpressionAttributeValues: { ':error': message.slice(0, 1000) },
          }),
        ),
      );
    },

    /**
     * Whether an open article is to be put on `incoming` again. Not where a recorded error says that its message is on its
     * way to the dead-letter queue, or where it was put there again a short while ago: a copy would do no harm, but a hundred
     * copies of a message that fails would.
     */
    async hasStopped(id: string, now: Date): Promise<boolean> {
      const { Item } = await client.send(
        new GetCommand({
          ...key(id),
          ConsistentRead: true,
          ProjectionExpression: '#open, lastError, requeuedAt',
          ExpressionAttributeNames: { '#open': 'open' },
        }),
      );
      if (Item?.open === undefined || Item.lastError !== undefined) return false;
      return Item.requeuedAt === undefined || now.getTime() - Date.parse(Item.requeuedAt) > REQUEUED_MS;
    },

    /** Notes that it was put on `incoming` again. */
    async markRequeued(id: string, now: Date): Promise<void> {
      await ifAsExpected(
        client.send(
          new UpdateCommand({
            ...key(id),
            UpdateExpression: 'SET requeuedAt = :now',
            ConditionExpression: 'attribute_exists(#open)',
            ExpressionAttributeNames: { '#open': 'open' },
            ExpressionAttributeValues: { ':now': now.toISOString() },
          }),
        ),
      );
    },

    /** Ids of articles accepted before `before` and not yet done, oldest first. */
    async *open(before: Date): AsyncGenerator<string> {
      const items = openBefore(client, table, { open: OPEN, time: 'acceptedAt' }, before);
      for await (const { id } of items) yield id as string;
    },

    /** The newest articles of the last thirty days, newest first. */
    async recent(limit: number, now: Date): Promise<StoredArticle[]> {
      const keys = (await newest(client, table, limit, now)).map(({ id }) => ({ id }));
      return (await readMany(client, table, keys)).map(fromItem).sort((a, b) => (a.acceptedAt > b.acceptedAt ? -1 : 1));
    },
  };
}

const OPEN = 'open';

/** How long a requeued article is given: the time in which `incoming` brings a failing message to its dead-letter queue. */
const REQUEUED_MS = 30 * 60_000;

/** @throws where not even the names fit */
function fitting(matched: TagMatch[]): TagMatch[] {
  for (const most of [Number.POSITIVE_INFINITY, 3, 1, 0]) {
    const kept = matched.map((match) => ({ ...match, words: match.words.slice(0, most) }));
    if (Buffer.byteLength(JSON.stringify(kept)) <= MAX_MATCHED_BYTES) return kept;
  }
  throw new Error(`the article meets ${matched.length} tags, more than can be recorded of one`);
}

function compress(text: string): Buffer {
  const size = Buffer.byteLength(text);
  // Quality 5 costs a tenth of the default's time for a few per cent of size.
  return brotliCompressSync(text, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_SIZE_HINT]: size },
  });
}

function fromItem(item: Record<string, unknown>): StoredArticle {
  const { body, open: _open, day: _day, ...rest } = item;
  return { ...rest, text: brotliDecompressSync(body as Uint8Array).toString('utf8') } as StoredArticle;
}
