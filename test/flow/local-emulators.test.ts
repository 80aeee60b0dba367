import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createConnection, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ListTopicsCommand, SNSClient } from '@aws-sdk/client-sns';
import {
  ChangeMessageVisibilityCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { clientFor, type Emulators, startEmulators } from '../../local/emulators.ts';
import { StateError } from '../../local/state.ts';
import type { Template } from '../../local/template.ts';
import fixture from '../unit/template-fixture.json' with { type: 'json' };
import { scratch, until } from './local-bundles.ts';

const template = fixture as unknown as Template;
const folder = scratch();
const running: Emulators[] = [];

async function start(state?: string, changed: Template = template): Promise<Emulators> {
  const emulators = await startEmulators({ template: changed, stackName: 'Test', ...(state ? { state } : {}) });
  running.push(emulators);
  return emulators;
}

const stopAll = async () => {
  for (const emulators of running.splice(0)) await emulators.stop();
};

describe('the emulators in memory', () => {
  let emulators: Emulators;
  let dynamodb: DynamoDBClient;
  let sqs: SQSClient;
  beforeAll(async () => {
    emulators = await start();
    dynamodb = new DynamoDBClient(clientFor(emulators.endpoints.dynamodb));
    sqs = new SQSClient(clientFor(emulators.endpoints.sqs));
  });
  afterAll(stopAll);

  it('keep items under conditions, and find them by an index', async () => {
    const put = new PutItemCommand({
      TableName: emulators.resources.articlesTable,
      Item: { id: { S: 'a1' }, open: { S: 'yes' }, acceptedAt: { S: '2026-11-24T10:00:00Z' } },
      ConditionExpression: 'attribute_not_exists(id)',
    });
    await dynamodb.send(put);
    await expect(dynamodb.send(put)).rejects.toBeInstanceOf(ConditionalCheckFailedException);
    const { Items } = await dynamodb.send(
      new QueryCommand({
        TableName: emulators.resources.articlesTable,
        IndexName: 'open',
        KeyConditionExpression: '#open = :yes',
        ExpressionAttributeNames: { '#open': 'open' },
        ExpressionAttributeValues: { ':yes': { S: 'yes' } },
      }),
    );
    expect(Items).toEqual([{ id: { S: 'a1' }, open: { S: 'yes' }, acceptedAt: { S: '2026-11-24T10:00:00Z' } }]);
  });

  it('have the queues with the attributes of the template', async () => {
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: emulators.resources.incomingQueue, AttributeNames: ['All'] }),
    );
    expect(Attributes).toMatchObject({
      QueueArn: 'arn:aws:sqs:eu-west-1:000000000000:Test-Incoming',
      VisibilityTimeout: '1',
    });
    expect(JSON.parse(Attributes?.RedrivePolicy ?? '')).toMatchObject({ maxReceiveCount: 2 });
  });

  it('count messages exactly, and give a message back at once', async () => {
    const queue = { QueueUrl: emulators.resources.incomingQueue };
    await sqs.send(new SendMessageCommand({ ...queue, MessageBody: 'one' }));
    await sqs.send(new SendMessageCommand({ ...queue, MessageBody: 'later', DelaySeconds: 60 }));
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ ...queue, MaxNumberOfMessages: 10 }));
    expect(emulators.queues.counts('Test-Incoming')).toEqual({ visible: 0, inFlight: 1, delayed: 1 });
    await sqs.send(
      new ChangeMessageVisibilityCommand({
        ...queue,
        ReceiptHandle: Messages?.[0]?.ReceiptHandle,
        VisibilityTimeout: 0,
      }),
    );
    expect(emulators.queues.counts('Test-Incoming')).toEqual({ visible: 1, inFlight: 0, delayed: 1 });
  });

  it('take every character that SQS takes, and refuse the others', async () => {
    const QueueUrl = emulators.resources.incomingDeadQueue;
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '{"tags":["🚨 警報"]}' }));
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    expect(Messages?.[0]?.Body).toBe('{"tags":["🚨 警報"]}');
    await expect(sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a\u0000b' }))).rejects.toThrow(/characters/);
  });

  it('have the topic, and the secret made by its rule', async () => {
    const sns = new SNSClient(clientFor(emulators.endpoints.sns));
    const { Topics } = await sns.send(new ListTopicsCommand({}));
    expect(Topics).toEqual([{ TopicArn: emulators.resources.alertsTopic }]);
    const secrets = new SecretsManagerClient(clientFor(emulators.endpoints.secrets));
    const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: emulators.resources.secret }));
    expect(JSON.parse(SecretString ?? '')).toEqual({
      apiToken: '',
      signingKey: expect.stringMatching(/^[A-Za-z0-9]{64}$/),
    });
  });

  it('are reached through their environment alone', async () => {
    const before = { ...process.env };
    Object.assign(process.env, emulators.environment);
    try {
      const { Item } = await new DynamoDBClient({}).send(
        new GetItemCommand({ TableName: emulators.resources.articlesTable, Key: { id: { S: 'a1' } } }),
      );
      expect(Item?.id).toEqual({ S: 'a1' });
    } finally {
      process.env = before;
    }
  });

  it('answer on loopback only', async () => {
    const outside = Object.values(networkInterfaces())
      .flat()
      .find((address) => address && !address.internal && address.family === 'IPv4')?.address;
    for (const endpoint of new Set(Object.values(emulators.endpoints))) {
      expect(new URL(endpoint).hostname).toBe('127.0.0.1');
      if (!outside) continue;
      const answer = await new Promise((done) => {
        const socket = createConnection({ host: outside, port: Number(new URL(endpoint).port) });
        socket.on('connect', () => done('connected')).on('error', (error) => done((error as { code?: string }).code));
      });
      expect(answer).toBe('ECONNREFUSED');
    }
  });

  it.each([
    ['through a name that a page points here', { host: 'evil.example' }],
    ['from a page of the web', { origin: 'https://evil.example' }],
  ])('refuse whatever comes %s', async (_what, headers) => {
    for (const endpoint of new Set(Object.values(emulators.endpoints))) {
      const status = await new Promise((done, fail) => {
        request(endpoint, { method: 'POST', headers }, (answer) => done(answer.resume().statusCode))
          .on('error', fail)
          .end('{}');
      });
      expect(status).toBe(403);
    }
  });

  it('survive a request that breaks off half way', async () => {
    const { hostname, port } = new URL(emulators.endpoints.dynamodb);
    await new Promise<void>((done) => {
      const socket = createConnection({ host: hostname, port: Number(port) }, () => {
        socket.write('POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\n{"half":');
        setTimeout(() => socket.resetAndDestroy(), 30);
      });
      socket.on('close', () => done());
    });
    await new Promise((resume) => setTimeout(resume, 30));
    const { Item } = await dynamodb.send(
      new GetItemCommand({ TableName: emulators.resources.articlesTable, Key: { id: { S: 'a1' } } }),
    );
    expect(Item).toBeDefined();
  });

  it('run several at once, each with its own, and start within a second', async () => {
    const started = performance.now();
    const other = await start();
    expect(performance.now() - started).toBeLessThan(1000);
    const { Item } = await new DynamoDBClient(clientFor(other.endpoints.dynamodb)).send(
      new GetItemCommand({ TableName: other.resources.articlesTable, Key: { id: { S: 'a1' } } }),
    );
    expect(Item).toBeUndefined();
  });
});

