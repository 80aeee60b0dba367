import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { readIncoming } from '../../aws/messages.ts';
import { openObjects, type Snapshot, snapshotObject } from '../../aws/snapshot.ts';
import { type Wire, wireOfEnvironment } from '../../aws/wire.ts';
import { FreshRules } from './fresh-rules.ts';
import { tagArticle } from './tag.ts';

/** Time that is left for the page at hand, and for handing the rest on, when no further page is begun. */
const RESERVE_MS = 15_000;

/** The function `tag`: for each article on `incoming`, tags it and puts its recipients on `outgoing`. */
export function createHandler(wire: Wire, snapshot: Pick<Snapshot, 'get'>, now: () => Date = () => new Date()) {
  const rules = new FreshRules(wire, snapshot);

  return async (event: SQSEvent, context: Pick<Context, 'getRemainingTimeInMillis'>): Promise<SQSBatchResponse> => {
    const index = await rules.index(now());
    const timeIsUp = () => context.getRemainingTimeInMillis() < RESERVE_MS;

    const work = async (record: SQSRecord): Promise<string | undefined> => {
      let article: string | undefined;
      try {
        ({ article } = readIncoming(record.body));
        await tagArticle(wire, index, article, now, timeIsUp);
        return undefined;
      } catch (error) {
        console.error(JSON.stringify({ message: 'tagging failed', article, error: String(error) }));
        // For whoever finds the message in the dead-letter queue; where this fails too, the log has it.
        if (article) await wire.articles.recordError(article, String(error)).catch(() => {});
        return record.messageId;
      }
    };

    const failed = (await Promise.all(event.Records.map(work))).filter((id) => id !== undefined);
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  };
}

let ready: ReturnType<typeof createHandler> | undefined;

export const handler: ReturnType<typeof createHandler> = (event, context) => {
  if (!ready) {
    const wire = wireOfEnvironment();
    ready = createHandler(wire, snapshotObject(openObjects(), wire.resources.indexBucket));
  }
  return ready(event, context);
};
