import { randomUUID } from 'node:crypto';
import { accepts, readFilterPolicy } from './filter.ts';
import { deliver } from './inbox.ts';
import { senderOf, unsubscribeLink } from './mail.ts';
import { isOptedOut, isPhoneNumber } from './phones.ts';
import type { MessageAttribute, Params } from './protocol.ts';
import { element, invalid, messageAttributesOf, ServiceError } from './protocol.ts';
import type { Action, Service } from './service.ts';
import type { SubscriptionRow } from './topics.ts';
import { findTopic, subscribersOf } from './topics.ts';

/** The most that message and attributes may have together, in bytes of UTF-8. */
const largestMessageBytes = 256 * 1024;

/** The most that one SMS message may have, in characters. Source: SNS, "Publishing SMS messages". */
const longestSms = 1600;

type Attributes = Map<string, MessageAttribute>;

/** A publication that passed every check. */
interface Publication {
  messageId: string;
  subject: string | undefined;
  /** The text for each protocol: with MessageStructure `json` they may differ. */
  textFor: (protocol: SubscriptionRow['protocol']) => string;
  attributes: Attributes;
}

function checkSubject(subject: string | undefined): void {
  if (subject === undefined) return;
  // The API reference: UTF-8 without line breaks and control characters, fewer than 100 characters; its older editions add
  // that it begins with a letter, number or punctuation mark (of ASCII, so that $ and + are punctuation too).
  const good =
    subject.length < 100 && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(subject) && /^[\p{L}\p{N}\p{P}$+<=>^`|~]/u.test(subject);
  if (!good) throw invalid('Subject');
}

function checkAttributes(attributes: Attributes): void {
  const bad = (message: string) => new ServiceError('ParameterValueInvalid', message);
  for (const [name, { type, value }] of attributes) {
    if (!/^[A-Za-z0-9_.-]{1,256}$/.test(name)) throw bad(`The message attribute name '${name}' is invalid.`);
    if (!/^(String|Number|Binary)(\..+)?$/.test(type)) {
      throw bad(
        `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
      );
    }
    if (value === '') {
      throw bad(
        `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${type}'.`,
      );
    }
    if (type.startsWith('Number') && !Number.isFinite(Number(value))) {
      throw bad(`Could not cast message attribute '${name}' value to number.`);
    }
  }
  const type = attributes.get('AWS.SNS.SMS.SMSType')?.value;
  if (type !== undefined && type !== 'Promotional' && type !== 'Transactional') {
    throw invalid('Invalid SMS type: AWS.SNS.SMS.SMSType is Promotional or Transactional');
  }
  const sender = attributes.get('AWS.SNS.SMS.SenderID')?.value;
  if (sender !== undefined && !/^(?=.*[A-Za-z])[A-Za-z0-9-]{1,11}$/.test(sender)) {
    throw invalid('AWS.SNS.SMS.SenderID has one to eleven letters and digits, at least one of them a letter');
  }
  const price = attributes.get('AWS.SNS.SMS.MaxPrice');
  if (price && (price.type !== 'Number' || Number(price.value) <= 0)) {
    throw invalid('AWS.SNS.SMS.MaxPrice is a Number above 0');
  }
}

function sizeBytes(message: string, attributes: Attributes): number {
  let size = Buffer.byteLength(message);
  for (const [name, { type, value }] of attributes) {
    size += Buffer.byteLength(name) + Buffer.byteLength(type) + Buffer.byteLength(value);
  }
  return size;
}

/** With MessageStructure `json` the message is an object of texts by protocol, `default` for the others. */
function readTexts(message: string, structure: string | undefined): Publication['textFor'] {
  if (structure === undefined || structure === '') return () => message;
  if (structure !== 'json') throw invalid('MessageStructure');
  let texts: unknown;
  try {
    texts = JSON.parse(message);
  } catch {
    throw invalid('Message Structure - JSON message body failed to parse');
  }
  const byProtocol = new Map(Object.entries(Object(texts) as Record<string, unknown>));
  const fallback = byProtocol.get('default');
  if (typeof fallback !== 'string') throw invalid('Message Structure - No default entry in JSON message body');
  return (protocol) => {
    const text = byProtocol.get(protocol);
    return typeof text === 'string' ? text : fallback;
  };
}

function readPublication(params: Params): Publication {
  const message = params.Message ?? '';
  const attributes = messageAttributesOf(params);
  checkSubject(params.Subject);
  if (message === '') throw invalid('Empty message');
  checkAttributes(attributes);
  if (sizeBytes(message, attributes) > largestMessageBytes) throw invalid('Message too long');
  const textFor = readTexts(message, params.MessageStructure);
  return { messageId: randomUUID(), subject: params.Subject, textFor, attributes };
}

