import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { devNull } from 'node:os';
import { join, resolve } from 'node:path';
import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ResourceInUseException,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type Resources, readResources } from '../aws/resources.ts';
import { startCarrier } from './carrier/index.ts';
import { closeServer } from './http.ts';
import { isLoopback } from './loopback.ts';
import { startObjects } from './objects.ts';
import { type QueueServer, startQueues } from './queues.ts';
import { type Endpoints, StateError, writeWhole } from './state.ts';
import {
  account,
  type GenerateSecretString,
  type Queue,
  type ResolvedTemplate,
  region,
  resolveTemplate,
  type Secret,
  type Table,
  type Template,
} from './template.ts';

export type Carrier = Awaited<ReturnType<typeof startCarrier>>;
export type CarrierOptions = NonNullable<Parameters<typeof startCarrier>[0]>;

export interface EmulatorOptions {
  /**
   * The folder that keeps tables, queues, topics and the secret; in memory without one. Whoever passes a folder has taken
   * its lock (`openState`): neither emulator notices a second opener in time.
   */
  state?: string;
  /** The synthesised template. */
  template: Template;
  /** `AWS::StackName`; `Bellwire` by default. */
  stackName?: string;
  /** Where the HTTP API is, or would be, served. */
  publicUrl?: string;
  /** What the carrier is given beyond its place and its secrets. */
  carrier?: Pick<CarrierOptions, 'now'>;
}

export interface Emulators {
  /** The stack's output `Wire`, resolved. */
  resources: Resources;
  /** What an AWS client reads to find the emulators: endpoints, region and keys that open nothing. */
  environment: Record<string, string>;
  endpoints: Endpoints;
  carrier: Carrier;
  queues: QueueServer;
  template: ResolvedTemplate;
  /** Closes the servers and their files. Stop whatever polls them first. */
  stop(): Promise<void>;
}

/**
 * Starts DynamoDB, SQS, S3, and the carrier (SNS and Secrets Manager), each on a free loopback port, and creates in them what the
 * template names. What is there already is kept. Several can run in one process. Throws `TemplateError` for a template
 * that asks for more than this machine knows, and {@link StateError} for a state that cannot be read.
 */
