import type { SQSClient } from '@aws-sdk/client-sqs';
import type { MessageAttribute } from './protocol.ts';
import type { Store } from './store.ts';

interface Row {
  seq: number;
  queue: string;
  body: string;
  attributes: string;
  attempts: number;
}

/** How long one SendMessage may take. */
const timeoutMs = 3000;

/** How long the longest pause between two attempts is. */
const longestPauseMs = 60_000;

/**
 * Delivery to queues. Like SNS, what was accepted is delivered later if it cannot be delivered now: it is stored with the
 * Publish, tried at once, then again with growing pauses, also after a restart. Only a queue that does not exist ends it.
 * The pauses are by the machine's clock, not by the carrier's, which a test may hold still.
 */
export class Queues {
  readonly #store: Store;
  readonly #endpoint: string | undefined;
  readonly #region: string;
  readonly #underWay = new Map<number, Promise<void>>();
  #client: Promise<SQSClient> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  /** `endpoint`: where SQS is, without a slash at the end. Without one nothing is delivered to queues, nor kept for them. */
  constructor(store: Store, endpoint: string | undefined, region: string) {
    this.#store = store;
    this.#endpoint = endpoint?.replace(/\/+$/, '');
    this.#region = region;
    if (this.#endpoint) this.#wake(0);
  }

  /** Stores a message for a queue, to be called within the transaction of its Publish; hand what it answers to `attempt`. */
  add(queueArn: string, body: string, attributes: Record<string, MessageAttribute>): number[] {
    if (!this.#endpoint) return [];
    const { id } = this.#store.run(
      'INSERT INTO deliveries (queue, body, attributes, due) VALUES (?, ?, ?, ?)',
      queueArn,
      body,
      JSON.stringify(attributes),
      Date.now(),
    );
    return [id];
  }

  /** How many messages are still to be delivered. */
  waiting(): number {
    return this.#store.get<{ n: number }>('SELECT count(*) AS n FROM deliveries')?.n ?? 0;
  }

  /** Tries each of these now and resolves when each was tried; a failure only puts it off. */
  async attempt(ids: number[]): Promise<void> {
    await Promise.all(ids.map((id) => this.#try(id)));
  }

  /** Begins nothing more and waits for what is under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await Promise.all(this.#underWay.values());
    (await this.#client)?.destroy();
  }

  #try(id: number): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    const running = this.#underWay.get(id) ?? this.#send(id).finally(() => this.#underWay.delete(id));
    this.#underWay.set(id, running);
    return running;
  }

  async #send(id: number): Promise<void> {
    const row = this.#store.get<Row>('SELECT * FROM deliveries WHERE seq = ?', id);
    if (!row) return;
    try {
      const { SendMessageCommand } = await import('@aws-sdk/client-sqs');
      this.#client ??= this.#connect();
      const client = await this.#client;
      const [, , , , account, name] = row.queue.split(':');
      const attributes = Object.entries(JSON.parse(row.attributes) as Record<string, MessageAttribute>);
      await client.send(
        new SendMessageCommand({
          QueueUrl: `${this.#endpoint}/${account}/${name}`,
          MessageBody: row.body,
          MessageAttributes: Object.fromEntries(
            attributes.map(([key, { type, value }]) => [
              key,
              type.startsWith('Binary')
                ? { DataType: type, BinaryValue: Buffer.from(value, 'base64') }
                : { DataType: type, StringValue: value },
            ]),
          ),
        }),
      );
      this.#store.run('DELETE FROM deliveries WHERE seq = ?', id);
    } catch (error) {
      if (/QueueDoesNotExist|NonExistentQueue/.test(error instanceof Error ? error.name : '')) {
        this.#store.run('DELETE FROM deliveries WHERE seq = ?', id);
        return;
      }
      const pause = Math.min(longestPauseMs, 500 * 2 ** Math.min(row.attempts, 10));
      this.#store.run('UPDATE deliveries SET attempts = attempts + 1, due = ? WHERE seq = ?', Date.now() + pause, id);
      this.#wake(pause);
    }
  }

  async #connect(): Promise<SQSClient> {
    const { SQSClient } = await import('@aws-sdk/client-sqs');
    return new SQSClient({
      endpoint: this.#endpoint as string,
      region: this.#region,
      credentials: { accessKeyId: 'carrier', secretAccessKey: 'carrier' },
      maxAttempts: 1,
      requestHandler: { requestTimeout: timeoutMs, connectionTimeout: timeoutMs, throwOnRequestTimeout: true },
    });
  }

  /** Looks for what is due, after a pause; an earlier look that is already planned stands. */
  #wake(pauseMs: number): void {
    if (this.#stopped || this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#sweep();
    }, pauseMs);
    this.#timer.unref();
  }

  async #sweep(): Promise<void> {
    const due = this.#store.all<{ seq: number }>(
      'SELECT seq FROM deliveries WHERE due <= ? ORDER BY seq LIMIT 50',
      Date.now(),
    );
    await this.attempt(due.map(({ seq }) => seq));
    if (this.#stopped) return;
    const next = this.#store.get<{ due: number | null }>('SELECT min(due) AS due FROM deliveries')?.due;
    if (next != null) this.#wake(Math.max(20, next - Date.now()));
  }
}
