import { createHash } from 'node:crypto';

/** A CloudFormation template as `app.synth()` gives it. */
export interface Template {
  Parameters?: Record<string, { Type: string; Default?: unknown }>;
  Mappings?: Record<string, Record<string, Record<string, unknown>>>;
  Conditions?: Record<string, unknown>;
  Resources: Record<string, TemplateResource>;
  Outputs?: Record<string, { Value: unknown; Condition?: string }>;
}

export interface TemplateResource {
  Type: string;
  Properties?: Record<string, unknown>;
  Metadata?: Record<string, unknown>;
  Condition?: string;
}

/** What the template leaves open and this machine decides. */
export interface Place {
  /** `AWS::StackName`; names without one of their own begin with it. */
  stackName: string;
  /** The base of queue URLs, such as `http://127.0.0.1:9324`. SQS's client goes to the host of the URL that it is given. */
  queuesUrl: string;
  /** Where the HTTP API is served, without a slash at the end. */
  publicUrl: string;
  /** Values for the template's own parameters; those that the bootstrap adds have defaults. */
  parameters?: Record<string, string>;
}

export const region = 'eu-west-1';
export const account = '000000000000';

export interface Table {
  logicalId: string;
  name: string;
  arn: string;
  keySchema: { AttributeName: string; KeyType: 'HASH' | 'RANGE' }[];
  attributes: { AttributeName: string; AttributeType: 'S' | 'N' | 'B' }[];
  indexes: Index[];
}

export interface Index {
  IndexName: string;
  KeySchema: Table['keySchema'];
  Projection: { ProjectionType: 'ALL' | 'KEYS_ONLY' | 'INCLUDE'; NonKeyAttributes?: string[] };
}

export interface Queue {
  logicalId: string;
  name: string;
  url: string;
  arn: string;
  /** As CreateQueue takes them: every value a string, the redrive policy as JSON. */
  attributes: Record<string, string>;
}

export interface Topic {
  logicalId: string;
  name: string;
  arn: string;
}

export interface Subscription {
  logicalId: string;
  topicArn: string;
  protocol: string;
  endpoint: string;
  /** As Subscribe takes them, such as `FilterPolicy`. */
  attributes: Record<string, string>;
}

/** AWS::SecretsManager::Secret's `GenerateSecretString`. */
export interface GenerateSecretString {
  SecretStringTemplate?: string;
  GenerateStringKey?: string;
  PasswordLength?: number;
  ExcludeCharacters?: string;
  ExcludePunctuation?: boolean;
  ExcludeNumbers?: boolean;
  ExcludeLowercase?: boolean;
  ExcludeUppercase?: boolean;
  IncludeSpace?: boolean;
  RequireEachIncludedType?: boolean;
}

export interface Secret {
  logicalId: string;
  name: string;
  arn: string;
  generate?: GenerateSecretString;
  value?: string;
}

export interface LambdaFunction {
  logicalId: string;
  name: string;
  /** The last part of its log group's name, such as `alert`: what a person calls it. */
  room: string;
  arn: string;
  /** `file.export`, as in `index.handler`. */
  handler: string;
  /** The folder of the bundle, as the template names it: beside the template, or absolute. */
  asset: string;
  memoryMb: number;
  timeoutSeconds: number;
  environment: Record<string, string>;
  logGroup: string;
}

export interface QueueSource {
  logicalId: string;
  functionName: string;
  queue: Queue;
  batchSize: number;
  batchingWindowSeconds: number;
  /** `ScalingConfig.MaximumConcurrency`; absent when the template sets no bound. */
  maximumConcurrency?: number;
  reportBatchItemFailures: boolean;
}

export interface Schedule {
  logicalId: string;
  name: string;
  arn: string;
  functionName: string;
  everySeconds: number;
  /** The JSON that the function is given; absent for Scheduler's own event. */
  input?: string;
}

export interface Route {
  logicalId: string;
  /** `POST /articles`, `ANY /x/{proxy+}` or `$default`. */
  key: string;
  functionName: string;
}

