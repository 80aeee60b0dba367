import { kinds, scheduleArn } from './template/kinds.ts';
import type { Place } from './template/place.ts';
import { references, type Template, TemplateError, type TemplateResource } from './template/references.ts';
import type {
  Bucket,
  GenerateSecretString,
  Index,
  LambdaFunction,
  Queue,
  QueueSource,
  ResolvedTemplate,
  Route,
  Schedule,
  Secret,
  Subscription,
  Table,
  Topic,
} from './template/resolved.ts';

export { account, type Place, region } from './template/place.ts';
export { type Template, TemplateError, type TemplateResource } from './template/references.ts';
export type * from './template/resolved.ts';

/** The parts of a template that say nothing to this machine, and those that are read. Conditions, say, would change the rest. */
const sections = ['Description', 'Parameters', 'Rules', 'Resources', 'Outputs'];

/** A resource with its references resolved. */
interface Read {
  logicalId: string;
  /** The physical name. */
  name: string;
  properties: Record<string, unknown>;
  metadata: TemplateResource['Metadata'];
  /** What `Ref` gives. */
  ref: string;
  attribute(name: string): string;
  /** The error that stops the start. */
  unknown(what: string): TemplateError;
}

/**
 * Resolves a synthesised template for this machine: references become plain values, and resources become the things that the
 * local stack starts. Throws {@link TemplateError} with the resource's name for a type, property or intrinsic that the local
 * stack does not know.
 */
export function resolveTemplate(template: Template, place: Place): ResolvedTemplate {
  const unknown = (what: string) => new TemplateError(`${place.stackName}: the local stack does not know ${what}`);
  const section = Object.keys(template).find((name) => !sections.includes(name));
  if (section) throw unknown(`the ${section} of a template`);
  for (const [logicalId, { Type }] of Object.entries(template.Resources))
    if (!Object.hasOwn(kinds, Type)) throw unknown(`${Type} (logical id ${logicalId})`);

  const { resolve, named, ref, attribute } = references(template, place);
  const read = Object.entries(template.Resources).map(([logicalId, { Type, Properties = {}, Metadata }]) => {
    const properties = resolve(Properties, `logical id ${logicalId}`) as Record<string, unknown>;
    const known = kinds[Type]?.properties?.split(/\s+/);
    const stray = known && Object.keys(properties).find((name) => !known.includes(name));
    if (stray) throw unknown(`the property ${stray} of ${Type} (logical id ${logicalId})`);
    return {
      type: Type,
      ...named(logicalId),
      properties,
      metadata: Metadata,
      ref: ref(logicalId),
      attribute: (name: string) => attribute(logicalId, name),
      unknown: (what: string) => unknown(`${what} of ${Type} (logical id ${logicalId})`),
    };
  });
  const all = (type: string): Read[] => read.filter((resource) => resource.type === type);

  const queues = all('AWS::SQS::Queue').map(readQueue);
  const functions = all('AWS::Lambda::Function').map(readFunction);
  const [api, second] = all('AWS::ApiGatewayV2::Api').map(readApi);
  if (second) throw unknown('a second API');
  for (const stage of all('AWS::ApiGatewayV2::Stage'))
    if (stage.name !== '$default') throw stage.unknown(`the stage ${stage.name}`);
  const integrations = new Map(
    all('AWS::ApiGatewayV2::Integration').map((resource) => [resource.ref, readIntegration(resource, functions)]),
  );
  return {
    stackName: place.stackName,
    tables: all('AWS::DynamoDB::Table').map(readTable),
    queues,
    buckets: all('AWS::S3::Bucket').map(readBucket),
    topics: all('AWS::SNS::Topic').map(readTopic),
    subscriptions: all('AWS::SNS::Subscription').map(readSubscription),
    secrets: all('AWS::SecretsManager::Secret').map(readSecret),
    functions,
    sources: all('AWS::Lambda::EventSourceMapping').map((resource) => readSource(resource, queues, functions)),
    schedules: all('AWS::Scheduler::Schedule').map((resource) => readSchedule(resource, functions)),
    ...(api && { api }),
    routes: all('AWS::ApiGatewayV2::Route').map((resource) => readRoute(resource, integrations)),
    outputs: Object.fromEntries(
      Object.entries(template.Outputs ?? {}).map(([name, { Value }]) => [name, resolve(Value, `output ${name}`)]),
    ),
  };
}