describe('the emulators on disk', () => {
  afterEach(stopAll);

  it('keep items, messages and the secret, which is for its owner alone', async () => {
    const state = join(folder, 'kept');
    mkdirSync(state);
    const first = await start(state);
    const item = { TableName: first.resources.articlesTable, Key: { id: { S: 'a1' } } };
    const dynamodb = new DynamoDBClient(clientFor(first.endpoints.dynamodb));
    await dynamodb.send(new PutItemCommand({ TableName: item.TableName, Item: item.Key }));
    const sqs = new SQSClient(clientFor(first.endpoints.sqs));
    for (const MessageBody of ['in flight', 'waiting'])
      await sqs.send(new SendMessageCommand({ QueueUrl: first.resources.incomingQueue, MessageBody }));
    await sqs.send(new ReceiveMessageCommand({ QueueUrl: first.resources.incomingQueue, VisibilityTimeout: 600 }));
    const secret = readFileSync(join(state, 'secret.json'), 'utf8');
    expect(statSync(join(state, 'secret.json')).mode & 0o777).toBe(0o600);
    await stopAll();

    const changed = structuredClone(template);
    changed.Resources.Incoming!.Properties!.VisibilityTimeout = 7;
    const second = await start(state, changed);
    const again = new DynamoDBClient(clientFor(second.endpoints.dynamodb));
    expect((await again.send(new GetItemCommand(item))).Item).toEqual(item.Key);
    // The one that was in flight has no holder any more: it is visible at once, not in ten minutes.
    expect(second.queues.counts('Test-Incoming')).toEqual({ visible: 2, inFlight: 0, delayed: 0 });
    const { Messages } = await new SQSClient(clientFor(second.endpoints.sqs)).send(
      new ReceiveMessageCommand({
        QueueUrl: second.resources.incomingQueue,
        MaxNumberOfMessages: 10,
        MessageSystemAttributeNames: ['ApproximateReceiveCount'],
      }),
    );
    expect(Messages?.map(({ Body, Attributes }) => [Body, Attributes?.ApproximateReceiveCount]).sort()).toEqual([
      ['in flight', '2'],
      ['waiting', '1'],
    ]);
    const { Attributes } = await new SQSClient(clientFor(second.endpoints.sqs)).send(
      new GetQueueAttributesCommand({
        QueueUrl: second.resources.incomingQueue,
        AttributeNames: ['VisibilityTimeout'],
      }),
    );
    expect(Attributes?.VisibilityTimeout).toBe('7');
    expect(readFileSync(join(state, 'secret.json'), 'utf8')).toBe(secret);
  });

  it('give a message back at once and move it to the dead-letter queue, on disk too', async () => {
    const state = join(folder, 'dead');
    mkdirSync(state);
    const { endpoints, resources, queues } = await start(state);
    const sqs = new SQSClient(clientFor(endpoints.sqs));
    const queue = { QueueUrl: resources.incomingQueue };
    await sqs.send(new SendMessageCommand({ ...queue, MessageBody: 'poison' }));
    for (let received = 0; received < 2; received += 1) {
      const { Messages } = await sqs.send(new ReceiveMessageCommand(queue));
      const ReceiptHandle = Messages?.[0]?.ReceiptHandle;
      await sqs.send(new ChangeMessageVisibilityCommand({ ...queue, ReceiptHandle, VisibilityTimeout: 0 }));
    }
    expect((await sqs.send(new ReceiveMessageCommand(queue))).Messages).toBeUndefined();
    expect(queues.counts('incoming-dead')).toEqual({ visible: 1, inFlight: 0, delayed: 0 });
    await stopAll();
    expect((await start(state)).queues.counts('incoming-dead')?.visible).toBe(1);
  });

  it('refuse a state whose table has other indexes, and leave it as it is', async () => {
    const state = join(folder, 'indexes');
    mkdirSync(state);
    await start(state);
    await stopAll();
    const changed = structuredClone(template);
    (changed.Resources.Articles!.Properties!.GlobalSecondaryIndexes as { IndexName: string }[])[0]!.IndexName = 'new';
    await expect(start(state, changed)).rejects.toThrow(
      /another set of indexes of the table Test-Articles.*move the state/s,
    );
    await start(state);
  });

  it.each(['secret.json', 'dynamodb', 'queues'])('make no new %s where it was lost', async (part) => {
    const state = join(folder, `without-${part}`);
    mkdirSync(state);
    await start(state);
    await stopAll();
    rmSync(join(state, part), { recursive: true });
    await expect(start(state)).rejects.toThrow(new RegExp(`${part} is missing.*put it back`, 's'));
    expect(existsSync(join(state, part))).toBe(false);
  });

  it.each([
    ['the secret', 'secret.json', /secret\.json cannot be read/],
    ['the queues', 'queues/fauxqs.db', /the queues in .* cannot be opened/],
    ['the tables', 'dynamodb/CURRENT', /the tables in .* cannot be opened/],
    ['the carrier', 'carrier.sqlite', /the inbox and subscriptions in .* cannot be opened/],
  ])('say so when %s cannot be read', async (_what, file, message) => {
    const state = join(folder, `broken-${file.replace('/', '-')}`);
    mkdirSync(state);
    await start(state);
    await stopAll();
    chmodSync(join(state, file), 0o600);
    writeFileSync(join(state, file), 'half wri');
    const failed = await start(state).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(StateError);
    expect((failed as Error).message).toMatch(message);
    expect(readFileSync(join(state, file), 'utf8')).toBe('half wri');
  });
});

describe('a long poll', () => {
  afterEach(stopAll);

  it('is woken, so that a loop can end', async () => {
    const { endpoints, resources, queues } = await start();
    const sqs = new SQSClient(clientFor(endpoints.sqs));
    let ended = false;
    const poll = sqs
      .send(new ReceiveMessageCommand({ QueueUrl: resources.incomingQueue, WaitTimeSeconds: 20 }))
      .then(({ Messages }) => {
        ended = true;
        return Messages;
      });
    const woken = until(() => {
      queues.wake('Test-Incoming');
      return ended;
    }, 2);
    expect(await poll).toBeUndefined();
    await woken;
  });
});

it('nothing here needs a fixed port', async () => {
  const taken = createServer().listen(4566, '127.0.0.1');
  try {
    await start();
  } finally {
    taken.close();
    await stopAll();
  }
});