/** The template with every intrinsic resolved, sorted by what this machine does with each resource. */
export interface ResolvedTemplate {
  stackName: string;
  tables: Table[];
  queues: Queue[];
  topics: Topic[];
  subscriptions: Subscription[];
  secrets: Secret[];
  functions: LambdaFunction[];
  sources: QueueSource[];
  schedules: Schedule[];
  api?: { id: string; name: string };
  routes: Route[];
  outputs: Record<string, unknown>;
  /** How many resources of each type the template has. */
  counts: Record<string, number>;
}

/** The template asks for what this machine cannot give. The message names the resource. */
export class TemplateError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'TemplateError';
  }
}

interface Named {
  logicalId: string;
  /** The physical name. */
  name: string;
}

interface Kind {
  /** The property that holds the physical name, where there is one. */
  nameProperty?: string;
  ref: (named: Named, place: Place) => string;
  attributes?: Record<string, (named: Named, place: Place) => string>;
  /**
   * The properties that change what the resource does, and that this machine knows; any other stops the start, so that
   * nothing is quietly left out. Absent where the resource does nothing here (roles, alarms, log groups).
   */
  properties?: string;
}

const arn = (service: string, rest: string) => `arn:aws:${service}:${region}:${account}:${rest}`;
const queueArn = ({ name }: Named) => arn('sqs', name);
const topicArn = ({ name }: Named) => arn('sns', name);
/** Secrets Manager ends an ARN with six characters of its own; here they follow from the name. */
const secretArn = ({ name }: Named) => arn('secretsmanager', `secret:${name}-${digest(name).slice(0, 6)}`);
const queueUrl = ({ name }: Named, place: Place) => `${place.queuesUrl}/${account}/${name}`;
const nameOf = ({ name }: Named) => name;

