import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { type ChangeMessage, readChange } from '../../aws/messages.ts';
import { openObjects, type Snapshot, snapshotObject } from '../../aws/snapshot.ts';
import { type Wire, wireOfEnvironment } from '../../aws/wire.ts';
import { compile } from './compile.ts';

const RESERVE_MS = 20_000;

/**
 * The function `compile`: however many messages say that something has changed, the index is compiled once. Throws where that
 * fails, so that all of them come again.
 */
export function createHandler(
  wire: Wire,
  snapshot: Pick<Snapshot, 'head' | 'put'>,
  now: () => Date = () => new Date(),
) {
  return async (event: SQSEvent, context: Pick<Context, 'getRemainingTimeInMillis'>): Promise<SQSBatchResponse> => {
    const read = event.Records.map(readRecord);
    const rebuild = read.some(({ message }) => message?.rebuild);
    const timeIsUp = () => context.getRemainingTimeInMillis() < RESERVE_MS;
    const compiled = await compile({ wire, snapshot, now, timeIsUp }, rebuild);
    console.log(JSON.stringify({ message: 'compiled', ...compiled }));
    const malformed = read.filter(({ message }) => !message);
    return { batchItemFailures: malformed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  };
}

/** A message that is none of ours goes to the dead-letter queue, and keeps no other back. */
function readRecord({ messageId, body }: SQSRecord): { messageId: string; message?: ChangeMessage } {
  try {
    return { messageId, message: readChange(body) };
  } catch (error) {
    console.error(JSON.stringify({ message: 'a message on changes is none of ours', error: String(error) }));
    return { messageId };
  }
}

let ready: ReturnType<typeof createHandler> | undefined;

export const handler: ReturnType<typeof createHandler> = (event, context) => {
  if (!ready) {
    const wire = wireOfEnvironment();
    ready = createHandler(wire, snapshotObject(openObjects(), wire.resources.indexBucket));
  }
  return ready(event, context);
};