export async function startEmulators(options: EmulatorOptions): Promise<Emulators> {
  const state = options.state === undefined ? undefined : resolve(options.state);
  const started: { stop(): Promise<void> }[] = [];
  const stop = async () => {
    // The carrier first: it may be handing messages to queues.
    for (const server of started.splice(0).reverse()) await server.stop();
  };
  if (state) refuseHalf(state);
  const begin = async <Server extends { stop(): Promise<void> }>(starting: Promise<Server>): Promise<Server> => {
    const server = await starting;
    started.push(server);
    return server;
  };
  try {
    const starting = [
      begin(startTables(state && join(state, 'dynamodb'))),
      begin(
        startQueues(state && join(state, 'queues')).catch((error: unknown) => {
          throw new StateError(unreadable('queues', join(state ?? '', 'queues'), error));
        }),
      ),
    ] as const;
    // Where one fails, the other is to be stopped too.
    await Promise.allSettled(starting);
    const [dynamodb, queues] = await Promise.all(starting);

    const template = resolveTemplate(options.template, {
      stackName: options.stackName ?? 'Bellwire',
      queuesUrl: queues.url,
      publicUrl: options.publicUrl ?? 'http://127.0.0.1:4400',
    });
    const storing = begin(
      startObjects({
        folder: state && join(state, 'objects'),
        buckets: template.buckets.map(({ name }) => name),
        ...options.carrier,
      }),
    );
    const carrying = startCarrier({
      ...options.carrier,
      ...(state ? { file: join(state, 'carrier.sqlite') } : {}),
      account,
      region,
      secrets: readSecrets(template.secrets, state && join(state, 'secret.json')),
      sqsEndpoint: queues.url,
    }).catch((error: unknown) => {
      if (!state) throw error;
      throw new StateError(unreadable('inbox and subscriptions', join(state, 'carrier.sqlite'), error));
    });
    const beginning = begin(carrying);
    await Promise.allSettled([storing, beginning]);
    const [objects, carrier] = [await storing, await beginning];

    const endpoints = {
      dynamodb: dynamodb.url,
      sqs: queues.url,
      s3: objects.url,
      sns: carrier.url,
      secrets: carrier.url,
    };
    await createAll(template, endpoints);
    return {
      resources: readResources(String(template.outputs.Wire ?? '')),
      environment: environmentOf(endpoints),
      endpoints,
      carrier,
      queues,
      template,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const keys = { accessKeyId: 'local', secretAccessKey: 'local' };

/** The environment variables by which every AWS client finds the emulators and nothing else. */
export function environmentOf(endpoints: Endpoints): Record<string, string> {
  return {
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    AWS_ENDPOINT_URL_SQS: endpoints.sqs,
    AWS_ENDPOINT_URL_S3: endpoints.s3,
    AWS_ENDPOINT_URL_SNS: endpoints.sns,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoints.secrets,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    // The owner's own profiles may name an endpoint, a region or a retry mode: none of them is meant for here.
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

/** What an SDK client's constructor takes to reach the emulator at an endpoint, whatever the process's environment says. */
export function clientFor(endpoint: string) {
  return { endpoint, region, credentials: keys };
}

/**
 * The carrier's file is made last, so a state that has it has had everything else: what is missing beside it was lost, and to
 * make it anew in silence would forget who was told, or end the links in every alert sent.
 */
function refuseHalf(state: string): void {
  if (!existsSync(join(state, 'carrier.sqlite'))) return;
  for (const part of ['secret.json', 'dynamodb', 'queues']) {
    if (existsSync(join(state, part))) continue;
    throw new StateError(
      `${join(state, part)} is missing, and the rest of the state is there: put it back from a copy, or move the state folder ` +
        'away to start afresh, or name another with --state',
    );
  }
}

interface TableServer {
  url: string;
  stop(): Promise<void>;
}

async function startTables(folder?: string): Promise<TableServer> {
  const { default: dynalite } = await import('dynalite');
  if (folder) {
    mkdirSync(folder, { recursive: true });
    await tryOpen(folder);
  }
  const server = dynalite({
    ...(folder ? { path: folder } : {}),
    createTableMs: 0,
    updateTableMs: 0,
    deleteTableMs: 0,
  });
  guard(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    // A request of a client that went away must not keep the database open.
    stop: () => closeServer(server, 1000),
  };
}

/** dynalite throws into the process when its database does not open, so it is opened once here, where it can be reported. */
async function tryOpen(folder: string): Promise<void> {
  const fromDynalite = createRequire(createRequire(import.meta.url).resolve('dynalite'));
  const { Level } = fromDynalite('level') as {
    Level: new (path: string) => { open(): Promise<void>; close(): Promise<void> };
  };
  const database = new Level(folder);
  try {
    await database.open();
    await database.close();
  } catch (error) {
    const cause = (error as Error).cause ?? error;
    throw new StateError(unreadable('tables', folder, cause));
  }
}

/**
 * Stands before dynalite: refuses what does not come from this machine, and survives a request that breaks off half way, as one
 * does when a function is stopped at its timeout. dynalite throws that into the process.
 */
function guard(server: Server): void {
  const [listener] = server.listeners('request') as RequestListener[];
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    // dynalite itself lets every page of the web read and write (Access-Control-Allow-Origin: *).
    if (!isLoopback(request.headers)) return void response.writeHead(403, { connection: 'close' }).end();
    listener!(request, response);
    request.removeAllListeners('error');
    request.on('error', () => response.destroy());
    response.on('error', () => {});
  });
}

async function createAll(template: ResolvedTemplate, endpoints: Endpoints): Promise<void> {
  const dynamodb = new DynamoDBClient(clientFor(endpoints.dynamodb));
  const sqs = new SQSClient(clientFor(endpoints.sqs));
  const sns = new SNSClient(clientFor(endpoints.sns));
  try {
    await Promise.all([
      ...template.tables.map((table) => createTable(dynamodb, table)),
      ...template.queues.map((queue) => createQueue(sqs, queue)),
      (async () => {
        await Promise.all(template.topics.map(({ name }) => sns.send(new CreateTopicCommand({ Name: name }))));
        for (const { topicArn, protocol, endpoint, attributes } of template.subscriptions)
          await sns.send(
            new SubscribeCommand({
              TopicArn: topicArn,
              Protocol: protocol,
              Endpoint: endpoint,
              Attributes: attributes,
              ReturnSubscriptionArn: true,
            }),
          );
      })(),
    ]);
  } finally {
    for (const client of [dynamodb, sqs, sns]) client.destroy();
  }
}

async function createTable(dynamodb: DynamoDBClient, table: Table): Promise<void> {
  try {
    await dynamodb.send(
      new CreateTableCommand({
        TableName: table.name,
        KeySchema: table.keySchema,
        AttributeDefinitions: table.attributes,
        BillingMode: 'PAY_PER_REQUEST',
        ...(table.indexes.length > 0 ? { GlobalSecondaryIndexes: table.indexes } : {}),
      }),
    );
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  }
  for (;;) {
    const { Table: found } = await dynamodb.send(new DescribeTableCommand({ TableName: table.name }));
    const differs = difference(table, found);
    if (differs)
      throw new StateError(
        `the state was made with another ${differs} of the table ${table.name}, and a local table cannot be changed: ` +
          'move the state folder away to start afresh, or name another with --state',
      );
    const ready = (status: string | undefined) => status === 'ACTIVE';
    if (ready(found?.TableStatus) && (found?.GlobalSecondaryIndexes ?? []).every((index) => ready(index.IndexStatus)))
      return;
    await new Promise((resume) => setTimeout(resume, 5));
  }
}

function difference(table: Table, found: TableDescription | undefined): string | undefined {
  const keys = (schema: { AttributeName?: string | undefined; KeyType?: string | undefined }[] | undefined) =>
    (schema ?? []).map(({ AttributeName, KeyType }) => `${KeyType} ${AttributeName}`).join();
  if (keys(found?.KeySchema) !== keys(table.keySchema)) return 'key';
  const indexes = (
    list: { IndexName?: string | undefined; KeySchema?: Table['keySchema'] | undefined }[] | undefined,
  ) => (list ?? []).map(({ IndexName, KeySchema }) => `${IndexName} ${keys(KeySchema)}`).sort();
  const had = indexes(found?.GlobalSecondaryIndexes as Table['indexes'] | undefined);
  return had.join(';') === indexes(table.indexes).join(';') ? undefined : 'set of indexes';
}

async function createQueue(sqs: SQSClient, { name, url, attributes }: Queue): Promise<void> {
  try {
    await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
  } catch (error) {
    // It is there with other attributes: made by an earlier template.
    if (!(error as Error).name.endsWith('QueueNameExists')) throw error;
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: attributes }));
  }
}