const kinds: Record<string, Kind> = {
  'AWS::DynamoDB::Table': {
    nameProperty: 'TableName',
    ref: nameOf,
    attributes: { Arn: ({ name }) => arn('dynamodb', `table/${name}`) },
    // The second half has no counterpart in dynalite and changes no answer that a handler sees.
    properties: `TableName KeySchema AttributeDefinitions GlobalSecondaryIndexes
      BillingMode ProvisionedThroughput OnDemandThroughput WarmThroughput PointInTimeRecoverySpecification SSESpecification
      TimeToLiveSpecification Tags DeletionProtectionEnabled TableClass ContributorInsightsSpecification`,
  },
  'AWS::SQS::Queue': {
    nameProperty: 'QueueName',
    ref: queueUrl,
    attributes: { Arn: queueArn, QueueName: nameOf, QueueUrl: queueUrl },
    properties: `QueueName VisibilityTimeout MessageRetentionPeriod RedrivePolicy RedriveAllowPolicy DelaySeconds
      ReceiveMessageWaitTimeSeconds MaximumMessageSize SqsManagedSseEnabled KmsMasterKeyId KmsDataKeyReusePeriodSeconds Tags`,
  },
  'AWS::SQS::QueuePolicy': { ref: nameOf },
  'AWS::SNS::Topic': {
    nameProperty: 'TopicName',
    ref: topicArn,
    attributes: { TopicArn: topicArn, TopicName: nameOf },
    properties: 'TopicName DisplayName KmsMasterKeyId SignatureVersion TracingConfig Tags',
  },
  'AWS::SNS::TopicPolicy': { ref: nameOf },
  'AWS::SNS::Subscription': {
    ref: ({ logicalId }) => arn('sns', logicalId),
    properties: 'TopicArn Protocol Endpoint FilterPolicy FilterPolicyScope RawMessageDelivery',
  },
  'AWS::SecretsManager::Secret': {
    nameProperty: 'Name',
    ref: secretArn,
    attributes: { Id: secretArn },
    properties: 'Name Description GenerateSecretString SecretString KmsKeyId Tags',
  },
  'AWS::Lambda::Function': {
    nameProperty: 'FunctionName',
    ref: nameOf,
    attributes: { Arn: ({ name }) => arn('lambda', `function:${name}`) },
    properties: `FunctionName Handler Runtime Code MemorySize Timeout Environment LoggingConfig
      Role Architectures Description Tags TracingConfig EphemeralStorage KmsKeyArn RuntimeManagementConfig RecursiveLoop`,
  },
  'AWS::Lambda::EventSourceMapping': {
    ref: nameOf,
    attributes: { Id: nameOf },
    properties: `FunctionName EventSourceArn BatchSize MaximumBatchingWindowInSeconds FunctionResponseTypes ScalingConfig
      Enabled Tags MetricsConfig`,
  },
  'AWS::Lambda::Permission': { ref: nameOf },
  'AWS::Logs::LogGroup': {
    nameProperty: 'LogGroupName',
    ref: nameOf,
    attributes: { Arn: ({ name }) => arn('logs', `log-group:${name}:*`) },
  },
  'AWS::IAM::Role': {
    nameProperty: 'RoleName',
    ref: nameOf,
    attributes: { Arn: ({ name }) => `arn:aws:iam::${account}:role/${name}`, RoleId: nameOf },
  },
  'AWS::IAM::Policy': { ref: nameOf },
  'AWS::ApiGatewayV2::Api': {
    ref: apiId,
    attributes: { ApiId: apiId, ApiEndpoint: (_named, place) => place.publicUrl },
    properties: 'Name ProtocolType Description Tags DisableExecuteApiEndpoint',
  },
  'AWS::ApiGatewayV2::Integration': {
    ref: nameOf,
    properties:
      'ApiId IntegrationType IntegrationUri PayloadFormatVersion IntegrationMethod TimeoutInMillis Description',
  },
  'AWS::ApiGatewayV2::Route': { ref: nameOf, properties: 'ApiId RouteKey Target AuthorizationType OperationName' },
  'AWS::ApiGatewayV2::Stage': {
    ref: nameOf,
    nameProperty: 'StageName',
    properties: 'ApiId StageName AutoDeploy AccessLogSettings DefaultRouteSettings RouteSettings Description Tags',
  },
  'AWS::Scheduler::Schedule': {
    nameProperty: 'Name',
    ref: nameOf,
    attributes: { Arn: scheduleArn },
    properties:
      'Name Description ScheduleExpression ScheduleExpressionTimezone FlexibleTimeWindow State Target GroupName KmsKeyArn',
  },
  'AWS::CloudWatch::Alarm': {
    nameProperty: 'AlarmName',
    ref: nameOf,
    attributes: { Arn: ({ name }) => arn('cloudwatch', `alarm:${name}`) },
  },
  'AWS::CDK::Metadata': { ref: nameOf },
};

function apiId({ logicalId }: Named): string {
  return digest(logicalId).slice(0, 10);
}

