import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import {
  CheckIfPhoneNumberIsOptedOutCommand,
  ConfirmSubscriptionCommand,
  CreateTopicCommand,
  DeleteTopicCommand,
  GetSMSAttributesCommand,
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  InternalErrorException,
  InvalidParameterException,
  ListSubscriptionsCommand,
  ListTopicsCommand,
  NotFoundException,
  PublishBatchCommand,
  PublishCommand,
  paginateListSubscriptions,
  paginateListTopics,
  SetSMSAttributesCommand,
  SetSubscriptionAttributesCommand,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
  ThrottledException,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, test } from 'vitest';
import { accepts, readFilterPolicy } from '../../local/carrier/filter.ts';
import type { Carrier, CarrierOptions } from '../../local/carrier/index.ts';
import { startCarrier } from '../../local/carrier/index.ts';
import { startQueues } from '../../local/queues.ts';
import filterCases from './carrier-filters.json' with { type: 'json' };

const region = 'us-east-1';
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const phone = '+447700900123';
const hour = 3600 * 1000;

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function start(options: CarrierOptions = {}): Promise<{ carrier: Carrier; sns: SNSClient }> {
  const carrier = await startCarrier(options);
  endings.push(() => carrier.stop());
  return { carrier, sns: clientOf(carrier.url) };
}

function clientOf(endpoint: string): SNSClient {
  const sns = new SNSClient({
    endpoint,
    region,
    credentials,
    maxAttempts: 1,
    requestHandler: { requestTimeout: 500, throwOnRequestTimeout: true },
  });
  endings.push(() => sns.destroy());
  return sns;
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'carrier-'));
  endings.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

const portOf = (carrier: Carrier) => Number(new URL(carrier.url).port);

const topicNamed = async (sns: SNSClient, name: string) =>
  (await sns.send(new CreateTopicCommand({ Name: name }))).TopicArn as string;

/** A topic with one confirmed email subscription. */
async function confirmed(carrier: Carrier, sns: SNSClient, name = 'to-ana', address = 'ana@example.org') {
  const TopicArn = await topicNamed(sns, name);
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'email', Endpoint: address }));
  const mail = carrier.inbox({ kind: 'confirmation', topicArn: TopicArn }).at(-1);
  const { subscriptionArn } = carrier.confirm(mail?.token as string);
  return { TopicArn, SubscriptionArn: subscriptionArn };
}

async function failure(work: Promise<unknown>): Promise<Error & { $metadata?: { httpStatusCode?: number } }> {
  return work.then(
    () => {
      throw new Error('it went through');
    },
    (error) => error,
  );
}

describe('topics', () => {
  test('the same name is the same topic, with attributes and counts', async () => {
    const { carrier, sns } = await start();
    const create = new CreateTopicCommand({
      Name: 'to-ana',
      Attributes: { DisplayName: 'Bell <wire> & co' },
    });
    const { TopicArn } = await sns.send(create);
    expect(TopicArn).toBe('arn:aws:sns:us-east-1:000000000000:to-ana');
    expect((await sns.send(create)).TopicArn).toBe(TopicArn);
    expect(await topicNamed(sns, 'to-ana')).toBe(TopicArn);
    await expect(
      sns.send(new CreateTopicCommand({ Name: 'to-ana', Attributes: { DisplayName: 'other' } })),
    ).rejects.toThrow('Topic already exists with different attributes');
    await expect(topicNamed(sns, 'no spaces')).rejects.toThrow(InvalidParameterException);

    await confirmed(carrier, sns);
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'email', Endpoint: 'bo@example.org' }));
    await sns.send(
      new SetTopicAttributesCommand({ TopicArn, AttributeName: 'DisplayName', AttributeValue: 'Bell "wire"' }),
    );
    const { Attributes } = await sns.send(new GetTopicAttributesCommand({ TopicArn }));
    expect(Attributes).toMatchObject({
      TopicArn,
      DisplayName: 'Bell "wire"',
      SubscriptionsConfirmed: '1',
      SubscriptionsPending: '1',
      SubscriptionsDeleted: '0',
    });

    await sns.send(new DeleteTopicCommand({ TopicArn }));
    await sns.send(new DeleteTopicCommand({ TopicArn }));
    expect(await failure(sns.send(new GetTopicAttributesCommand({ TopicArn })))).toBeInstanceOf(NotFoundException);
    expect((await sns.send(new ListSubscriptionsCommand({}))).Subscriptions).toEqual([]);
  });

  test('are listed by the hundred', async () => {
    const { sns } = await start();
    for (let n = 0; n < 205; n++) await topicNamed(sns, `topic-${n}`);
    const pages: number[] = [];
    const seen = new Set<string>();
    for await (const { Topics } of paginateListTopics({ client: sns }, {})) {
      pages.push(Topics?.length ?? 0);
      for (const { TopicArn } of Topics ?? []) seen.add(TopicArn as string);
    }
    expect(pages).toEqual([100, 100, 5]);
    expect(seen.size).toBe(205);
    await expect(sns.send(new ListTopicsCommand({ NextToken: 'x' }))).rejects.toThrow('Invalid parameter: NextToken');
  });
});

