import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';

export type Queue = ReturnType<typeof sqsQueue>;

/** SQS takes ten messages a call. */
const BATCH = 10;
/** The longest that SQS lets a message be hidden. */
const MAX_VISIBILITY_SECONDS = 12 * 3600;

/** One SQS queue whose messages are JSON. */
export function sqsQueue(client: SQSClient, QueueUrl: string) {
  return {
    async send(body: unknown): Promise<void> {
      await client.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(body) }));
    },

    /** Sends all, ten a call, up to ten calls at a time. Throws unless every one was taken: what is sent twice must do no harm. */
    async sendAll(bodies: unknown[]): Promise<void> {
      const batches: SendMessageBatchRequestEntry[][] = [];
      for (let start = 0; start < bodies.length; start += BATCH) {
        batches.push(
          bodies
            .slice(start, start + BATCH)
            .map((body, index) => ({ Id: `${index}`, MessageBody: JSON.stringify(body) })),
        );
      }
      for (let start = 0; start < batches.length; start += BATCH) {
        await Promise.all(
          batches.slice(start, start + BATCH).map(async (Entries) => {
            const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
            if (Failed.length)
              throw new Error(`SQS refused ${Failed.length} of ${Entries.length} messages: ${Failed[0]?.Message}`);
          }),
        );
      }
    },

    /** Lays a message aside as it came, with the error that brought it here. For a dead-letter queue. */
    async lay(body: string, error: string): Promise<void> {
      await client.send(
        new SendMessageCommand({
          QueueUrl,
          MessageBody: body,
          // An attribute's value may not be empty; the error is for a reader, who needs no more than its beginning.
          MessageAttributes: {
            error: { DataType: 'String', StringValue: sendable(error).slice(0, 1000) || 'unknown' },
          },
        }),
      );
    },

    /** Gives a message back, to be seen again in `seconds`, at least one. */
    async giveBack(ReceiptHandle: string, seconds: number): Promise<void> {
      await client.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl,
          ReceiptHandle,
          VisibilityTimeout: Math.min(MAX_VISIBILITY_SECONDS, Math.max(1, Math.ceil(seconds))),
        }),
      );
    },

    /** Up to ten messages, hidden for `hiddenSeconds`; does not wait for any to come. */
    async receive(hiddenSeconds: number): Promise<Message[]> {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: BATCH,
          VisibilityTimeout: hiddenSeconds,
          MessageAttributeNames: ['All'],
          MessageSystemAttributeNames: ['All'],
        }),
      );
      return Messages;
    },

    async remove(ReceiptHandle: string): Promise<void> {
      await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    },

    /** How many messages it holds: waiting, being worked on, and put off. SQS calls the figures approximate. */
    async size(): Promise<{ waiting: number; inFlight: number; delayed: number }> {
      const { Attributes = {} } = await client.send(
        new GetQueueAttributesCommand({
          QueueUrl,
          AttributeNames: [
            'ApproximateNumberOfMessages',
            'ApproximateNumberOfMessagesNotVisible',
            'ApproximateNumberOfMessagesDelayed',
          ],
        }),
      );
      return {
        waiting: Number(Attributes.ApproximateNumberOfMessages ?? 0),
        inFlight: Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
        delayed: Number(Attributes.ApproximateNumberOfMessagesDelayed ?? 0),
      };
    },
  };
}

/** Without the control characters that SQS refuses. */
function sendable(text: string): string {
  return text.replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD]/g, ' ');
}