/**
 * Publish, to a topic or to a phone number. A number on the opt-out list is answered with a MessageId like any other and
 * gets nothing: the service's Publish has no opted-out error, only its delivery log says so. A topic whose subscriptions
 * are all gone is answered with a MessageId too.
 */
const publish: Action = async (service, params) => {
  const targets = ['TopicArn', 'TargetArn', 'PhoneNumber'].filter((name) => params[name] !== undefined);
  const target = targets[0];
  if (!target) throw invalid('TopicArn or TargetArn Reason: no value for required parameter');
  if (targets.length > 1) throw invalid(`${targets.join(', ')} Reason: only one of them can be given`);
  if (target === 'PhoneNumber') {
    const number = params.PhoneNumber ?? '';
    if (!isPhoneNumber(number)) throw invalid(`PhoneNumber Reason: ${number} is not valid to publish to`);
    const publication = readPublication(params);
    const text = publication.textFor('sms');
    if (text.length > longestSms) throw invalid(`Message Reason: an SMS has at most ${longestSms} characters`);
    sendSms(service, number, publication, text);
    return element('MessageId', publication.messageId);
  }
  const publication = readPublication(params);
  const topic = findTopic(service, params, target);
  const queued = service.store.transaction(() =>
    subscribersOf(service, topic.arn).flatMap((subscription) => send(service, topic, subscription, publication)),
  );
  // The service delivers after its answer; here the first attempt comes before it, so that a reader need not wait.
  await service.queues.attempt(queued);
  return element('MessageId', publication.messageId);
};

function sendSms(service: Service, number: string, publication: Publication, text: string, topic?: string): void {
  if (isOptedOut(service, number)) return;
  const sender = publication.attributes.get('AWS.SNS.SMS.SenderID')?.value;
  deliver(service.store, service.now(), publication.messageId, {
    channel: 'sms',
    recipient: number,
    kind: 'sms',
    text,
    ...(sender && { sender }),
    ...(topic && { topic }),
  });
}

/** Delivers to one subscription; answers the ids of what waits for a queue. */
function send(
  service: Service,
  topic: { arn: string; attributes: Record<string, string> },
  subscription: SubscriptionRow,
  publication: Publication,
): number[] {
  const kept = JSON.parse(subscription.attributes) as Record<string, string>;
  const policy = readFilterPolicy(kept.FilterPolicy ?? '');
  if (policy && !accepts(policy, publication.attributes)) return [];
  const text = publication.textFor(subscription.protocol);
  const displayName = topic.attributes.DisplayName;
  if (subscription.protocol === 'sms') {
    sendSms(service, subscription.endpoint, publication, displayName ? `${displayName}> ${text}` : text, topic.arn);
    return [];
  }
  if (subscription.protocol === 'email') {
    deliver(service.store, service.now(), publication.messageId, {
      channel: 'email',
      recipient: subscription.endpoint,
      kind: 'notification',
      sender: senderOf(displayName),
      subject: publication.subject ?? null,
      text,
      topic: topic.arn,
      subscription: subscription.arn,
    });
    return [];
  }
  if (kept.RawMessageDelivery === 'true') {
    return service.queues.add(subscription.endpoint, text, Object.fromEntries(publication.attributes));
  }
  return service.queues.add(subscription.endpoint, envelope(service, topic.arn, subscription, publication, text), {});
}

/** The JSON that a queue gets without raw delivery. Its signature is a placeholder: there is no certificate here. */
function envelope(
  service: Service,
  topic: string,
  subscription: SubscriptionRow,
  publication: Publication,
  text: string,
): string {
  const { attributes } = publication;
  const host = `https://sns.${service.region}.amazonaws.com`;
  return JSON.stringify(
    {
      Type: 'Notification',
      MessageId: publication.messageId,
      TopicArn: topic,
      ...(publication.subject !== undefined && { Subject: publication.subject }),
      Message: text,
      Timestamp: service.now().toISOString(),
      SignatureVersion: '1',
      Signature: 'bG9jYWw=',
      SigningCertURL: `${host}/SimpleNotificationService-local.pem`,
      UnsubscribeURL: unsubscribeLink(host, { subscription: subscription.arn, endpoint: subscription.endpoint }),
      ...(attributes.size > 0 && {
        MessageAttributes: Object.fromEntries(
          [...attributes].map(([name, { type, value }]) => [name, { Type: type, Value: value }]),
        ),
      }),
    },
    null,
    2,
  );
}

export const publishActions: Record<string, Action> = { Publish: publish };