describe('subscriptions', () => {
  test('an email waits for its confirmation, and the link in the mail confirms', async () => {
    const { carrier, sns } = await start();
    const TopicArn = await topicNamed(sns, 'to-ana');
    const subscribe = (ReturnSubscriptionArn: boolean) =>
      sns.send(
        new SubscribeCommand({ TopicArn, Protocol: 'email', Endpoint: 'ana@example.org', ReturnSubscriptionArn }),
      );
    expect((await subscribe(false)).SubscriptionArn).toBe('pending confirmation');
    const { SubscriptionArn } = await subscribe(true);
    expect(SubscriptionArn).toMatch(`${TopicArn}:`);

    const mails = carrier.inbox();
    expect(mails).toHaveLength(2);
    expect(mails[1]).toMatchObject({
      channel: 'email',
      kind: 'confirmation',
      to: 'ana@example.org',
      from: 'AWS Notifications <no-reply@sns.amazonaws.com>',
      subject: 'AWS Notification - Subscription Confirmation',
      topicArn: TopicArn,
    });
    expect(mails[1]?.body).toContain(mails[1]?.confirmUrl);

    await sns.send(new PublishCommand({ TopicArn, Message: 'too early' }));
    expect(carrier.inbox({ kind: 'notification' })).toEqual([]);
    const list = () => sns.send(new ListSubscriptionsCommand({}));
    const of = new GetSubscriptionAttributesCommand({ SubscriptionArn });
    expect((await list()).Subscriptions?.[0]?.SubscriptionArn).toBe('PendingConfirmation');
    expect((await sns.send(of)).Attributes?.PendingConfirmation).toBe('true');
    await expect(sns.send(new UnsubscribeCommand({ SubscriptionArn }))).rejects.toThrow('pending confirmation');

    // The older of the two mails is as good as the newer one.
    const page = await fetch(mails[0]?.confirmUrl as string);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain(SubscriptionArn);
    expect((await sns.send(of)).Attributes).toMatchObject({
      PendingConfirmation: 'false',
      ConfirmationWasAuthenticated: 'false',
      Endpoint: 'ana@example.org',
    });
    expect((await list()).Subscriptions).toEqual([
      { SubscriptionArn, Owner: '000000000000', Protocol: 'email', Endpoint: 'ana@example.org', TopicArn },
    ]);
    expect((await subscribe(false)).SubscriptionArn).toBe(SubscriptionArn);
    expect(carrier.inbox({ kind: 'confirmation' })).toHaveLength(2);
    expect((await fetch(`${carrier.url}/confirm?Token=nothing`)).status).toBe(400);
  });

  test('the link at the end of a notification ends it, and its own mail brings it back', async () => {
    const { carrier, sns } = await start();
    const { TopicArn, SubscriptionArn } = await confirmed(carrier, sns);
    await sns.send(new PublishCommand({ TopicArn, Subject: 'Raid', Message: 'A raid.' }));
    const [mail] = carrier.inbox({ kind: 'notification' });
    expect(mail).toMatchObject({ to: 'ana@example.org', subject: 'Raid', subscriptionArn: SubscriptionArn });
    expect(mail?.body).toMatch(/^A raid\.\n\n--\nIf you wish to stop receiving notifications from this topic/);
    const link = /http:\S+\/unsubscribe\?\S+/.exec(mail?.body ?? '')?.[0] as string;

    expect((await fetch(link, { method: 'HEAD' })).status).toBe(404);
    expect(await (await fetch(link)).text()).toContain('Subscription removed!');
    const of = new GetSubscriptionAttributesCommand({ SubscriptionArn });
    expect(await failure(sns.send(of))).toBeInstanceOf(NotFoundException);
    const { Subscriptions } = await sns.send(new ListSubscriptionsCommand({}));
    expect(Subscriptions?.[0]?.SubscriptionArn).toBe('Deleted');
    expect((await sns.send(new PublishCommand({ TopicArn, Message: 'Nobody hears.' }))).MessageId).toBeTruthy();
    expect(carrier.inbox({ kind: 'notification' })).toHaveLength(1);
    expect((await fetch(link)).status).toBe(404);

    const [goodbye] = carrier.inbox({ kind: 'cancellation' });
    expect(goodbye?.confirmUrl).toBeUndefined();
    const back = /http:\S+\/confirm\?\S+/.exec(goodbye?.body ?? '')?.[0] as string;
    expect((await fetch(back)).status).toBe(200);
    await sns.send(new PublishCommand({ TopicArn, Message: 'Back again.' }));
    expect(carrier.inbox({ kind: 'notification' }).at(-1)?.body).toMatch(/^Back again\./);
  });

  test('a confirmation by signed call can forbid the link', async () => {
    const { carrier, sns } = await start();
    const TopicArn = await topicNamed(sns, 'to-ana');
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'email', Endpoint: 'ana@example.org' }));
    const Token = carrier.inbox()[0]?.token as string;
    const confirm = (arn: string, AuthenticateOnUnsubscribe: string) =>
      sns.send(new ConfirmSubscriptionCommand({ TopicArn: arn, Token, AuthenticateOnUnsubscribe }));
    await expect(confirm(`${TopicArn}-2`, 'true')).rejects.toThrow('Invalid parameter: Token');
    const { SubscriptionArn } = await confirm(TopicArn, 'true');
    await sns.send(new PublishCommand({ TopicArn, Message: 'A raid.' }));
    const link = /http:\S+\/unsubscribe\?\S+/.exec(carrier.inbox().at(-1)?.body ?? '')?.[0] as string;
    expect((await fetch(link)).status).toBe(403);
    const bare = new URLSearchParams({ Action: 'Unsubscribe', SubscriptionArn: SubscriptionArn as string });
    expect((await fetch(`${carrier.url}/?${bare}`)).status).toBe(403);
    const of = new GetSubscriptionAttributesCommand({ SubscriptionArn });
    expect((await sns.send(of)).Attributes?.ConfirmationWasAuthenticated).toBe('true');
    await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
    await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
    expect(await failure(sns.send(of))).toBeInstanceOf(NotFoundException);
    expect(carrier.inbox({ kind: 'cancellation' })).toEqual([]);
    expect(() => carrier.confirm(Token)).toThrow('Invalid parameter: Token');
  });

  test('one that nobody confirms is gone after 48 hours, and its link with it', async () => {
    let at = Date.parse('2026-11-01T08:00:00Z');
    const { carrier, sns } = await start({ now: () => new Date(at) });
    const TopicArn = await topicNamed(sns, 'to-ana');
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'email', Endpoint: 'ana@example.org' }));
    expect(carrier.inbox()[0]?.at).toBe('2026-11-01T08:00:00.000Z');
    at += 47 * hour;
    expect((await sns.send(new ListSubscriptionsCommand({}))).Subscriptions).toHaveLength(1);
    at += hour;
    expect((await sns.send(new ListSubscriptionsCommand({}))).Subscriptions).toEqual([]);
    expect(() => carrier.confirm(carrier.inbox()[0]?.token as string)).toThrow('Invalid parameter: Token');
  });

  test('one that SNS lost is not found, and nobody is told', async () => {
    const { carrier, sns } = await start();
    const { TopicArn, SubscriptionArn } = await confirmed(carrier, sns);
    expect(carrier.dropSubscription(SubscriptionArn)).toBe(true);
    expect(carrier.dropSubscription(SubscriptionArn)).toBe(false);
    await sns.send(new PublishCommand({ TopicArn, Message: 'x' }));
    expect(carrier.inbox()).toHaveLength(1);
    const of = new GetSubscriptionAttributesCommand({ SubscriptionArn });
    expect(await failure(sns.send(of))).toBeInstanceOf(NotFoundException);
  });

  test('are listed by the hundred, 250 of them, each once though some go meanwhile', async () => {
    const { carrier, sns } = await start();
    const TopicArn = await topicNamed(sns, 'many');
    const arns: string[] = [];
    for (let n = 0; n < 250; n++) {
      const Endpoint = `arn:aws:sqs:us-east-1:000000000000:q${n}`;
      arns.push(
        (await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint }))).SubscriptionArn as string,
      );
    }
    const pages: string[][] = [];
    for await (const { Subscriptions } of paginateListSubscriptions({ client: sns }, {})) {
      pages.push((Subscriptions ?? []).map((one) => one.SubscriptionArn as string));
      if (pages.length === 1) for (const arn of arns.slice(0, 10)) carrier.dropSubscription(arn);
    }
    expect(pages.map((page) => page.length)).toEqual([100, 100, 50]);
    expect(pages.flat()).toEqual(arns);
  });

  test.each([
    ['email', 'nobody', 'Email address'],
    ['sms', phone, 'does not support this protocol string: sms'],
    ['sqs', 'http://queue', 'SQS endpoint ARN'],
    ['carrier-pigeon', 'x', 'does not support this protocol string: carrier-pigeon'],
  ])('%s to %s is refused', async (Protocol, Endpoint, words) => {
    const { sns } = await start();
    const TopicArn = await topicNamed(sns, 'to-ana');
    const error = await failure(sns.send(new SubscribeCommand({ TopicArn, Protocol, Endpoint })));
    expect(error).toBeInstanceOf(InvalidParameterException);
    expect(error.message).toContain(words);
  });
});

