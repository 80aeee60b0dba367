import { readFilterPolicy } from './filter.ts';
import { element, invalid, list, map, readArn, ServiceError } from './protocol.ts';
import type { Action, Service } from './service.ts';
import { pageLimit, pageOf, pageStart } from './service.ts';

/** Unconfirmed subscriptions, and confirmation links, live this long. Source: SNS, "automatic deletion of unconfirmed subscriptions". */
export const pendingMs = 48 * 3600 * 1000;

/** A subscription ended by its mail's link stays in the lists, as `Deleted`, about this long. */
const deletedMs = 72 * 3600 * 1000;

export interface SubscriptionRow {
  seq: number;
  arn: string;
  topic: string;
  protocol: 'email' | 'sqs';
  endpoint: string;
  /** `deleted`: ended by the link in a mail; still listed for a while, as the service does. */
  state: 'pending' | 'confirmed' | 'deleted';
  /** When it came into its state, in ms since 1970. */
  since: number;
  attributes: string;
  /** 1 when it was confirmed by a signed call. */
  authenticated: number;
  /** 1 when only a signed call may end it (AuthenticateOnUnsubscribe). */
  locked: number;
}

export function readMap(json: string): Record<string, string> {
  return JSON.parse(json) as Record<string, string>;
}

/** Removes what SNS removes by itself after a while. */
export function tidy(service: Service): void {
  const now = service.now().getTime();
  service.store.run("DELETE FROM subscriptions WHERE state = 'pending' AND since <= ?", now - pendingMs);
  service.store.run("DELETE FROM subscriptions WHERE state = 'deleted' AND since <= ?", now - deletedMs);
}

/** The confirmed subscriptions of a topic. */
export function subscribersOf(service: Service, topic: string): SubscriptionRow[] {
  return service.store.all<SubscriptionRow>(
    "SELECT * FROM subscriptions WHERE topic = ? AND state = 'confirmed' ORDER BY seq",
    topic,
  );
}

/** The subscription of an ARN, whatever its state but ended, or NotFound. */
export function findSubscription(service: Service, params: Record<string, string>): SubscriptionRow {
  tidy(service);
  const arn = readArn(params, 'SubscriptionArn');
  if (arn.split(':').length < 7) throw invalid('SubscriptionId');
  const row = service.store.get<SubscriptionRow>('SELECT * FROM subscriptions WHERE arn = ?', arn);
  if (!row || row.state === 'deleted') throw new ServiceError('NotFound', 'Subscription does not exist');
  return row;
}

/** Checks one attribute of a subscription and answers the value to keep. What the carrier would not act on is refused. */
export function readSubscriptionAttribute(protocol: string, name: string, value: string): string {
  if (name === 'FilterPolicy') {
    readFilterPolicy(value);
    return value;
  }
  if (name === 'FilterPolicyScope') {
    if (value !== 'MessageAttributes') {
      throw invalid(`FilterPolicyScope Reason: the local carrier filters on MessageAttributes, not on ${value}`);
    }
    return value;
  }
  if (name === 'RawMessageDelivery') {
    if (!/^(true|false)$/i.test(value)) throw invalid(`RawMessageDelivery: ${value} is neither true nor false`);
    if (value.toLowerCase() === 'true' && protocol !== 'sqs') {
      throw invalid(`Delivery protocol [${protocol}] does not support raw message delivery.`);
    }
    return value.toLowerCase();
  }
  throw invalid(`AttributeName Reason: the local carrier keeps no subscription attribute ${name}`);
}

/** Puts a subscription in the place of the one of the same address, if there is one. */
export function insertSubscription(
  service: Service,
  row: Pick<SubscriptionRow, 'arn' | 'topic' | 'protocol' | 'endpoint' | 'state'> & {
    attributes: Record<string, string>;
  },
): void {
  service.store.run(
    `INSERT OR REPLACE INTO subscriptions (arn, topic, protocol, endpoint, state, since, attributes, authenticated)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    row.arn,
    row.topic,
    row.protocol,
    row.endpoint,
    row.state,
    service.now().getTime(),
    JSON.stringify(row.attributes),
    row.protocol === 'email' ? 0 : 1,
  );
}

/** Takes a subscription and its links away; answers whether it was there. */
export function removeSubscription(service: Service, arn: string): boolean {
  const row = service.store.get<SubscriptionRow>('SELECT * FROM subscriptions WHERE arn = ?', arn);
  if (!row) return false;
  service.store.transaction(() => {
    service.store.run('DELETE FROM tokens WHERE topic = ? AND endpoint = ?', row.topic, row.endpoint);
    service.store.run('DELETE FROM subscriptions WHERE arn = ?', arn);
  });
  return true;
}

const getSubscriptionAttributes: Action = (service, params) => {
  const row = findSubscription(service, params);
  const kept = readMap(row.attributes);
  const attributes: Record<string, string> = {
    SubscriptionArn: row.arn,
    TopicArn: row.topic,
    Protocol: row.protocol,
    Endpoint: row.endpoint,
    Owner: service.account,
    PendingConfirmation: String(row.state === 'pending'),
    ConfirmationWasAuthenticated: String(row.authenticated === 1),
    RawMessageDelivery: 'false',
    ...kept,
  };
  if (kept.FilterPolicy) attributes.FilterPolicyScope = 'MessageAttributes';
  else {
    delete attributes.FilterPolicy;
    delete attributes.FilterPolicyScope;
  }
  return map('Attributes', attributes);
};

const setSubscriptionAttributes: Action = (service, params) => {
  const row = findSubscription(service, params);
  const name = params.AttributeName ?? '';
  const value = readSubscriptionAttribute(row.protocol, name, params.AttributeValue ?? '');
  const attributes = { ...readMap(row.attributes), [name]: value };
  service.store.run('UPDATE subscriptions SET attributes = ? WHERE arn = ?', JSON.stringify(attributes), row.arn);
  return '';
};

/** Lists show only a confirmed subscription's ARN. */
const listedArn = { pending: () => 'PendingConfirmation', deleted: () => 'Deleted', confirmed: (arn: string) => arn };

const listSubscriptions: Action = (service, params) => {
  tidy(service);
  const after = pageStart(params.NextToken);
  if (after === undefined) throw invalid('NextToken');
  const { rows, next } = pageOf(
    service.store.all<SubscriptionRow>(
      'SELECT * FROM subscriptions WHERE seq > ? ORDER BY seq LIMIT ?',
      after,
      pageLimit,
    ),
  );
  const subscriptions = list(
    'Subscriptions',
    rows.map(
      (row) =>
        element('SubscriptionArn', listedArn[row.state](row.arn)) +
        element('Owner', service.account) +
        element('Protocol', row.protocol) +
        element('Endpoint', row.endpoint) +
        element('TopicArn', row.topic),
    ),
  );
  return next ? subscriptions + element('NextToken', next) : subscriptions;
};

/** The actions on subscriptions as they stand. */
export const subscriptionActions: Record<string, Action> = {
  GetSubscriptionAttributes: getSubscriptionAttributes,
  SetSubscriptionAttributes: setSubscriptionAttributes,
  ListSubscriptions: listSubscriptions,
};