function scheduleArn({ name }: Named): string {
  return arn('scheduler', `schedule/default/${name}`);
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** AWS's own limits on names; a longer one of ours is cut, with a digest to keep it apart from its neighbours. */
function generatedName(stackName: string, logicalId: string): string {
  const name = `${stackName}-${logicalId}`;
  return name.length <= 64 ? name : `${name.slice(0, 55)}-${digest(name).slice(0, 8)}`;
}

/**
 * Resolves a synthesised template for this machine: references, joins, conditions and pseudo parameters become plain
 * values, and resources become the things that the local stack starts. Throws {@link TemplateError} with the resource's
 * name for a type, property or intrinsic that the local stack does not know.
 */
export function resolveTemplate(template: Template, place: Place): ResolvedTemplate {
  const conditions = new Map<string, boolean>();
  const resources = new Map<string, TemplateResource>();
  const present = Object.entries(template.Resources).filter(
    ([, resource]) => resource.Condition === undefined || condition(resource.Condition),
  );
  for (const [logicalId, resource] of present) resources.set(logicalId, resource);
  for (const [logicalId, resource] of present) {
    if (!Object.hasOwn(kinds, resource.Type))
      throw new TemplateError(
        `${place.stackName}: the local stack does not know ${resource.Type} (logical id ${logicalId})`,
      );
  }

  function condition(name: string): boolean {
    const known = conditions.get(name);
    if (known !== undefined) return known;
    const expression = template.Conditions?.[name];
    if (expression === undefined) throw new TemplateError(`${place.stackName}: the template has no condition ${name}`);
    const value = truth(expression, `condition ${name}`);
    conditions.set(name, value);
    return value;
  }

  function truth(expression: unknown, where: string): boolean {
    const [key, argument] = single(expression) ?? [];
    const list = argument as unknown[];
    switch (key) {
      case 'Fn::Equals':
        return JSON.stringify(resolve(list[0], where)) === JSON.stringify(resolve(list[1], where));
      case 'Fn::And':
        return list.every((part) => truth(part, where));
      case 'Fn::Or':
        return list.some((part) => truth(part, where));
      case 'Fn::Not':
        return !truth(list[0], where);
      case 'Condition':
        return condition(argument as string);
      default:
        throw new TemplateError(
          `${place.stackName}: the local stack cannot resolve ${key ?? 'this expression'} in ${where}`,
        );
    }
  }

  function named(logicalId: string, resource: TemplateResource): Named {
    const property = kinds[resource.Type]?.nameProperty;
    const given = property ? resource.Properties?.[property] : undefined;
    const name = given === undefined ? generatedName(place.stackName, logicalId) : resolve(given, logicalId);
    return { logicalId, name: String(name) };
  }

  function reference(name: string, where: string): unknown {
    switch (name) {
      case 'AWS::Region':
        return region;
      case 'AWS::AccountId':
        return account;
      case 'AWS::Partition':
        return 'aws';
      case 'AWS::URLSuffix':
        return 'amazonaws.com';
      case 'AWS::StackName':
        return place.stackName;
      case 'AWS::StackId':
        return arn('cloudformation', `stack/${place.stackName}/local`);
      case 'AWS::NoValue':
        return undefined;
    }
    const resource = resources.get(name);
    if (resource) return kinds[resource.Type]!.ref(named(name, resource), place);
    const parameter = template.Parameters?.[name];
    if (parameter) {
      const value = place.parameters?.[name] ?? parameter.Default;
      if (value === undefined)
        throw new TemplateError(`${place.stackName}: the parameter ${name} has no value and no default (${where})`);
      return value;
    }
    throw new TemplateError(`${place.stackName}: the local stack cannot resolve Ref ${name} (${where})`);
  }

  function attribute(logicalId: string, name: string, where: string): string {
    const resource = resources.get(logicalId);
    const read = resource && kinds[resource.Type]?.attributes?.[name];
    if (!resource || !read)
      throw new TemplateError(
        `${place.stackName}: the local stack cannot resolve Fn::GetAtt ${logicalId}.${name}${resource ? ` of ${resource.Type}` : ''} (${where})`,
      );
    return read(named(logicalId, resource), place);
  }

  /** The API's address, written out by hand as CDK's `HttpApi.url` does, is served here. */
  function local(text: string): string {
    if (!text.includes('.execute-api.')) return text;
    return text.replace(/https:\/\/[0-9a-f]{10}\.execute-api\.[a-z0-9-]+\.amazonaws\.com/g, () => place.publicUrl);
  }

  function resolve(value: unknown, where: string): unknown {
    if (typeof value === 'string') {
      if (value.includes('{{resolve:'))
        throw new TemplateError(
          `${place.stackName}: the local stack cannot resolve the dynamic reference ${value} (${where})`,
        );
      return value;
    }
    if (Array.isArray(value))
      return value.map((element) => resolve(element, where)).filter((element) => element !== undefined);
    if (typeof value !== 'object' || value === null) return value;
    const [key, argument] = single(value) ?? [];
    if (key !== undefined && (key === 'Ref' || key.startsWith('Fn::') || key === 'Condition'))
      return intrinsic(key, argument, where);
    const entries = Object.entries(value).map(([name, inner]) => [name, resolve(inner, where)] as const);
    return Object.fromEntries(entries.filter(([, inner]) => inner !== undefined));
  }

  function intrinsic(key: string, argument: unknown, where: string): unknown {
    switch (key) {
      case 'Ref':
        return reference(argument as string, where);
      case 'Condition':
        // In a policy statement, `Condition` is a word of IAM's: only a string is CloudFormation's.
        return typeof argument === 'string' ? condition(argument) : { Condition: resolve(argument, where) };
      case 'Fn::GetAtt': {
        const [logicalId, ...rest] = typeof argument === 'string' ? argument.split('.') : (argument as string[]);
        return attribute(logicalId ?? '', rest.join('.'), where);
      }
      case 'Fn::Join': {
        const [separator, parts] = argument as [string, unknown];
        return local((resolve(parts, where) as unknown[]).map(String).join(separator));
      }
      case 'Fn::Split': {
        const [separator, text] = argument as [string, unknown];
        return String(resolve(text, where)).split(separator);
      }
      case 'Fn::Select': {
        const [index, list] = argument as [unknown, unknown];
        const selected = (resolve(list, where) as unknown[])[Number(resolve(index, where))];
        if (selected === undefined)
          throw new TemplateError(
            `${place.stackName}: Fn::Select finds nothing at ${JSON.stringify(index)} (${where})`,
          );
        return selected;
      }
      case 'Fn::Sub':
        return local(substitute(argument as string | [string, Record<string, unknown>], where));
      case 'Fn::If': {
        const [name, yes, no] = argument as [string, unknown, unknown];
        return resolve(condition(name) ? yes : no, where);
      }
      case 'Fn::FindInMap': {
        const [map, top, second] = (argument as unknown[]).map((part) => String(resolve(part, where)));
        const found = template.Mappings?.[map!]?.[top!]?.[second!];
        if (found === undefined)
          throw new TemplateError(`${place.stackName}: the mapping ${map} has no ${top}.${second} (${where})`);
        return found;
      }
      default:
        throw new TemplateError(`${place.stackName}: the local stack cannot resolve ${key} (${where})`);
    }
  }

  function substitute(argument: string | [string, Record<string, unknown>], where: string): string {
    const [text, variables] = typeof argument === 'string' ? [argument, {}] : argument;
    return text.replace(/\$\{(!?)([^}]+)\}/g, (_whole, literal: string, name: string) => {
      if (literal) return `\${${name}}`;
      if (Object.hasOwn(variables, name)) return String(resolve(variables[name], where));
      const dot = name.indexOf('.');
      return String(dot < 0 ? reference(name, where) : attribute(name.slice(0, dot), name.slice(dot + 1), where));
    });
  }

  const result: ResolvedTemplate = {
    stackName: place.stackName,
    tables: [],
    queues: [],
    topics: [],
    subscriptions: [],
    secrets: [],
    functions: [],
    sources: [],
    schedules: [],
    routes: [],
    outputs: {},
    counts: {},
  };
  const properties = new Map<string, Record<string, unknown>>();
  for (const [logicalId, resource] of present) {
    result.counts[resource.Type] = (result.counts[resource.Type] ?? 0) + 1;
    const resolved = resolve(resource.Properties ?? {}, `logical id ${logicalId}`) as Record<string, unknown>;
    const known = kinds[resource.Type]?.properties?.split(/\s+/);
    const stray = known && Object.keys(resolved).find((name) => !known.includes(name));
    if (stray)
      throw new TemplateError(
        `${place.stackName}: the local stack does not know the property ${stray} of ${resource.Type} (logical id ${logicalId})`,
      );
    properties.set(logicalId, resolved);
  }
  for (const [name, output] of Object.entries(template.Outputs ?? {}))
    if (output.Condition === undefined || condition(output.Condition))
      result.outputs[name] = resolve(output.Value, `output ${name}`);

  const ofType = (type: string) =>
    present
      .filter(([, resource]) => resource.Type === type)
      .map(([logicalId, resource]) => ({
        ...named(logicalId, resource),
        resource,
        properties: properties.get(logicalId)!,
        fail: (what: string) =>
          new TemplateError(
            `${place.stackName}: the local stack does not know ${what} of ${type} (logical id ${logicalId})`,
          ),
      }));

  for (const { logicalId, name, properties: of } of ofType('AWS::DynamoDB::Table')) {
    const indexes = (of.GlobalSecondaryIndexes ?? []) as Index[];
    result.tables.push({
      logicalId,
      name,
      arn: attribute(logicalId, 'Arn', logicalId),
      keySchema: of.KeySchema as Table['keySchema'],
      attributes: of.AttributeDefinitions as Table['attributes'],
      indexes: indexes.map(({ IndexName, KeySchema, Projection }) => ({ IndexName, KeySchema, Projection })),
    });
  }

  for (const { logicalId, name, properties: of } of ofType('AWS::SQS::Queue')) {
    const attributes: Record<string, string> = {};
    for (const key of [
      'VisibilityTimeout',
      'MessageRetentionPeriod',
      'DelaySeconds',
      'ReceiveMessageWaitTimeSeconds',
      'MaximumMessageSize',
    ])
      if (of[key] !== undefined) attributes[key] = String(of[key]);
    if (of.RedrivePolicy !== undefined) attributes.RedrivePolicy = JSON.stringify(of.RedrivePolicy);
    result.queues.push({
      logicalId,
      name,
      url: reference(logicalId, logicalId) as string,
      arn: attribute(logicalId, 'Arn', logicalId),
      attributes,
    });
  }

  for (const { logicalId, name } of ofType('AWS::SNS::Topic'))
    result.topics.push({ logicalId, name, arn: reference(logicalId, logicalId) as string });

  for (const { logicalId, properties: of } of ofType('AWS::SNS::Subscription')) {
    const attributes: Record<string, string> = {};
    for (const key of ['FilterPolicy', 'FilterPolicyScope', 'RawMessageDelivery'])
      if (of[key] !== undefined)
        attributes[key] = typeof of[key] === 'object' ? JSON.stringify(of[key]) : String(of[key]);
    const { TopicArn, Protocol, Endpoint } = of as Record<string, string>;
    result.subscriptions.push({ logicalId, topicArn: TopicArn!, protocol: Protocol!, endpoint: Endpoint!, attributes });
  }

  for (const { logicalId, name, properties: of } of ofType('AWS::SecretsManager::Secret'))
    result.secrets.push({
      logicalId,
      name,
      arn: reference(logicalId, logicalId) as string,
      ...(of.GenerateSecretString ? { generate: of.GenerateSecretString as GenerateSecretString } : {}),
      ...(of.SecretString !== undefined ? { value: String(of.SecretString) } : {}),
    });

  for (const { logicalId, name, properties: of, resource, fail } of ofType('AWS::Lambda::Function')) {
    const asset = resource.Metadata?.['aws:asset:path'];
    if (typeof asset !== 'string') throw fail('code without aws:asset:path');
    if (!/^nodejs/.test(String(of.Runtime))) throw fail(`the runtime ${of.Runtime}`);
    const environment = (of.Environment as { Variables?: Record<string, unknown> } | undefined)?.Variables ?? {};
    const logging = of.LoggingConfig as { LogGroup?: string } | undefined;
    const logGroup = logging?.LogGroup ?? `/aws/lambda/${name}`;
    result.functions.push({
      logicalId,
      name,
      room: logGroup.slice(logGroup.lastIndexOf('/') + 1),
      arn: attribute(logicalId, 'Arn', logicalId),
      handler: String(of.Handler),
      asset,
      memoryMb: Number(of.MemorySize ?? 128),
      timeoutSeconds: Number(of.Timeout ?? 3),
      environment: Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, String(value)])),
      logGroup,
    });
  }
  const functionNamed = (nameOrArn: unknown): string | undefined => {
    const found = /arn:aws:lambda:[^:]+:\d+:function:([\w-]+)/.exec(String(nameOrArn))?.[1] ?? String(nameOrArn);
    return result.functions.find(({ name }) => name === found)?.name;
  };

  for (const { logicalId, properties: of, fail } of ofType('AWS::Lambda::EventSourceMapping')) {
    if (of.Enabled === false) continue;
    const queue = result.queues.find((candidate) => candidate.arn === of.EventSourceArn);
    if (!queue) throw fail(`the source ${of.EventSourceArn}`);
    const functionName = functionNamed(of.FunctionName);
    if (!functionName) throw fail(`the function ${of.FunctionName}`);
    const maximum = (of.ScalingConfig as { MaximumConcurrency?: number } | undefined)?.MaximumConcurrency;
    result.sources.push({
      logicalId,
      functionName,
      queue,
      batchSize: Number(of.BatchSize ?? 10),
      batchingWindowSeconds: Number(of.MaximumBatchingWindowInSeconds ?? 0),
      ...(maximum === undefined ? {} : { maximumConcurrency: Number(maximum) }),
      reportBatchItemFailures: ((of.FunctionResponseTypes ?? []) as string[]).includes('ReportBatchItemFailures'),
    });
  }

  for (const { logicalId, name, properties: of, fail } of ofType('AWS::Scheduler::Schedule')) {
    if (of.State === 'DISABLED') continue;
    const target = of.Target as { Arn?: string; Input?: string };
    const functionName = functionNamed(target.Arn);
    if (!functionName) throw fail(`the target ${target.Arn}`);
    const everySeconds = rateSeconds(String(of.ScheduleExpression));
    if (everySeconds === undefined) throw fail(`the expression ${of.ScheduleExpression}`);
    result.schedules.push({
      logicalId,
      name,
      arn: scheduleArn({ logicalId, name }),
      functionName,
      everySeconds,
      ...(target.Input === undefined ? {} : { input: target.Input }),
    });
  }

  const integrations = new Map<string, string>();
  for (const { logicalId, properties: of, fail } of ofType('AWS::ApiGatewayV2::Integration')) {
    if (of.IntegrationType !== 'AWS_PROXY') throw fail(`the integration type ${of.IntegrationType}`);
    if (of.PayloadFormatVersion !== '2.0') throw fail(`the payload format ${of.PayloadFormatVersion}`);
    const functionName = functionNamed(of.IntegrationUri);
    if (!functionName) throw fail(`the target ${of.IntegrationUri}`);
    integrations.set(String(reference(logicalId, logicalId)), functionName);
  }
  const apis = ofType('AWS::ApiGatewayV2::Api');
  if (apis.length > 1) throw apis[1]!.fail('a second API');
  for (const { logicalId, properties: of, fail } of apis) {
    if (of.ProtocolType !== 'HTTP') throw fail(`the protocol ${of.ProtocolType}`);
    result.api = { id: reference(logicalId, logicalId) as string, name: String(of.Name ?? logicalId) };
  }
  for (const { name, fail } of ofType('AWS::ApiGatewayV2::Stage'))
    if (name !== '$default') throw fail(`the stage ${name}`);
  for (const { logicalId, properties: of, fail } of ofType('AWS::ApiGatewayV2::Route')) {
    if ((of.AuthorizationType ?? 'NONE') !== 'NONE') throw fail(`the authorization ${of.AuthorizationType}`);
    const functionName = integrations.get(String(of.Target).replace(/^integrations\//, ''));
    if (!functionName) throw fail(`the target ${of.Target}`);
    result.routes.push({ logicalId, key: String(of.RouteKey), functionName });
  }
  return result;
}

function single(value: unknown): [string, unknown] | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const entries = Object.entries(value);
  return entries.length === 1 ? entries[0] : undefined;
}

/** Seconds of `rate(5 minutes)`; undefined for anything else. */
function rateSeconds(expression: string): number | undefined {
  const [, count, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  if (!count || !unit) return undefined;
  return Number(count) * { minute: 60, hour: 3600, day: 86400 }[unit as 'minute' | 'hour' | 'day'];
}