describe('Publish', () => {
  test('one mail for each confirmed subscriber, with one MessageId', async () => {
    const { carrier, sns } = await start();
    const { TopicArn } = await confirmed(carrier, sns);
    await confirmed(carrier, sns, 'to-ana', 'bo@example.org');
    await sns.send(
      new SetTopicAttributesCommand({ TopicArn, AttributeName: 'DisplayName', AttributeValue: 'Bellwire' }),
    );
    const text = 'Zürich – “raid” & <b>\r\nnext line\t+ %41 😀';
    const { MessageId } = await sns.send(new PublishCommand({ TopicArn, Message: text }));
    const mails = carrier.inbox({ messageId: MessageId as string });
    expect(mails.map(({ to }) => to)).toEqual(['ana@example.org', 'bo@example.org']);
    for (const mail of mails) {
      expect(mail.from).toBe('Bellwire <no-reply@sns.amazonaws.com>');
      expect(mail.subject).toBe('AWS Notification Message');
      expect(mail.body.startsWith(`${text}\n\n--\n`)).toBe(true);
    }
  });

  test('an SMS, with its sender; a phone that opted out gets an answer and no message', async () => {
    const { carrier, sns } = await start();
    const send = (Message: string) =>
      sns.send(
        new PublishCommand({
          PhoneNumber: phone,
          Message,
          MessageAttributes: {
            'AWS.SNS.SMS.SMSType': { DataType: 'String', StringValue: 'Transactional' },
            'AWS.SNS.SMS.SenderID': { DataType: 'String', StringValue: 'Bellwire' },
            'AWS.SNS.SMS.MaxPrice': { DataType: 'Number', StringValue: '0.10' },
          },
        }),
      );
    const { MessageId } = await send('first');
    carrier.optOut(phone);
    expect((await send('second')).MessageId).toBeTruthy();
    carrier.optIn(phone);
    await send('third');
    expect(carrier.inbox({ channel: 'sms', to: phone }).map(({ body }) => body)).toEqual(['first', 'third']);
    expect(carrier.inbox()[0]).toMatchObject({ id: 1, kind: 'sms', messageId: MessageId, from: 'Bellwire' });
  });

  const string = (StringValue: string) => ({ DataType: 'String', StringValue });
  test.each([
    ['a subject of 100 characters', { Subject: 'x'.repeat(100) }, 'InvalidParameterException', 'Subject'],
    ['a subject of two lines', { Subject: 'Raid\nin Oslo' }, 'InvalidParameterException', 'Subject'],
    ['a subject with a control character', { Subject: 'Raid\u0007' }, 'InvalidParameterException', 'Subject'],
    ['a subject that begins with a blank', { Subject: ' Raid' }, 'InvalidParameterException', 'Subject'],
    ['an empty subject', { Subject: '' }, 'InvalidParameterException', 'Subject'],
    ['a message for each protocol', { MessageStructure: 'json' }, 'InvalidParameterException', 'one text for all'],
    ['an empty message', { Message: '' }, 'InvalidParameterException', 'Empty message'],
    ['a message of 256 KB and a byte', { Message: `${'é'.repeat(131_072)}x` }, 'InvalidParameterException', 'too long'],
    [
      'an unknown topic',
      { TopicArn: 'arn:aws:sns:us-east-1:000000000000:no' },
      'NotFoundException',
      'Topic does not exist',
    ],
    ['a topic that is no ARN', { TopicArn: 'to-ana' }, 'InvalidParameterException', 'at least 6 elements, not 1'],
    ['no target', { TopicArn: undefined }, 'InvalidParameterException', 'no value for required parameter'],
    ['two targets', { PhoneNumber: phone }, 'InvalidParameterException', 'only one of them'],
    [
      'a phone number that is none',
      { TopicArn: undefined, PhoneNumber: '+0123' },
      'InvalidParameterException',
      'Invalid parameter: PhoneNumber Reason: +0123 is not valid to publish to',
    ],
    [
      'an SMS of 1,601 characters',
      { TopicArn: undefined, PhoneNumber: phone, Message: 'x'.repeat(1601) },
      'InvalidParameterException',
      '1600',
    ],
    ['an empty attribute', { MessageAttributes: { a: string('') } }, 'InvalidParameterValueException', "'a'"],
    [
      'an attribute of no known type',
      { MessageAttributes: { a: { DataType: 'Text', StringValue: 'x' } } },
      'InvalidParameterValueException',
      'invalid message attribute type',
    ],
    [
      'a sender of digits',
      { MessageAttributes: { 'AWS.SNS.SMS.SenderID': string('12345') } },
      'InvalidParameterException',
      'SenderID',
    ],
  ])('%s is refused', async (_what, change, name, words) => {
    const { carrier, sns } = await start();
    const { TopicArn } = await confirmed(carrier, sns);
    const error = await failure(sns.send(new PublishCommand({ TopicArn, Message: 'text', ...change } as never)));
    expect(error.name).toBe(name);
    expect(error.message).toContain(words);
    expect(carrier.inbox({ kind: 'notification' })).toEqual([]);
    expect(carrier.inbox({ kind: 'sms' })).toEqual([]);
  });

  test('a subject of 99 characters and a message of 256 KB go through', async () => {
    const { carrier, sns } = await start();
    const { TopicArn } = await confirmed(carrier, sns);
    const Subject = `‘${'é'.repeat(98)}`;
    await sns.send(new PublishCommand({ TopicArn, Subject, Message: 'é'.repeat(131_072) }));
    expect(carrier.inbox({ kind: 'notification' })[0]?.subject).toBe(Subject);
  });
});

