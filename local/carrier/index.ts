import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Fault } from './faults.ts';
import { Faults } from './faults.ts';
import type { InboxQuery, Message } from './inbox.ts';
import { readInbox } from './inbox.ts';
import { confirmToken } from './joining.ts';
import { setOptedOut } from './phones.ts';
import { Queues } from './queues.ts';
import { Secrets } from './secrets.ts';
import type { Call, Room } from './server.ts';
import { createCarrierServer } from './server.ts';
import type { Service } from './service.ts';
import { Store } from './store.ts';
import { removeSubscription } from './subscriptions.ts';

export type { Fault } from './faults.ts';
export type { InboxQuery, Message } from './inbox.ts';
export type { Call } from './server.ts';

export interface CarrierOptions {
  /** The SQLite file that keeps everything; without one, memory. Its folder must exist. */
  file?: string;
  /** Twelve digits; 000000000000 without one, as fauxqs has it. */
  account?: string;
  /** us-east-1 without one. */
  region?: string;
  /** What GetSecretValue answers, by ARN or name. They are not written to the file. */
  secrets?: Record<string, string>;
  /** Where SQS is. Without it, subscriptions of queues are kept but get nothing. */
  sqsEndpoint?: string;
  now?: () => Date;
}

export interface Carrier {
  /** `http://127.0.0.1:<port>`: the endpoint of SNS and of Secrets Manager. */
  url: string;
  /** What was delivered to readers, oldest first. */
  inbox(query?: InboxQuery): Message[];
  /** Confirms by the token of a confirmation mail, as a click on its link would. Throws when it is not valid. */
  confirm(token: string): { subscriptionArn: string; topicArn: string; endpoint: string };
  /** What STOP from this phone does; and its taking back, without the service's thirty days. */
  optOut(phone: string): void;
  optIn(phone: string): void;
  /** Takes a subscription away without a word to anybody; answers whether it was there. */
  dropSubscription(arn: string): boolean;
  fault(fault: Fault): void;
  clearFaults(): void;
  /** The calls of the API since the start, oldest first, the last 10,000 of them. */
  calls(): Call[];
  /** How many messages to queues were accepted and are not delivered yet. */
  undelivered(): number;
  /** Closes all connections, also those that hang, and the file. */
  stop(): Promise<void>;
}

/**
 * The carrier: SNS for email, SMS and queues, and Secrets Manager's GetSecretValue, on loopback, as the AWS SDK speaks them.
 * It delivers into an inbox instead of into the world. Everything accepted is on disk before it is answered.
 *
 * Rejects when another process has the file, or when the file is of a newer version.
 *
 * @example
 * const carrier = await startCarrier({ file: '.bellwire/carrier.sqlite' });
 * process.env.AWS_ENDPOINT_URL_SNS = carrier.url;
 * process.env.AWS_ENDPOINT_URL_SECRETS_MANAGER = carrier.url;
 */
export async function startCarrier(options: CarrierOptions = {}): Promise<Carrier> {
  const now = options.now ?? (() => new Date());
  const account = options.account ?? '000000000000';
  const region = options.region ?? 'us-east-1';
  const store = new Store(options.file);
  const queues = new Queues(store, options.sqsEndpoint, region);
  const service: Service = { store, queues, account, region, now };
  let url = '';
  const room: Room = {
    service,
    secrets: new Secrets(options.secrets ?? {}, { account, region, now }),
    faults: new Faults(),
    calls: [],
    inbox: (query) => readInbox(store, url, query),
  };
  const server = createCarrierServer(room);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  let stopping: Promise<void> | undefined;
  async function close(): Promise<void> {
    const closed = new Promise((done) => server.close(done));
    server.closeAllConnections();
    await closed;
    await queues.stop();
    store.close();
  }

  return {
    url,
    inbox: room.inbox,
    confirm: (token) => confirmToken(service, token),
    optOut: (phone) => setOptedOut(service, phone, true),
    optIn: (phone) => setOptedOut(service, phone, false),
    dropSubscription: (arn) => removeSubscription(service, arn),
    fault: (fault) => room.faults.add(fault),
    clearFaults: () => room.faults.clear(),
    calls: () => [...room.calls],
    undelivered: () => queues.waiting(),
    stop: () => {
      stopping ??= close();
      return stopping;
    },
  };
}
