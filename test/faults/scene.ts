import type { Message } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { openClients } from '../../aws/clients.ts';
import { takeIn } from '../../aws/door.ts';
import { confirm, subscribe } from '../../aws/signup.ts';
import { openObjects, type Snapshot, snapshotObject } from '../../aws/snapshot.ts';
import { openWire, type Wire } from '../../aws/wire.ts';
import type { Send } from '../../core/ledger/index.ts';
import { type Subscriber, subscriberId } from '../../core/subscriber/index.ts';
import { createHandler as createAlert } from '../../lambdas/alert/handler.ts';
import { createHandler as createCompile } from '../../lambdas/compile/handler.ts';
import { type Recovered, recover } from '../../lambdas/recover/recover.ts';
import { createHandler as createTag } from '../../lambdas/tag/handler.ts';
import { type Emulators, startEmulators } from '../../local/emulators.ts';
import { synthesise } from '../template.ts';

/** What a process that dies throws: nothing of ours catches it for good, since every later call dies too. */
export class Crash extends Error {
  override name = 'Crash';
}

interface AnyClient {
  middlewareStack: { add(middleware: unknown, options: object): void };
}

/** A point at which the process dies: before or after its nth call to a service, counted from `arm`. */
export interface CrashPoint {
  call: number;
  when: 'before' | 'after';
}

type QueueName = 'incoming' | 'outgoing' | 'changes';

type Handler = (event: SQSEvent, context: { getRemainingTimeInMillis: () => number }) => Promise<SQSBatchResponse>;

/**
 * The whole wire in this process: emulators made from the synthesised template, the real handlers on a clock that the test
 * turns, and a switch that kills the process at any call. Messages that a handler does not finish are brought again, as
 * SQS would, after the clock has moved on.
 */
export class Scene {
  readonly emulators: Emulators;
  /** What the handlers use: its calls are counted, and die where the test says. */
  readonly wire: Wire;
  /** The compiled index, as the handlers see it. */
  readonly snapshot: Snapshot;
  /** The test's own hands: never counted, never dying. */
  readonly hands: Wire;
  /** The calls since `arm`, as `sns PublishCommand`. */
  calls: string[] = [];
  clock = new Date('2026-11-24T10:00:00.000Z');
  #points: CrashPoint[] = [];
  #dead = false;
  #waiting: { queue: QueueName; record: SQSRecord }[] = [];
  #loses: ((input: object) => boolean) | undefined;

  static async open(): Promise<Scene> {
    return new Scene(await startEmulators({ template: synthesise() }));
  }

