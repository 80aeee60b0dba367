import { randomBytes, randomUUID } from 'node:crypto';
import { deliver } from './inbox.ts';
import { senderOf } from './mail.ts';
import { element, invalid, mapOf, readArn, ServiceError } from './protocol.ts';
import type { Action, Service } from './service.ts';
import {
  findSubscription,
  insertSubscription,
  pendingMs,
  readMap,
  readSubscriptionAttribute,
  removeSubscription,
  type SubscriptionRow,
  tidy,
} from './subscriptions.ts';
import { findTopic } from './topics.ts';

/** How a subscription comes and goes: asked for, confirmed by a link or a signed call, ended by a link or a signed call. */

function readEndpoint(protocol: string, endpoint: string): SubscriptionRow['protocol'] {
  if (protocol === 'email') {
    if (!/^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+\.[^\s@\p{Cc}]+$/u.test(endpoint) || endpoint.length > 320) {
      throw invalid('Email address');
    }
    return protocol;
  }
  if (protocol === 'sqs') {
    if (!/^arn:[^:]*:sqs:[^:]+:[^:]+:[^:]+$/.test(endpoint)) throw invalid('SQS endpoint ARN');
    return protocol;
  }
  throw invalid(
    `Amazon SNS does not support this protocol string: ${protocol} (the local carrier knows email and sqs)`,
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

/** The actions by which subscriptions come and go. */
export const joiningActions: Record<string, Action> = {
  Subscribe: subscribe,
  ConfirmSubscription: confirmSubscription,
  Unsubscribe: unsubscribe,
};
