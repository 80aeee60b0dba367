import { randomBytes, randomUUID } from 'node:crypto';
import { readFilterPolicy } from './filter.ts';
import { deliver } from './inbox.ts';
import { senderOf } from './mail.ts';
import { isPhoneNumber } from './phones.ts';
import { element, invalid, list, listOf, map, mapOf, ServiceError, tagsOf } from './protocol.ts';
import type { Action, Service } from './service.ts';
import { pageLimit, pageOf, pageStart } from './service.ts';

/** Unconfirmed subscriptions, and confirmation links, live this long. Source: SNS, "automatic deletion of unconfirmed subscriptions". */
const pendingMs = 48 * 3600 * 1000;

/** A subscription ended by its mail's link stays in the lists, as `Deleted`, about this long. */
const deletedMs = 72 * 3600 * 1000;

interface TopicRow {
  seq: number;
  arn: string;
  attributes: string;
  tags: string;
}

export interface SubscriptionRow {
  seq: number;
  arn: string;
  topic: string;
  protocol: 'email' | 'sms' | 'sqs';
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

/** Checks that there is a parameter and that it looks like an ARN. */
function readArn(params: Record<string, string>, name: string): string {
  const arn = params[name];
  if (!arn) throw invalid(`${name} Reason: no value for required parameter`);
  const parts = arn.split(':').length;
  if (parts < 6) throw invalid(`${name} Reason: An ARN must have at least 6 elements, not ${parts}`);
  return arn;
}

/** The topic of an ARN, or NotFound. */
export function findTopic(service: Service, params: Record<string, string>, name = 'TopicArn') {
  const arn = readArn(params, name);
  const row = service.store.get<TopicRow>('SELECT * FROM topics WHERE arn = ?', arn);
  if (!row) throw new ServiceError('NotFound', 'Topic does not exist');
  return { arn, attributes: readMap(row.attributes), tags: readMap(row.tags) };
}

function readMap(json: string): Record<string, string> {
  return JSON.parse(json) as Record<string, string>;
}

/** Removes what SNS removes by itself after a while. */
function tidy(service: Service): void {
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

function checkTopicAttribute(name: string, value: string): void {
  if (!['DisplayName', 'Policy', 'SignatureVersion', 'TracingConfig', 'KmsMasterKeyId'].includes(name)) {
    throw invalid(`AttributeName Reason: the local carrier keeps no topic attribute ${name}`);
  }
  if (name === 'DisplayName' && (value.length > 100 || /\p{Cc}/u.test(value))) {
    throw invalid('Attributes Reason: DisplayName must be at most 100 characters without control characters');
  }
}

function sameMaps(one: Record<string, string>, other: Record<string, string>): boolean {
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => one[key] === other[key]);
}

const createTopic: Action = (service, params) => {
  const name = params.Name ?? '';
  if (!/^[A-Za-z0-9_-]{1,256}$/.test(name)) throw invalid('Topic Name');
  const arn = `arn:aws:sns:${service.region}:${service.account}:${name}`;
  const attributes = mapOf(params, 'Attributes');
  const tags = tagsOf(params);
  for (const [key, value] of Object.entries(attributes)) checkTopicAttribute(key, value);
  const existing = service.store.get<TopicRow>('SELECT * FROM topics WHERE arn = ?', arn);
  if (!existing) {
    service.store.run(
      'INSERT INTO topics (arn, attributes, tags) VALUES (?, ?, ?)',
      arn,
      JSON.stringify(attributes),
      JSON.stringify(tags),
    );
    return element('TopicArn', arn);
  }
  const kept = readMap(existing.attributes);
  if (Object.entries(attributes).some(([key, value]) => kept[key] !== value)) {
    throw invalid('Attributes Reason: Topic already exists with different attributes');
  }
  if (Object.keys(tags).length > 0 && !sameMaps(tags, readMap(existing.tags))) {
    throw invalid('Tags Reason: Topic already exists with different tags');
  }
  return element('TopicArn', arn);
};

const deleteTopic: Action = (service, params) => {
  const arn = readArn(params, 'TopicArn');
  service.store.transaction(() => {
    service.store.run('DELETE FROM subscriptions WHERE topic = ?', arn);
    service.store.run('DELETE FROM tokens WHERE topic = ?', arn);
    service.store.run('DELETE FROM topics WHERE arn = ?', arn);
  });
  return '';
};

const listTopics: Action = (service, params) => {
  const after = pageStart(params.NextToken);
  if (after === undefined) throw invalid('NextToken');
  const { rows, next } = pageOf(
    service.store.all<TopicRow>('SELECT * FROM topics WHERE seq > ? ORDER BY seq LIMIT ?', after, pageLimit),
  );
  const topics = list(
    'Topics',
    rows.map(({ arn }) => element('TopicArn', arn)),
  );
  return next ? topics + element('NextToken', next) : topics;
};

const getTopicAttributes: Action = (service, params) => {
  tidy(service);
  const topic = findTopic(service, params);
  const counts = { pending: 0, confirmed: 0, deleted: 0 };
  for (const row of service.store.all<{ state: SubscriptionRow['state']; n: number }>(
    'SELECT state, count(*) AS n FROM subscriptions WHERE topic = ? GROUP BY state',
    topic.arn,
  )) {
    counts[row.state] = row.n;
  }
  return map('Attributes', {
    TopicArn: topic.arn,
    Owner: service.account,
    DisplayName: '',
    ...topic.attributes,
    SubscriptionsConfirmed: String(counts.confirmed),
    SubscriptionsPending: String(counts.pending),
    SubscriptionsDeleted: String(counts.deleted),
  });
};

const setTopicAttributes: Action = (service, params) => {
  const topic = findTopic(service, params);
  const name = params.AttributeName ?? '';
  checkTopicAttribute(name, params.AttributeValue ?? '');
  const attributes = { ...topic.attributes, [name]: params.AttributeValue ?? '' };
  service.store.run('UPDATE topics SET attributes = ? WHERE arn = ?', JSON.stringify(attributes), topic.arn);
  return '';
};

/** The topic that a tagging action is about: it has its own error for a resource that is not there. */
function findTagged(service: Service, params: Record<string, string>) {
  const arn = readArn(params, 'ResourceArn');
  const row = service.store.get<TopicRow>('SELECT * FROM topics WHERE arn = ?', arn);
  if (!row) throw new ServiceError('ResourceNotFound', 'Resource does not exist');
  return { arn, tags: readMap(row.tags) };
}

const setTags = (service: Service, arn: string, tags: Record<string, string>): string => {
  if (Object.keys(tags).length > 50)
    throw new ServiceError('TagLimitExceeded', 'Could not complete request: tag quota of per resource exceeded');
  service.store.run('UPDATE topics SET tags = ? WHERE arn = ?', JSON.stringify(tags), arn);
  return '';
};

const tagResource: Action = (service, params) => {
  const { arn, tags } = findTagged(service, params);
  return setTags(service, arn, { ...tags, ...tagsOf(params) });
};

const untagResource: Action = (service, params) => {
  const { arn, tags } = findTagged(service, params);
  const gone = new Set(listOf(params, 'TagKeys'));
  return setTags(service, arn, Object.fromEntries(Object.entries(tags).filter(([key]) => !gone.has(key))));
};

const listTagsForResource: Action = (service, params) => {
  const { tags } = findTagged(service, params);
  return list(
    'Tags',
    Object.entries(tags).map(([key, value]) => element('Key', key) + element('Value', value)),
  );
};

/** The subscription of an ARN, whatever its state but ended, or NotFound. */
function findSubscription(service: Service, params: Record<string, string>): SubscriptionRow {
  tidy(service);
  const arn = readArn(params, 'SubscriptionArn');
  if (arn.split(':').length < 7) throw invalid('SubscriptionId');
  const row = service.store.get<SubscriptionRow>('SELECT * FROM subscriptions WHERE arn = ?', arn);
  if (!row || row.state === 'deleted') throw new ServiceError('NotFound', 'Subscription does not exist');
  return row;
}

/** Checks one attribute of a subscription and answers the value to keep. What the carrier would not act on is refused. */
function readSubscriptionAttribute(protocol: string, name: string, value: string): string {
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

function readEndpoint(protocol: string, endpoint: string): SubscriptionRow['protocol'] {
  if (protocol === 'email') {
    if (!/^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+\.[^\s@\p{Cc}]+$/u.test(endpoint) || endpoint.length > 320) {
      throw invalid('Email address');
    }
    return protocol;
  }
  if (protocol === 'sms') {
    if (!isPhoneNumber(endpoint)) throw invalid(`Invalid SMS endpoint: ${endpoint}`);
    return protocol;
  }
  if (protocol === 'sqs') {
    if (!/^arn:[^:]*:sqs:[^:]+:[^:]+:[^:]+$/.test(endpoint)) throw invalid('SQS endpoint ARN');
    return protocol;
  }
  throw invalid(
    `Amazon SNS does not support this protocol string: ${protocol} (the local carrier knows email, sms and sqs)`,
  );
}

const subscribe: Action = (service, params) => {
  tidy(service);
  const topic = findTopic(service, params);
  const endpoint = params.Endpoint ?? '';
  const protocol = readEndpoint(params.Protocol ?? '', endpoint);
  const attributes: Record<string, string> = {};
  for (const [name, value] of Object.entries(mapOf(params, 'Attributes'))) {
    attributes[name] = readSubscriptionAttribute(protocol, name, value);
  }
  const found = service.store.get<SubscriptionRow>(
    'SELECT * FROM subscriptions WHERE topic = ? AND protocol = ? AND endpoint = ?',
    topic.arn,
    protocol,
    endpoint,
  );
  const existing = found?.state === 'deleted' ? undefined : found;
  if (existing) {
    const kept = readMap(existing.attributes);
    if (Object.entries(attributes).some(([name, value]) => kept[name] !== value)) {
      throw invalid('Attributes Reason: Subscription already exists with different attributes');
    }
    if (existing.state === 'confirmed') return element('SubscriptionArn', existing.arn);
  }
  const arn = existing?.arn ?? `${topic.arn}:${randomUUID()}`;
  const state = protocol === 'email' ? 'pending' : 'confirmed';
  service.store.transaction(() => {
    if (existing) service.store.run('UPDATE subscriptions SET since = ? WHERE arn = ?', service.now().getTime(), arn);
    else insertSubscription(service, { arn, topic: topic.arn, protocol, endpoint, state, attributes });
    if (state === 'pending') askToConfirm(service, topic, { protocol, endpoint, subscription: arn });
  });
  const visible = state === 'confirmed' || params.ReturnSubscriptionArn === 'true';
  return element('SubscriptionArn', visible ? arn : 'pending confirmation');
};

function insertSubscription(
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

/** Makes a token that confirms, or that brings back what was ended (`renews`). */
function makeToken(
  service: Service,
  of: { topic: string; protocol: string; endpoint: string },
  renews: boolean,
): string {
  const token = randomBytes(48).toString('hex');
  service.store.run(
    'INSERT INTO tokens (token, topic, protocol, endpoint, renews, expires) VALUES (?, ?, ?, ?, ?, ?)',
    token,
    of.topic,
    of.protocol,
    of.endpoint,
    renews ? 1 : 0,
    service.now().getTime() + pendingMs,
  );
  return token;
}

function askToConfirm(
  service: Service,
  topic: { arn: string; attributes: Record<string, string> },
  of: { protocol: string; endpoint: string; subscription: string },
): void {
  deliver(service.store, service.now(), randomUUID(), {
    channel: 'email',
    recipient: of.endpoint,
    kind: 'confirmation',
    sender: senderOf(topic.attributes.DisplayName),
    text: '',
    topic: topic.arn,
    subscription: of.subscription,
    token: makeToken(service, { topic: topic.arn, ...of }, false),
  });
}

/**
 * Confirms what a token is for and answers the subscription's ARN; a second time it answers the same. Throws
 * InvalidParameter for a token that is unknown, expired, or for a subscription that was ended since.
 */
export function confirmToken(
  service: Service,
  token: string,
  by: { signed: boolean; lock: boolean; topic?: string | undefined } = { signed: false, lock: false },
): { subscriptionArn: string; topicArn: string; endpoint: string } {
  tidy(service);
  const row = service.store.get<{
    topic: string;
    protocol: 'email';
    endpoint: string;
    renews: number;
    expires: number;
  }>('SELECT * FROM tokens WHERE token = ?', token);
  if (!row || row.expires <= service.now().getTime() || (by.topic !== undefined && by.topic !== row.topic)) {
    throw invalid('Token');
  }
  const existing = service.store.get<SubscriptionRow>(
    'SELECT * FROM subscriptions WHERE topic = ? AND protocol = ? AND endpoint = ?',
    row.topic,
    row.protocol,
    row.endpoint,
  );
  const standing = existing && existing.state !== 'deleted' ? existing : undefined;
  if (!standing && !row.renews) throw invalid('Token');
  const subscriptionArn = standing?.arn ?? `${row.topic}:${randomUUID()}`;
  if (standing?.state !== 'confirmed') {
    service.store.transaction(() => {
      if (!standing) {
        const attributes = existing ? readMap(existing.attributes) : {};
        const { topic, protocol, endpoint } = row;
        insertSubscription(service, {
          arn: subscriptionArn,
          topic,
          protocol,
          endpoint,
          state: 'confirmed',
          attributes,
        });
      }
      service.store.run(
        "UPDATE subscriptions SET state = 'confirmed', since = ?, authenticated = ?, locked = ? WHERE arn = ?",
        service.now().getTime(),
        by.signed ? 1 : 0,
        by.lock ? 1 : 0,
        subscriptionArn,
      );
    });
  }
  return { subscriptionArn, topicArn: row.topic, endpoint: row.endpoint };
}

const confirmSubscription: Action = (service, params, caller) => {
  if (!params.Token) throw invalid('Token Reason: no value for required parameter');
  const topic = readArn(params, 'TopicArn');
  const lock = params.AuthenticateOnUnsubscribe === 'true';
  if (lock && !caller.signed)
    throw new ServiceError('AuthorizationError', 'AuthenticateOnUnsubscribe needs a signed call');
  const { subscriptionArn } = confirmToken(service, params.Token, { signed: caller.signed, lock, topic });
  return element('SubscriptionArn', subscriptionArn);
};

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

/**
 * What following the unsubscribe link of a mail does: the subscription is listed as `Deleted` from now on, and its owner
 * gets a mail with a way back. Throws NotFound, or AuthorizationError where only a signed call may end it.
 */
export function unsubscribeByLink(service: Service, arn: string): { topicArn: string; endpoint: string } {
  const row = findSubscription(service, { SubscriptionArn: arn });
  if (row.state === 'pending') throw invalid('SubscriptionArn Reason: the subscription is not confirmed');
  if (row.locked || row.protocol !== 'email') {
    throw new ServiceError('AuthorizationError', 'This subscription can be ended by a signed call only');
  }
  const topic = findTopic(service, { TopicArn: row.topic });
  service.store.transaction(() => {
    service.store.run('DELETE FROM tokens WHERE topic = ? AND endpoint = ?', row.topic, row.endpoint);
    service.store.run(
      "UPDATE subscriptions SET state = 'deleted', since = ? WHERE arn = ?",
      service.now().getTime(),
      arn,
    );
    deliver(service.store, service.now(), randomUUID(), {
      channel: 'email',
      recipient: row.endpoint,
      kind: 'cancellation',
      sender: senderOf(topic.attributes.DisplayName),
      text: '',
      topic: row.topic,
      subscription: arn,
      token: makeToken(service, row, true),
    });
  });
  return { topicArn: row.topic, endpoint: row.endpoint };
}

const unsubscribe: Action = (service, params, caller) => {
  const arn = readArn(params, 'SubscriptionArn');
  if (arn.split(':').length < 7) throw invalid('SubscriptionId');
  if (!caller.signed) {
    unsubscribeByLink(service, arn);
    return '';
  }
  tidy(service);
  const row = service.store.get<SubscriptionRow>('SELECT * FROM subscriptions WHERE arn = ?', arn);
  // The service has no way to end a pending one, it goes by itself; and it takes one that is gone for done.
  if (row?.state === 'pending') {
    throw invalid('SubscriptionArn Reason: Cannot unsubscribe a subscription that is pending confirmation');
  }
  if (row?.state === 'confirmed') removeSubscription(service, arn);
  return '';
};

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

function listed(service: Service, found: SubscriptionRow[]): string {
  const { rows, next } = pageOf(found);
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
}

const listSubscriptions: Action = (service, params) => {
  tidy(service);
  const after = pageStart(params.NextToken);
  if (after === undefined) throw invalid('NextToken');
  return listed(
    service,
    service.store.all('SELECT * FROM subscriptions WHERE seq > ? ORDER BY seq LIMIT ?', after, pageLimit),
  );
};

const listSubscriptionsByTopic: Action = (service, params) => {
  tidy(service);
  const topic = findTopic(service, params);
  const after = pageStart(params.NextToken);
  if (after === undefined) throw invalid('NextToken');
  return listed(
    service,
    service.store.all(
      'SELECT * FROM subscriptions WHERE topic = ? AND seq > ? ORDER BY seq LIMIT ?',
      topic.arn,
      after,
      pageLimit,
    ),
  );
};

/** The actions on topics and subscriptions. */
export const topicActions: Record<string, Action> = {
  CreateTopic: createTopic,
  DeleteTopic: deleteTopic,
  ListTopics: listTopics,
  GetTopicAttributes: getTopicAttributes,
  SetTopicAttributes: setTopicAttributes,
  TagResource: tagResource,
  UntagResource: untagResource,
  ListTagsForResource: listTagsForResource,
  Subscribe: subscribe,
  ConfirmSubscription: confirmSubscription,
  Unsubscribe: unsubscribe,
  GetSubscriptionAttributes: getSubscriptionAttributes,
  SetSubscriptionAttributes: setSubscriptionAttributes,
  ListSubscriptions: listSubscriptions,
  ListSubscriptionsByTopic: listSubscriptionsByTopic,
};