  private constructor(emulators: Emulators) {
    this.emulators = emulators;
    const clients = openClients(emulators.endpoints);
    const s3 = openObjects(emulators.endpoints.s3);
    // What is used of them here is the same for all; their types have no call in common.
    const counted = { ...clients, s3 } as unknown as Record<string, AnyClient>;
    for (const [service, client] of Object.entries(counted)) {
      client.middlewareStack.add(
        (next: (args: never) => Promise<never>, context: { commandName?: string }) => async (args: never) => {
          if (this.#dead) throw new Crash('the process is dead');
          this.calls.push(`${service} ${context.commandName}`);
          const call = this.calls.length;
          const dies = (when: CrashPoint['when']) =>
            this.#points.some((point) => point.call === call && point.when === when);
          if (dies('before')) this.#die();
          const answer = await next(args);
          if (dies('after')) this.#die();
          // Another call of this process may have died while this one was under way: its answer is seen by nobody.
          if (this.#dead) throw new Crash('the process is dead');
          return answer;
        },
        { step: 'initialize', name: 'crash', priority: 'high' },
      );
      if (service === 'sns') continue; // It has faults of its own, and is never asked twice.
      client.middlewareStack.add(
        (next: (args: never) => Promise<never>) => async (args: { input: object }) => {
          const answer = await next(args as never);
          if (!this.#loses?.(args.input)) return answer;
          this.#loses = undefined;
          throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
        },
        // Within the SDK's own retries: it asks again, and no code of ours sees why.
        { step: 'finalizeRequest', name: 'lost answer', priority: 'low' },
      );
    }
    this.wire = openWire(emulators.resources, clients);
    this.snapshot = snapshotObject(s3, emulators.resources.indexBucket);
    this.hands = openWire(emulators.resources, openClients(emulators.endpoints));
  }

  #die(): never {
    this.#dead = true;
    throw new Crash('the process dies here');
  }

  /** From now on calls are counted from one, and the process dies at each of the points. */
  arm(...points: CrashPoint[]): void {
    this.calls = [];
    this.#points = points;
    this.#dead = false;
  }

  /**
   * The first answer of a table or queue to a call that `chosen` likes is lost: what was asked is done, and the SDK asks
   * again. `chosen` is given the call's input as it goes over the wire. Says whether it has happened.
   */
  lose(chosen: (input: object) => boolean): () => boolean {
    this.#loses = chosen;
    return () => this.#loses === undefined;
  }

  /** A new process takes over. Calls go on being counted, so that a second point may lie in its life. */
  revive(): void {
    this.#dead = false;
  }

  get dead(): boolean {
    return this.#dead;
  }

  now = (): Date => this.clock;

  wait(seconds: number): void {
    this.clock = new Date(this.clock.getTime() + seconds * 1000);
  }

  /** Brings an article to the door until it is taken, as whoever got no answer would. */
  async bring(input: { title: string; text: string; url?: string }): Promise<string> {
    for (;;) {
      try {
        const admission = await takeIn(this.wire, input, this.clock);
        if (this.#dead) throw new Crash('nobody saw the answer');
        if (admission.kind === 'refused') throw new Error(admission.reason);
        return admission.article.id;
      } catch (error) {
        if (!this.#dead) throw error;
        this.revive();
      }
    }
  }

  /**
   * Works the queues off: each message goes to its handler, and what a handler does not finish, or dies over, comes again
   * after twenty minutes of the scene's clock. Ends when nothing is left; throws where that is not within `rounds`.
   */
  async settle(rounds = 40): Promise<void> {
    for (let round = 0; round < rounds; round++) {
      for (;;) {
        const fresh = await this.#take('incoming');
        const more = await this.#take('outgoing');
        if (!fresh && !more) break;
      }
      if (this.#waiting.length === 0) return;
      this.wait(20 * 60);
      const again = this.#waiting.splice(0);
      for (const name of ['changes', 'incoming', 'outgoing'] as const) {
        const records = again.filter(({ queue }) => queue === name).map(({ record }) => record);
        if (records.length) await this.#deliver(name, records);
      }
    }
    throw new Error(`${this.#waiting.length} messages are still on their way after ${rounds} rounds`);
  }

  /** Everything that is asked of `recover`, again if it died over it. */
  async recover(): Promise<Recovered> {
    for (;;) {
      const found = await recover(this.wire, this.clock, () => false);
      if (!this.#dead) return found;
      this.revive();
    }
  }

  /** Gives records to a fresh handler of the queue; what fails waits. */
  async #deliver(name: QueueName, records: SQSRecord[]): Promise<void> {
    const handler = this.#handlerOf(name);
    let failed: Set<string>;
    try {
      const answer = await handler({ Records: records }, { getRemainingTimeInMillis: () => 30_000 });
      failed = new Set(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    } catch {
      failed = new Set(records.map(({ messageId }) => messageId));
    }
    // A function that died reports nothing: its whole batch comes again.
    const died = this.#dead;
    this.revive();
    for (const record of records) {
      if (died || failed.has(record.messageId)) this.#waiting.push({ queue: name, record });
      else await this.hands[name].remove(record.receiptHandle);
    }
  }

  #handlerOf(name: QueueName): Handler {
    if (name === 'incoming') return createTag(this.wire, this.snapshot, this.now);
    if (name === 'outgoing') return createAlert(this.wire, this.now, () => 0);
    return createCompile(this.wire, this.snapshot, this.now);
  }

  /** Gives what is on `changes` to `compile`, as one batch; again for as long as it dies over it. */
  async compile(): Promise<void> {
    const messages: Message[] = [];
    for (;;) {
      const some = await this.hands.changes.receive(43_000);
      if (some.length === 0) break;
      messages.push(...some);
    }
    if (messages.length > 0) await this.#deliver('changes', messages.map(toRecord));
  }

  async #take(name: QueueName): Promise<boolean> {
    const messages = await this.hands[name].receive(43_000);
    if (messages.length > 0) await this.#deliver(name, messages.map(toRecord));
    return messages.length > 0;
  }

  /** Signs somebody up and confirms for them, by the ways that they have themselves. Returns the subscriber's id. */
  async person(to: string, watches: string[], confirm = true): Promise<string> {
    const signed = await subscribe(this.hands, { to, watches, trusted: true }, this.clock);
    if (!signed.ok) throw new Error(signed.reason);
    const { subscriber } = signed;
    if (confirm) await this.#confirm(subscriber);
    return subscriberId(subscriber.channel, subscriber.to);
  }

  async #confirm({ id, channel, to }: Subscriber): Promise<void> {
    const letters = this.emulators.carrier.inbox().filter((message) => message.to === to);
    if (channel === 'sms') {
      const code = letters.map(({ body }) => /\b\d{6}\b/.exec(body)?.[0]).findLast((found) => found !== undefined);
      const result = await confirm(this.hands, { to, code: code as string }, this.clock);
      if (!result.ok) throw new Error(result.reason);
      return;
    }
    const url = letters.findLast(({ confirmUrl }) => confirmUrl)?.confirmUrl as string;
    await fetch(url);
    await recover(this.hands, this.clock, () => false);
    const found = await this.hands.subscribers.get(id);
    if (found?.state !== 'confirmed') throw new Error(`${to} is ${found?.state}`);
  }

  /** What reached an address and speaks of an article: alerts, not confirmations. */
  received(to: string, words: string): string[] {
    return this.emulators.carrier
      .inbox()
      .filter((message) => message.to === to && message.body.includes(words))
      .map(({ body }) => body);
  }

  sendsOf(article: string): Promise<Send[]> {
    return this.hands.sends.byArticle(article);
  }

  async close(): Promise<void> {
    await this.emulators.stop();
  }
}

export function toRecord(message: Message): SQSRecord {
  return {
    messageId: message.MessageId as string,
    receiptHandle: message.ReceiptHandle as string,
    body: message.Body as string,
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: '0',
      SenderId: 'local',
      ApproximateFirstReceiveTimestamp: '0',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: '',
    awsRegion: 'eu-west-1',
  };
}