describe('phones', () => {
  test('the opt-out list', async () => {
    const { carrier, sns } = await start();
    const check = async (phoneNumber: string) =>
      (await sns.send(new CheckIfPhoneNumberIsOptedOutCommand({ phoneNumber }))).isOptedOut;
    expect(await check(phone)).toBe(false);
    carrier.optOut(phone);
    expect(await check(phone)).toBe(true);
    carrier.optIn(phone);
    expect(await check(phone)).toBe(false);
    await expect(check('0770')).rejects.toThrow(InvalidParameterException);
  });

  test('SMS attributes are kept, beside what was there', async () => {
    const { sns } = await start();
    const set = (attributes: Record<string, string>) => sns.send(new SetSMSAttributesCommand({ attributes }));
    await set({ DefaultSMSType: 'Transactional' });
    await set({ DeliveryStatusSuccessSamplingRate: '100' });
    expect((await sns.send(new GetSMSAttributesCommand({}))).attributes).toEqual({
      DefaultSMSType: 'Transactional',
      DeliveryStatusSuccessSamplingRate: '100',
      MonthlySpendLimit: '1',
    });
    const one = await sns.send(new GetSMSAttributesCommand({ attributes: ['DefaultSMSType'] }));
    expect(one.attributes).toEqual({ DefaultSMSType: 'Transactional' });
    await expect(set({ Colour: 'red' })).rejects.toThrow('Colour');
  });
});

