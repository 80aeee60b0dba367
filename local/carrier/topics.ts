import { element, invalid, list, map, mapOf, readArn, ServiceError } from './protocol.ts';
import type { Action, Service } from './service.ts';
import { pageLimit, pageOf, pageStart } from './service.ts';
import { readMap, type SubscriptionRow, tidy } from './subscriptions.ts';

interface TopicRow {
  seq: number;
  arn: string;
  attributes: string;
}

/** The topic of an ARN, or NotFound. */
export function findTopic(service: Service, params: Record<string, string>) {
  const arn = readArn(params, 'TopicArn');
  const row = service.store.get<TopicRow>('SELECT * FROM topics WHERE arn = ?', arn);
  if (!row) throw new ServiceError('NotFound', 'Topic does not exist');
  return { arn, attributes: readMap(row.attributes) };
}

function checkTopicAttribute(name: string, value: string): void {
  if (!['DisplayName', 'Policy', 'SignatureVersion', 'TracingConfig', 'KmsMasterKeyId'].includes(name)) {
    throw invalid(`AttributeName Reason: the local carrier keeps no topic attribute ${name}`);
  }
  if (name === 'DisplayName' && (value.length > 100 || /\p{Cc}/u.test(value))) {
    throw invalid('Attributes Reason: DisplayName must be at most 100 characters without control characters');
  }
}

const createTopic: Action = (service, params) => {
  const name = params.Name ?? '';
  if (!/^[A-Za-z0-9_-]{1,256}$/.test(name)) throw invalid('Topic Name');
  const arn = `arn:aws:sns:${service.region}:${service.account}:${name}`;
  const attributes = mapOf(params, 'Attributes');
  for (const [key, value] of Object.entries(attributes)) checkTopicAttribute(key, value);
  const existing = service.store.get<TopicRow>('SELECT * FROM topics WHERE arn = ?', arn);
  if (!existing) {
    service.store.run('INSERT INTO topics (arn, attributes) VALUES (?, ?)', arn, JSON.stringify(attributes));
    return element('TopicArn', arn);
  }
  const kept = readMap(existing.attributes);
  if (Object.entries(attributes).some(([key, value]) => kept[key] !== value)) {
    throw invalid('Attributes Reason: Topic already exists with different attributes');
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

/** The actions on topics. */
export const topicActions: Record<string, Action> = {
  CreateTopic: createTopic,
  DeleteTopic: deleteTopic,
  ListTopics: listTopics,
  GetTopicAttributes: getTopicAttributes,
  SetTopicAttributes: setTopicAttributes,
};
