import { randomUUID } from 'node:crypto';
import { accepts, readFilterPolicy } from './filter.ts';
import { deliver } from './inbox.ts';
import { senderOf, unsubscribeLink } from './mail.ts';
import { isOptedOut, isPhoneNumber } from './phones.ts';
import type { MessageAttribute, Params } from './protocol.ts';
import { element, invalid, messageAttributesOf, ServiceError } from './protocol.ts';
import type { Action, Service } from './service.ts';
import { type SubscriptionRow, subscribersOf } from './subscriptions.ts';
import { findTopic } from './topics.ts';

/** The most that message and attributes may have together, in bytes of UTF-8. */
const largestMessageBytes = 256 * 1024;

/** The most that one SMS message may have, in characters. Source: SNS, "Publishing SMS messages". */
const longestSms = 1600;

type Attributes = Map<string, MessageAttribute>;

/** A publication that passed every check. */
interface Publication {
  messageId: string;
  subject: string | undefined;
  text: string;
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

function readPublication(params: Params): Publication {
  const message = params.Message ?? '';
  const attributes = messageAttributesOf(params);
  checkSubject(params.Subject);
  if (message === '') throw invalid('Empty message');
  checkAttributes(attributes);
  if (sizeBytes(message, attributes) > largestMessageBytes) throw invalid('Message too long');
  if (params.MessageStructure) throw invalid('MessageStructure Reason: the local carrier knows one text for all');
  return { messageId: randomUUID(), subject: params.Subject, text: message, attributes };
}

/**
 * Publish, to a topic or to a phone number. A number on the opt-out list is answered with a MessageId like any other and
 * gets nothing: the service's Publish has no opted-out error, only its delivery log says so. A topic whose subscriptions
 * are all gone is answered with a MessageId too.
 */
const publish: Action = async (service, params) => {
  const number = params.PhoneNumber;
  if (number !== undefined) {
    if (params.TopicArn !== undefined) throw invalid('TopicArn, PhoneNumber Reason: only one of them can be given');
    if (!isPhoneNumber(number)) throw invalid(`PhoneNumber Reason: ${number} is not valid to publish to`);
    const publication = readPublication(params);
    if (publication.text.length > longestSms)
      throw invalid(`Message Reason: an SMS has at most ${longestSms} characters`);
    sendSms(service, number, publication);
    return element('MessageId', publication.messageId);
  }
  const publication = readPublication(params);
  const topic = findTopic(service, params);
  const queued = service.store.transaction(() =>
    subscribersOf(service, topic.arn).flatMap((subscription) => send(service, topic, subscription, publication)),
  );
  // The service delivers after its answer; here the first attempt comes before it, so that a reader need not wait.
  await service.queues.attempt(queued);
  return element('MessageId', publication.messageId);
};

function sendSms(service: Service, number: string, publication: Publication): void {
  if (isOptedOut(service, number)) return;
  const sender = publication.attributes.get('AWS.SNS.SMS.SenderID')?.value;
  deliver(service.store, service.now(), publication.messageId, {
    channel: 'sms',
    recipient: number,
    kind: 'sms',
    text: publication.text,
    ...(sender && { sender }),
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
  if (subscription.protocol === 'email') {
    deliver(service.store, service.now(), publication.messageId, {
      channel: 'email',
      recipient: subscription.endpoint,
      kind: 'notification',
      sender: senderOf(topic.attributes.DisplayName),
      subject: publication.subject ?? null,
      text: publication.text,
      topic: topic.arn,
      subscription: subscription.arn,
    });
    return [];
  }
  if (kept.RawMessageDelivery === 'true') {
    return service.queues.add(subscription.endpoint, publication.text, Object.fromEntries(publication.attributes));
  }
  return service.queues.add(subscription.endpoint, envelope(service, topic.arn, subscription, publication), {});
}

/** The JSON that a queue gets without raw delivery. Its signature is a placeholder: there is no certificate here. */
function envelope(
  service: Service,
  topic: string,
  subscription: SubscriptionRow,
  { messageId, subject, text, attributes }: Publication,
): string {
  const host = `https://sns.${service.region}.amazonaws.com`;
  return JSON.stringify(
    {
      Type: 'Notification',
      MessageId: messageId,
      TopicArn: topic,
      ...(subject !== undefined && { Subject: subject }),
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