describe('filter policies', () => {
  test.each(filterCases)('$why: $policy on $attributes', ({ policy, attributes, accepts: expected }) => {
    const read = readFilterPolicy(JSON.stringify(policy));
    const given = Object.entries(attributes as unknown as Record<string, [string, string]>);
    expect(accepts(read!, new Map(given.map(([name, [type, value]]) => [name, { type, value }])))).toBe(expected);
  });

  test.each([
    ['{', 'failed to parse JSON'],
    ['["china"]', 'must be a JSON object'],
    ['{"tags":"china"}', 'must be an array'],
    ['{"tags":[]}', 'empty array'],
    ['{"tags":[{"near":"china"}]}', 'unrecognized match type near'],
    ['{"tags":[{"numeric":["=",7]}]}', 'the local carrier knows texts, prefix, exists, anything-but'],
    ['{"tags":[{"prefix":"a","exists":true}]}', 'one operator'],
    ['{"tags":[7]}', 'neither a text nor an object'],
    ['{"$or":[{"tags":["china"]},{"source":["wire"]}]}', 'unrecognized match type tags for "$or"'],
    ['{"tags":[{"prefix":7}]}', 'prefix'],
    ['{"a":["x"],"b":["x"],"c":["x"],"d":["x"],"e":["x"],"f":["x"]}', 'more than 5 keys'],
    [JSON.stringify({ a: Array(20).fill('x'), b: Array(20).fill('x') }), 'too complex'],
  ])('%s is refused', async (FilterPolicy, words) => {
    const { sns } = await start();
    const TopicArn = await topicNamed(sns, 'alerts');
    const subscribe = new SubscribeCommand({
      TopicArn,
      Protocol: 'sqs',
      Endpoint: 'arn:aws:sqs:us-east-1:000000000000:q',
      Attributes: { FilterPolicy },
    });
    await expect(sns.send(subscribe)).rejects.toThrow(words);
  });
});

