import { createHash } from 'node:crypto';
import { account, type Place, region } from './place.ts';

/** A resource, and what it is called. */
export interface Named {
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

export const arn = (service: string, rest: string) => `arn:aws:${service}:${region}:${account}:${rest}`;
const queueArn = ({ name }: Named) => arn('sqs', name);
const topicArn = ({ name }: Named) => arn('sns', name);
/** Secrets Manager ends an ARN with six characters of its own; here they follow from the name. */
const secretArn = ({ name }: Named) => arn('secretsmanager', `secret:${name}-${digest(name).slice(0, 6)}`);
const queueUrl = ({ name }: Named, place: Place) => `${place.queuesUrl}/${account}/${name}`;
const nameOf = ({ name }: Named) => name;
/** Bucket names have no capitals. */
const bucketName = ({ name }: Named) => name.toLowerCase();

/** Every type of resource that the local stack knows. Another type stops the start. */
export const kinds: Record<string, Kind> = {
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
  'AWS::S3::Bucket': {
    nameProperty: 'BucketName',
    ref: bucketName,
    attributes: { Arn: (named) => `arn:aws:s3:::${bucketName(named)}` },
    // Versions, their end, and how AWS encrypts change no answer that a handler sees.
    properties: `BucketName
      BucketEncryption PublicAccessBlockConfiguration VersioningConfiguration LifecycleConfiguration OwnershipControls Tags`,
  },
  'AWS::S3::BucketPolicy': { ref: nameOf },
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
  // The local schedule is never late and never tries again, as this asks for.
  'AWS::Lambda::EventInvokeConfig': {
    ref: nameOf,
    properties: 'FunctionName Qualifier MaximumEventAgeInSeconds MaximumRetryAttempts',
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
};

function apiId({ logicalId }: Named): string {
  return digest(logicalId).slice(0, 10);
}

export function scheduleArn({ name }: Named): string {
  return arn('scheduler', `schedule/default/${name}`);
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** AWS's own limits on names; a longer one of ours is cut, with a digest to keep it apart from its neighbours. */
export function generatedName(stackName: string, logicalId: string): string {
  const name = `${stackName}-${logicalId}`;
  return name.length <= 64 ? name : `${name.slice(0, 55)}-${digest(name).slice(0, 8)}`;
}