/** The template's secrets by ARN: those of the file, and new ones, which are then kept in it, for its owner's eyes only. */
function readSecrets(secrets: Secret[], file: string | undefined): Record<string, string> {
  let kept: Record<string, string> = {};
  if (file) {
    try {
      kept = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
      if (typeof kept !== 'object' || kept === null || Object.values(kept).some((value) => typeof value !== 'string'))
        throw new SyntaxError('it holds something else than secrets');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        throw new StateError(
          `${file} cannot be read (${error instanceof Error ? error.message : error}): put it back from a copy, or remove it ` +
            'and a new key is made, with which the links in alerts sent before no longer work',
        );
    }
  }
  const values = Object.fromEntries(
    secrets.map(({ name, value, generate }) => [name, value ?? kept[name] ?? generateSecret(generate ?? {})]),
  );
  if (file && Object.keys(values).some((name) => kept[name] !== values[name]))
    writeWhole(file, `${JSON.stringify({ ...kept, ...values }, null, 2)}\n`, 0o600);
  return Object.fromEntries(secrets.map(({ name, arn }) => [arn, values[name]!]));
}

/** As Secrets Manager's GetRandomPassword and `GenerateSecretString` do (AWS::SecretsManager::Secret, CloudFormation reference). */
function generateSecret(rule: GenerateSecretString): string {
  const excluded = new Set(rule.ExcludeCharacters ?? '');
  const sets = [
    rule.ExcludeLowercase ? '' : 'abcdefghijklmnopqrstuvwxyz',
    rule.ExcludeUppercase ? '' : 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
    rule.ExcludeNumbers ? '' : '0123456789',
    rule.ExcludePunctuation ? '' : '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
  ].map((set) => [...set].filter((character) => !excluded.has(character)).join(''));
  const all = sets.join('') + (rule.IncludeSpace ? ' ' : '');
  const length = rule.PasswordLength ?? 32;
  const required = rule.RequireEachIncludedType === false ? [] : sets.filter((set) => set !== '');
  let password: string;
  do {
    password = Array.from({ length }, () => all[randomInt(all.length)]).join('');
  } while (!required.every((set) => [...set].some((character) => password.includes(character))));
  if (rule.GenerateStringKey === undefined) return password;
  return JSON.stringify({ ...JSON.parse(rule.SecretStringTemplate ?? '{}'), [rule.GenerateStringKey]: password });
}

function unreadable(what: string, path: string, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return `the ${what} in ${path} cannot be opened (${message}): move the state folder away to start afresh, or name another with --state`;
}
