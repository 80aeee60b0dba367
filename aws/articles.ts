import { randomUUID } from 'node:crypto';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import { type DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Article, TagMatch } from '../core/article/article.ts';
import { type Item, ifAsExpected, newest, openBefore, readAll, readMany } from './dynamodb.ts';

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
  /** The tags and own queries that it met with the words that matched, once tagged; tags first. */
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
/** What did not fit beside the text stands in parts of their own, so many bytes of JSON each, compressed. */
const PART_BYTES = 350 * 1024;
const AT_ONCE = 10;
/** Articles a page for whoever reads through many: their texts are in memory together. */
const PAGE = 100;
const DAY_MS = 86_400_000;

export type ArticlesTable = ReturnType<typeof articlesTable>;

/** The table `Articles`: one item for each article, its text compressed. */
export function articlesTable(client: DynamoDBDocumentClient, table: string) {
  const key = (id: string) => ({ TableName: table, Key: { id } });

  /** Writes the matches that did not fit into the article's own item; that item, written afterwards, then says where they are. */
  async function writeParts(article: string, matched: TagMatch[]): Promise<Parts> {
    const pieces: TagMatch[][] = [];
    for (let rest = matched; rest.length > 0; ) {
      const [first, others] = cut(rest, PART_BYTES);
      pieces.push(first);
      rest = others;
    }
    const parts = { tagging: randomUUID().slice(0, 8), count: pieces.length };
    for (let start = 0; start < pieces.length; start += AT_ONCE) {
      await Promise.all(
        pieces.slice(start, start + AT_ONCE).map((piece, offset) =>
          client.send(
            new PutCommand({
              TableName: table,
              Item: { id: partId(article, parts, start + offset), body: compress(JSON.stringify(piece)) },
            }),
          ),
        ),
      );
    }
    return parts;
  }

  async function readParts(article: string, parts: Parts): Promise<TagMatch[]> {
    const ids = Array.from({ length: parts.count }, (_, part) => partId(article, parts, part));
    const items = await readMany(
      client,
      table,
      ids.map((id) => ({ id })),
    );
    const bodies = new Map(items.map(({ id, body }) => [id, body as Uint8Array]));
    return ids.flatMap((id) => {
      const body = bodies.get(id);
      if (!body) throw new Error(`a part of what the article ${article} met is not there: ${id}`);
      return JSON.parse(brotliDecompressSync(body).toString('utf8')) as TagMatch[];
    });
  }

  /** Articles whole but for the matches in parts, newest first; they are as many as memory may hold. */
  async function newestFirst(ids: string[]): Promise<Item[]> {
    const keys = ids.map((id) => ({ id }));
    const items = await readMany(client, table, keys);
    return items.sort((a, b) => ((a.acceptedAt as string) > (b.acceptedAt as string) ? -1 : 1));
  }

  /** An article with all that it met. */
  async function whole(item: Item): Promise<StoredArticle> {
    const article = fromItem(item);
    const { id, parts } = item as { id: string; parts?: Parts };
    if (parts) article.matched = [...(article.matched ?? []), ...(await readParts(id, parts))];
    return article;
  }

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
      return Item && whole(Item);
    },

    /**
     * Records what it met, however much that is: thousands of own queries go into parts beside the article. A second tagging
     * (the message came twice) changes nothing, so that a fan-out keeps its tags, and is answered with false.
     */
    async markTagged(id: string, matched: TagMatch[], now: Date): Promise<boolean> {
      const [first = [], rest] = cut(matched, MAX_MATCHED_BYTES);
      const parts = rest.length > 0 ? await writeParts(id, rest) : undefined;
      return ifAsExpected(
        client.send(
          new UpdateCommand({
            ...key(id),
            UpdateExpression: `SET #state = :tagged, matched = :matched, taggedAt = :now, recipients = :none${
              parts ? ', #parts = :parts' : ''
            } REMOVE lastError`,
            ConditionExpression: '#state = :accepted',
            ExpressionAttributeNames: { '#state': 'state', ...(parts && { '#parts': 'parts' }) },
            ExpressionAttributeValues: {
              ':tagged': 'tagged',
              ':accepted': 'accepted',
              ':matched': first,
              ...(parts && { ':parts': parts }),
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
      const ids = (await newest(client, table, limit, now)).map(({ id }) => id as string);
      const articles: StoredArticle[] = [];
      for (const item of await newestFirst(ids)) articles.push(await whole(item));
      return articles;
    },

    /**
     * The articles that came in from `from` on, newest first, in pages of a hundred, for whoever reads through more of them than
     * memory should hold. What they met is not complete where an article met thousands of own queries.
     */
    async *since(from: Date, now: Date): AsyncGenerator<StoredArticle[]> {
      const start = from.toISOString();
      const read = async (ids: string[]) => (await newestFirst(ids)).map(fromItem);
      for (let at = now.getTime(); ; at -= DAY_MS) {
        const day = new Date(at).toISOString().slice(0, 10);
        if (day < start.slice(0, 10)) return;
        let ids: string[] = [];
        const keys = readAll(client, {
          TableName: table,
          IndexName: 'recent',
          KeyConditionExpression: '#day = :day AND acceptedAt >= :start',
          ExpressionAttributeNames: { '#day': 'day' },
          ExpressionAttributeValues: { ':day': day, ':start': start },
          ScanIndexForward: false,
        });
        for await (const { id } of keys) {
          ids.push(id as string);
          if (ids.length < PAGE) continue;
          yield await read(ids);
          ids = [];
        }
        if (ids.length > 0) yield await read(ids);
      }
    },
  };
}

const OPEN = 'open';

/** How long a requeued article is given: the time in which `incoming` brings a failing message to its dead-letter queue. */
const REQUEUED_MS = 30 * 60_000;

/**
 * Where the rest of an article's matches is: `count` items under keys made of the article's id and `tagging`. Each tagging has
 * keys of its own, so that of two at once the one that is not recorded overwrites nothing; its parts lie there unread.
 */
interface Parts {
  tagging: string;
  count: number;
}

const partId = (article: string, { tagging }: Parts, part: number) => `${article}#${tagging}#${part}`;

/** The first matches that take `bytes` as JSON, and the others. */
function cut(matched: TagMatch[], bytes: number): [first: TagMatch[], rest: TagMatch[]] {
  let size = 2;
  for (const [index, match] of matched.entries()) {
    size += Buffer.byteLength(JSON.stringify(match)) + 1;
    if (size > bytes) return [matched.slice(0, index), matched.slice(index)];
  }
  return [matched, []];
}

function compress(text: string): Buffer {
  const size = Buffer.byteLength(text);
  // Quality 5 costs a tenth of the default's time for a few per cent of size.
  return brotliCompressSync(text, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_SIZE_HINT]: size },
  });
}

function fromItem(item: Record<string, unknown>): StoredArticle {
  const { body, open: _open, day: _day, parts: _parts, ...rest } = item;
  return { ...rest, text: brotliDecompressSync(body as Uint8Array).toString('utf8') } as StoredArticle;
}
