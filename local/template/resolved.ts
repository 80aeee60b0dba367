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

export interface Bucket {
  logicalId: string;
  name: string;
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
  buckets: Bucket[];
  topics: Topic[];
  subscriptions: Subscription[];
  secrets: Secret[];
  functions: LambdaFunction[];
  sources: QueueSource[];
  schedules: Schedule[];
  api?: { id: string; name: string };
  routes: Route[];
  outputs: Record<string, unknown>;
}