describe('queues', () => {
  const tagged = (...tags: string[]) => ({
    tags: { DataType: 'String.Array', StringValue: JSON.stringify(tags) },
    source: { DataType: 'String', StringValue: 'wire' },
  });

  async function startSqs() {
    const { url: endpoint, stop } = await startQueues();
    endings.push(stop);
    const sqs = new SQSClient({ endpoint, region, credentials });
    endings.push(() => sqs.destroy());
    const make = async (name: string) => {
      await sqs.send(new CreateQueueCommand({ QueueName: name }));
      return `arn:aws:sqs:us-east-1:000000000000:${name}`;
    };
    const receive = async (name: string) =>
      (
        await sqs.send(
          new ReceiveMessageCommand({
            QueueUrl: `${endpoint}/000000000000/${name}`,
            MaxNumberOfMessages: 10,
            MessageAttributeNames: ['All'],
            WaitTimeSeconds: 0,
          }),
        )
      ).Messages ?? [];
    return { endpoint, make, receive, stop };
  }

  test('get what their policy on String.Array lets through, wrapped or raw', async () => {
    const queue = await startSqs();
    const { sns } = await start({ sqsEndpoint: queue.endpoint });
    const TopicArn = await topicNamed(sns, 'alerts');
    const subscribe = async (name: string, Attributes: Record<string, string>) =>
      (
        await sns.send(
          new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: await queue.make(name), Attributes }),
        )
      ).SubscriptionArn;
    await subscribe('all', {});
    await subscribe('china', { FilterPolicy: '{"tags":["china"]}' });
    const raw = await subscribe('raw', { FilterPolicy: '{"tags":[{"prefix":"cy"}]}', RawMessageDelivery: 'true' });
    expect(raw).toMatch(`${TopicArn}:`);

    const publish = (Message: string, ...tags: string[]) =>
      sns.send(new PublishCommand({ TopicArn, Subject: 'Raid', Message, MessageAttributes: tagged(...tags) }));
    const { MessageId } = await publish('one', 'china', 'cyber');
    await publish('two', 'cyber');
    await publish('three', 'sport');

    expect((await queue.receive('all')).map(({ Body }) => JSON.parse(Body as string).Message).sort()).toEqual([
      'one',
      'three',
      'two',
    ]);
    const china = await queue.receive('china');
    expect(china).toHaveLength(1);
    expect(JSON.parse(china[0]?.Body as string)).toMatchObject({
      Type: 'Notification',
      MessageId,
      TopicArn,
      Subject: 'Raid',
      Message: 'one',
      MessageAttributes: { tags: { Type: 'String.Array', Value: '["china","cyber"]' } },
    });
    const received = await queue.receive('raw');
    expect(received.map(({ Body }) => Body).sort()).toEqual(['one', 'two']);
    expect(received[0]?.MessageAttributes?.source).toMatchObject({ DataType: 'String', StringValue: 'wire' });

    await sns.send(
      new SetSubscriptionAttributesCommand({
        SubscriptionArn: raw,
        AttributeName: 'FilterPolicy',
        AttributeValue: '{"tags":["sport"]}',
      }),
    );
    await publish('four', 'sport');
    expect((await queue.receive('raw')).map(({ Body }) => Body)).toEqual(['four']);
  });

  test('an outage of the queue, and a restart within it, lose nothing', async () => {
    const file = join(folder(), 'carrier.sqlite');
    const before = await startSqs();
    const first = await start({ file, sqsEndpoint: before.endpoint });
    const TopicArn = await topicNamed(first.sns, 'alerts');
    const Endpoint = await before.make('all');
    await first.sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint }));
    await before.stop();
    await first.sns.send(new PublishCommand({ TopicArn, Message: 'while it is down' }));
    expect(first.carrier.undelivered()).toBe(1);
    await first.carrier.stop();

    const after = await startSqs();
    await after.make('all');
    const second = await start({ file, sqsEndpoint: after.endpoint });
    await expect.poll(() => second.carrier.undelivered(), { timeout: 5000 }).toBe(0);
    expect((await after.receive('all')).map(({ Body }) => JSON.parse(Body as string).Message)).toEqual([
      'while it is down',
    ]);
  });

  test('a queue that does not exist holds nothing up', async () => {
    const queue = await startSqs();
    const { carrier, sns } = await start({ sqsEndpoint: queue.endpoint });
    const TopicArn = await topicNamed(sns, 'alerts');
    const Endpoint = 'arn:aws:sqs:us-east-1:000000000000:nowhere';
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint }));
    await sns.send(new PublishCommand({ TopicArn, Message: 'x' }));
    expect(carrier.undelivered()).toBe(0);
  });
});