function readTable({ logicalId, name, attribute, properties: of }: Read): Table {
  const indexes = (of.GlobalSecondaryIndexes ?? []) as Index[];
  return {
    logicalId,
    name,
    arn: attribute('Arn'),
    keySchema: of.KeySchema as Table['keySchema'],
    attributes: of.AttributeDefinitions as Table['attributes'],
    indexes: indexes.map(({ IndexName, KeySchema, Projection }) => ({ IndexName, KeySchema, Projection })),
  };
}

const queueAttributes = [
  'VisibilityTimeout',
  'MessageRetentionPeriod',
  'DelaySeconds',
  'ReceiveMessageWaitTimeSeconds',
  'MaximumMessageSize',
  'RedrivePolicy',
];

function readQueue({ logicalId, name, ref, attribute, properties }: Read): Queue {
  return { logicalId, name, url: ref, arn: attribute('Arn'), attributes: texts(properties, queueAttributes) };
}

function readBucket({ logicalId, ref }: Read): Bucket {
  return { logicalId, name: ref };
}

function readTopic({ logicalId, name, ref }: Read): Topic {
  return { logicalId, name, arn: ref };
}

function readSubscription({ logicalId, properties }: Read): Subscription {
  const { TopicArn, Protocol, Endpoint } = properties as Record<string, string>;
  const attributes = texts(properties, ['FilterPolicy', 'FilterPolicyScope', 'RawMessageDelivery']);
  return { logicalId, topicArn: TopicArn!, protocol: Protocol!, endpoint: Endpoint!, attributes };
}

/** Of the properties, those that are there, as an API that takes strings alone takes them. */
function texts(properties: Record<string, unknown>, names: string[]): Record<string, string> {
  const given = names.filter((name) => properties[name] !== undefined).map((name) => [name, properties[name]] as const);
  return Object.fromEntries(
    given.map(([name, value]) => [name, typeof value === 'object' ? JSON.stringify(value) : String(value)]),
  );
}

function readSecret({ logicalId, name, ref, properties: of }: Read): Secret {
  return {
    logicalId,
    name,
    arn: ref,
    ...(of.GenerateSecretString ? { generate: of.GenerateSecretString as GenerateSecretString } : {}),
    ...(of.SecretString !== undefined ? { value: String(of.SecretString) } : {}),
  };
}

function readFunction({ logicalId, name, attribute, properties: of, metadata, unknown }: Read): LambdaFunction {
  const asset = metadata?.['aws:asset:path'];
  if (typeof asset !== 'string') throw unknown('code without aws:asset:path');
  if (!/^nodejs/.test(String(of.Runtime))) throw unknown(`the runtime ${of.Runtime}`);
  const environment = (of.Environment as { Variables?: Record<string, unknown> } | undefined)?.Variables ?? {};
  const logGroup = (of.LoggingConfig as { LogGroup?: string } | undefined)?.LogGroup ?? `/aws/lambda/${name}`;
  return {
    logicalId,
    name,
    room: logGroup.slice(logGroup.lastIndexOf('/') + 1),
    arn: attribute('Arn'),
    handler: String(of.Handler),
    asset,
    memoryMb: Number(of.MemorySize ?? 128),
    timeoutSeconds: Number(of.Timeout ?? 3),
    environment: Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, String(value)])),
    logGroup,
  };
}

