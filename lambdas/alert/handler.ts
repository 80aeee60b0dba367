import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { StoredArticle } from '../../aws/articles.ts';
import { type Wire, wireOfEnvironment } from '../../aws/wire.ts';
import { alertRecipient, type Disposition } from './alert.ts';

/** With less time than this left no further send is begun: three calls of ten seconds at the most, in a function of thirty. */
const RESERVE_MS = 12_000;

/** The function `alert`: for each recipient on `outgoing`, one alert, once. */
export function createHandler(wire: Wire, now: () => Date = () => new Date(), jitter: () => number = Math.random) {
  return async (event: SQSEvent, context: Pick<Context, 'getRemainingTimeInMillis'>): Promise<SQSBatchResponse> => {
    const articles = new Map<string, Promise<StoredArticle | undefined>>();
    const article = (id: string) => {
      const found = articles.get(id) ?? wire.articles.get(id);
      articles.set(id, found);
      return found;
    };

    const work = async (record: SQSRecord): Promise<string | undefined> => {
      try {
        if (context.getRemainingTimeInMillis() < RESERVE_MS) return record.messageId;
        const disposition = await alertRecipient({ wire, now, jitter, article }, record.body);
        return (await carryOut(wire, record, disposition, now())) ? undefined : record.messageId;
      } catch (error) {
        console.error(JSON.stringify({ message: 'alert failed', body: record.body, error: String(error) }));
        return record.messageId;
      }
    };

    const kept = (await Promise.all(event.Records.map(work))).filter((id) => id !== undefined);
    return { batchItemFailures: kept.map((itemIdentifier) => ({ itemIdentifier })) };
  };
}

/** True where the message is done with and may leave the queue. */
async function carryOut(wire: Wire, record: SQSRecord, disposition: Disposition, now: Date): Promise<boolean> {
  switch (disposition.kind) {
    case 'done':
      return true;
    case 'dead':
      await wire.outgoingDead.lay(record.body, disposition.error);
      return true;
    case 'back': {
      const seconds = (Date.parse(disposition.until) - now.getTime()) / 1000;
      await wire.outgoing.giveBack(record.receiptHandle, seconds);
      return false;
    }
  }
}

let ready: ReturnType<typeof createHandler> | undefined;

export const handler: ReturnType<typeof createHandler> = (event, context) => {
  ready ??= createHandler(wireOfEnvironment());
  return ready(event, context);
};