describe('faults', () => {
  const sms = () => new PublishCommand({ PhoneNumber: phone, Message: 'x' });

  test.each([
    [{ kind: 'throttle' }, 'ThrottledException', 429],
    [{ kind: 'throttle', code: 'Throttling' }, 'Throttling', 400],
    [{ kind: 'unavailable' }, 'ServiceUnavailable', 503],
    [{ kind: 'internal' }, 'InternalErrorException', 500],
    [{ kind: 'refuse' }, 'InvalidParameterException', 400],
    [{ kind: 'refuse', code: 'AuthorizationError' }, 'AuthorizationErrorException', 403],
  ] as const)('%o comes out as %s, once', async (fault, name, status) => {
    const { carrier, sns } = await start();
    carrier.fault({ action: 'Publish', ...fault });
    const error = await failure(sns.send(sms()));
    expect([error.name, error.$metadata?.httpStatusCode]).toEqual([name, status]);
    expect(carrier.inbox()).toEqual([]);
    await sns.send(sms());
    expect(carrier.inbox()).toHaveLength(1);
    expect(carrier.calls().map(({ action, fault, status }) => ({ action, fault, status }))).toEqual([
      { action: 'Publish', fault: fault.kind, status },
      { action: 'Publish', fault: undefined, status: 200 },
    ]);
  });

  test('the classes are the SDK’s own', async () => {
    const { carrier, sns } = await start();
    carrier.fault({ action: /^Publish$/, kind: 'throttle' });
    carrier.fault({ action: /^Publish$/, kind: 'internal' });
    expect(await failure(sns.send(sms()))).toBeInstanceOf(ThrottledException);
    expect(await failure(sns.send(sms()))).toBeInstanceOf(InternalErrorException);
  });

  test('hang: no answer and no message; lost answer: a message and no answer', async () => {
    const { carrier, sns } = await start();
    carrier.fault({ action: 'Publish', kind: 'hang' });
    expect((await failure(sns.send(sms()))).name).toBe('TimeoutError');
    expect(carrier.inbox()).toEqual([]);
    carrier.fault({ action: 'Publish', kind: 'lost answer' });
    const error = await failure(sns.send(sms()));
    expect(error.$metadata?.httpStatusCode).toBeUndefined();
    expect(String(error)).toMatch(/ECONNRESET|socket hang up/);
    expect(carrier.inbox()).toHaveLength(1);
    expect(carrier.calls().every(({ status }) => status === undefined)).toBe(true);
  });

  test('stop ends what hangs', async () => {
    const { carrier } = await start();
    const sns = new SNSClient({ endpoint: carrier.url, region, credentials, maxAttempts: 1 });
    carrier.fault({ action: 'Publish', kind: 'hang' });
    const hanging = failure(sns.send(sms()));
    await expect.poll(() => carrier.calls()).toHaveLength(1);
    await carrier.stop();
    expect(String(await hanging)).toMatch(/ECONNRESET|socket hang up/);
    sns.destroy();
  });

  test('only the calls that match, as often as asked, until they are cleared', async () => {
    const { carrier, sns } = await start();
    const to = (PhoneNumber: string) => sns.send(new PublishCommand({ PhoneNumber, Message: 'x' }));
    carrier.fault({
      action: /./,
      kind: 'refuse',
      times: Number.POSITIVE_INFINITY,
      match: (params) => params.PhoneNumber === phone,
    });
    await to('+447700900999');
    await expect(to(phone)).rejects.toThrow();
    await expect(to(phone)).rejects.toThrow();
    carrier.clearFaults();
    await to(phone);
    carrier.fault({ action: 'Publish', kind: 'throttle', times: 2 });
    for (let n = 0; n < 2; n++) await expect(to(phone)).rejects.toThrow(ThrottledException);
    await to(phone);
  });

  test('another process opts phones out, and reads the inbox', async () => {
    const { carrier, sns } = await start();
    const post = (path: string, body: unknown) =>
      fetch(`${carrier.url}/local/${path}`, { method: 'POST', body: JSON.stringify(body) });
    const read = async (path: string) =>
      (await (await fetch(`${carrier.url}/local/${path}`)).json()) as { messages: unknown[] };

    expect(await (await post('optout', { phone })).json()).toEqual({ phone, optedOut: true });
    await sns.send(sms());
    expect(await read('inbox')).toEqual({ messages: [] });
    expect(await (await post('optin', { phone })).json()).toEqual({ phone, optedOut: false });
    await sns.send(sms());
    await sns.send(new PublishCommand({ PhoneNumber: '+447700900999', Message: 'x' }));
    expect((await post('optout', { phone: 'x' })).status).toBe(400);
    expect(await read(`inbox?to=${encodeURIComponent(phone)}`)).toEqual({ messages: carrier.inbox({ to: phone }) });
    expect((await read('inbox')).messages).toHaveLength(2);
    expect((await read('inbox?after=1')).messages).toHaveLength(1);
    expect((await read('inbox?limit=1')).messages).toEqual([carrier.inbox()[1]]);
    expect((await fetch(`${carrier.url}/local/inbox?limit=some`)).status).toBe(400);
    expect((await fetch(`${carrier.url}/local/nothing`)).status).toBe(404);
  });
});

describe('the door', () => {
  test('an action that it does not know is named', async () => {
    const { sns } = await start();
    const entries = [{ Id: 'a', Message: 'x' }];
    const batch = new PublishBatchCommand({ TopicArn: 'arn:x', PublishBatchRequestEntries: entries });
    const error = await failure(sns.send(batch));
    expect(error.name).toBe('InvalidAction');
    expect(error.message).toContain('PublishBatch');
  });

  test('unsigned calls, foreign names and foreign pages are refused', async () => {
    const { carrier } = await start();
    const port = portOf(carrier);
    const status = (headers: Record<string, string>, method = 'GET', path = '/local/inbox', body = '') =>
      new Promise((resolve, reject) => {
        const asked = request({ host: '127.0.0.1', port, path, method, headers }, (answer) => {
          answer.resume().on('end', () => resolve(answer.statusCode));
        });
        asked.on('error', reject).end(body);
      });
    expect(await status({ host: `localhost:${port}` })).toBe(200);
    expect(await status({ host: `news.example:${port}` })).toBe(403);
    expect(await status({ host: `127.0.0.1.example:${port}` })).toBe(403);
    expect(await status({ origin: 'https://news.example' })).toBe(403);
    expect(await status({}, 'POST', '/', 'Action=CreateTopic&Name=x')).toBe(403);
    expect(await status({ authorization: 'x' }, 'POST', '/', 'Action=CreateTopic&Name=x')).toBe(200);
  });

  test('a body over 1 MiB is refused with its reason', async () => {
    const { carrier } = await start();
    const answer = await fetch(carrier.url, { method: 'POST', body: 'x'.repeat(1024 * 1024 + 1) });
    expect(answer.status).toBe(413);
    expect(await answer.text()).toContain('RequestEntityTooLarge');
  });

  test('a sender that breaks off does no harm', async () => {
    const { carrier, sns } = await start();
    const socket = createConnection(portOf(carrier), '127.0.0.1');
    await once(socket, 'connect');
    socket.write('POST / HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 100\r\n\r\nAction=Pub');
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();
    await topicNamed(sns, 'still-there');
    expect(carrier.calls()).toHaveLength(1);
  });

  test('a hostile address is text on its page', async () => {
    const { carrier, sns } = await start();
    const TopicArn = await topicNamed(sns, 'to-ana');
    const Endpoint = `<script>alert(1)</script>"'@example.org`;
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'email', Endpoint }));
    const html = await (await fetch(carrier.inbox()[0]?.confirmUrl as string)).text();
    expect(html).not.toContain('<script');
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;@example.org');
    const { Subscriptions } = await sns.send(new ListSubscriptionsCommand({}));
    expect(Subscriptions?.[0]?.Endpoint).toBe(Endpoint);
  });
});