/** The function that is meant by its name, its ARN, or an address with its ARN inside; undefined for none. */
function functionNamed(nameOrArn: unknown, functions: LambdaFunction[]): string | undefined {
  const wanted = /arn:aws:lambda:[^:]+:\d+:function:([\w-]+)/.exec(String(nameOrArn))?.[1] ?? String(nameOrArn);
  return functions.find(({ name }) => name === wanted)?.name;
}

function readSource(
  { logicalId, properties: of, unknown }: Read,
  queues: Queue[],
  functions: LambdaFunction[],
): QueueSource {
  if (of.Enabled === false) throw unknown('a source that is switched off');
  const queue = queues.find(({ arn }) => arn === of.EventSourceArn);
  if (!queue) throw unknown(`the source ${of.EventSourceArn}`);
  const functionName = functionNamed(of.FunctionName, functions);
  if (!functionName) throw unknown(`the function ${of.FunctionName}`);
  const maximum = (of.ScalingConfig as { MaximumConcurrency?: number } | undefined)?.MaximumConcurrency;
  return {
    logicalId,
    functionName,
    queue,
    batchSize: Number(of.BatchSize ?? 10),
    batchingWindowSeconds: Number(of.MaximumBatchingWindowInSeconds ?? 0),
    ...(maximum === undefined ? {} : { maximumConcurrency: Number(maximum) }),
    reportBatchItemFailures: ((of.FunctionResponseTypes ?? []) as string[]).includes('ReportBatchItemFailures'),
  };
}

function readSchedule({ logicalId, name, properties: of, unknown }: Read, functions: LambdaFunction[]): Schedule {
  if (of.State === 'DISABLED') throw unknown('a schedule that is switched off');
  const target = of.Target as { Arn?: string; Input?: string };
  const functionName = functionNamed(target.Arn, functions);
  if (!functionName) throw unknown(`the target ${target.Arn}`);
  const everySeconds = rateSeconds(String(of.ScheduleExpression));
  if (everySeconds === undefined) throw unknown(`the expression ${of.ScheduleExpression}`);
  return {
    logicalId,
    name,
    arn: scheduleArn({ logicalId, name }),
    functionName,
    everySeconds,
    ...(target.Input === undefined ? {} : { input: target.Input }),
  };
}

/** Seconds of `rate(5 minutes)`; undefined for anything else. */
function rateSeconds(expression: string): number | undefined {
  const [, count, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  if (!count || !unit) return undefined;
  return Number(count) * { minute: 60, hour: 3600, day: 86400 }[unit as 'minute' | 'hour' | 'day'];
}

function readApi({ logicalId, ref, properties: of, unknown }: Read): NonNullable<ResolvedTemplate['api']> {
  if (of.ProtocolType !== 'HTTP') throw unknown(`the protocol ${of.ProtocolType}`);
  return { id: ref, name: String(of.Name ?? logicalId) };
}

/** The name of the function that it joins to the API. */
function readIntegration({ properties: of, unknown }: Read, functions: LambdaFunction[]): string {
  if (of.IntegrationType !== 'AWS_PROXY') throw unknown(`the integration type ${of.IntegrationType}`);
  if (of.PayloadFormatVersion !== '2.0') throw unknown(`the payload format ${of.PayloadFormatVersion}`);
  const functionName = functionNamed(of.IntegrationUri, functions);
  if (!functionName) throw unknown(`the target ${of.IntegrationUri}`);
  return functionName;
}

function readRoute({ logicalId, properties: of, unknown }: Read, integrations: Map<string, string>): Route {
  if ((of.AuthorizationType ?? 'NONE') !== 'NONE') throw unknown(`the authorization ${of.AuthorizationType}`);
  const functionName = integrations.get(String(of.Target).replace(/^integrations\//, ''));
  if (!functionName) throw unknown(`the target ${of.Target}`);
  return { logicalId, key: String(of.RouteKey), functionName };
}