describe('secrets', () => {
  const arn = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:bellwire/keys-Ab12Cd';

  async function withSecrets(secrets: Record<string, string>) {
    const { carrier } = await start({ secrets });
    const client = new SecretsManagerClient({ endpoint: carrier.url, region, credentials, maxAttempts: 1 });
    endings.push(() => client.destroy());
    return { carrier, get: (SecretId: string) => client.send(new GetSecretValueCommand({ SecretId })) };
  }

  test('by ARN, by name, by ARN without its suffix', async () => {
    const { get } = await withSecrets({ [arn]: '{"apiToken":"t"}', plain: 'p' });
    for (const id of [arn, 'bellwire/keys', arn.replace('-Ab12Cd', '')]) {
      expect(await get(id)).toMatchObject({ ARN: arn, Name: 'bellwire/keys', SecretString: '{"apiToken":"t"}' });
    }
    const plain = await get('plain');
    expect(plain).toMatchObject({ SecretString: 'p', VersionStages: ['AWSCURRENT'] });
    expect(plain.CreatedDate).toBeInstanceOf(Date);
    expect((await get(plain.ARN as string)).SecretString).toBe('p');
    expect((await failure(get('other'))).name).toBe('ResourceNotFoundException');
  });

  test('faults', async () => {
    const { carrier, get } = await withSecrets({ plain: 'p' });
    carrier.fault({ action: 'GetSecretValue', kind: 'throttle' });
    carrier.fault({ action: 'GetSecretValue', kind: 'internal' });
    expect((await failure(get('plain'))).name).toBe('ThrottlingException');
    expect((await failure(get('plain'))).name).toBe('InternalServiceError');
    expect((await get('plain')).SecretString).toBe('p');
  });
});

describe('what it remembers', () => {
  test('everything that was answered survives a kill -9', async () => {
    const file = join(folder(), 'carrier.sqlite');
    const child = spawn(process.execPath, [join(import.meta.dirname, 'carrier-process.ts'), file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit');
    endings.push(() => child.kill('SIGKILL'));
    const [url] = (await once(createInterface(child.stdout), 'line')) as [string];
    const sns = clientOf(url);

    await expect(startCarrier({ file })).rejects.toThrow('in use by another process');

    const Attributes = { DisplayName: 'Bellwire' };
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'to-ana', Attributes }));
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'email', Endpoint: 'ana@example.org' }));
    const Endpoint = 'arn:aws:sqs:us-east-1:000000000000:q';
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint }));
    await sns.send(new SetSMSAttributesCommand({ attributes: { DefaultSMSType: 'Transactional' } }));
    const ids: string[] = [];
    for (let n = 0; n < 50; n++) {
      ids.push((await sns.send(new PublishCommand({ PhoneNumber: phone, Message: `${n}` }))).MessageId as string);
    }
    await fetch(`${url}/local/optout`, { method: 'POST', body: JSON.stringify({ phone: '+447700900999' }) });
    child.kill('SIGKILL');
    await ended;

    const again = await start({ file });
    expect(again.carrier.inbox({ kind: 'sms' }).map(({ messageId }) => messageId)).toEqual(ids);
    const { Attributes: kept } = await again.sns.send(new GetTopicAttributesCommand({ TopicArn }));
    expect(kept).toMatchObject({ DisplayName: 'Bellwire', SubscriptionsConfirmed: '1', SubscriptionsPending: '1' });
    const check = new CheckIfPhoneNumberIsOptedOutCommand({ phoneNumber: '+447700900999' });
    expect((await again.sns.send(check)).isOptedOut).toBe(true);
    expect((await again.sns.send(new GetSMSAttributesCommand({}))).attributes?.DefaultSMSType).toBe('Transactional');

    // A link of the old process leads to the new one.
    const [mail] = again.carrier.inbox({ kind: 'confirmation' });
    expect(mail?.confirmUrl).toMatch(again.carrier.url);
    expect((await fetch(mail?.confirmUrl as string)).status).toBe(200);
    const { id } = again.carrier.inbox().at(-1) ?? { id: 0 };
    await again.sns.send(new PublishCommand({ PhoneNumber: phone, Message: 'after' }));
    expect(again.carrier.inbox().at(-1)?.id).toBe(id + 1);
  });

  test('a file of a newer version is refused and left as it was', async () => {
    const file = join(folder(), 'carrier.sqlite');
    const db = new DatabaseSync(file);
    db.exec('PRAGMA user_version = 99; CREATE TABLE kept (x)');
    db.close();
    await expect(startCarrier({ file })).rejects.toThrow('newer Bellwire');
    const after = new DatabaseSync(file);
    expect(after.prepare('SELECT name FROM sqlite_schema').all()).toEqual([{ name: 'kept' }]);
    expect(after.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'delete' });
    after.close();
  });
});
