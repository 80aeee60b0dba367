import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Validations } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { Construct } from 'constructs';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { countFailedSend } from '../../aws/metrics.ts';
import { readResources } from '../../aws/resources.ts';
import { type AppOptions, createApp } from '../../lib/app.ts';
import { lambdaNames } from '../../lib/bundle.ts';
import roles from './stack-roles.json' with { type: 'json' };
import tables from './stack-tables.json' with { type: 'json' };
import types from './stack-types.json' with { type: 'json' };
import wildcards from './stack-wildcards.json' with { type: 'json' };

interface Resource {
  Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: a template is read here by its paths; a wrong one fails the test.
  Properties: any;
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
}
interface Template {
  Resources: Record<string, Resource>;
  Outputs: Record<string, { Value: unknown }>;
}

const scratch = mkdtempSync(join(tmpdir(), 'bellwire-stack-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** What is in the bundles is nothing to the template: a line each will do, and takes no second to build. */
const bundles = join(scratch, 'bundles');
for (const name of lambdaNames) {
  mkdirSync(join(bundles, name), { recursive: true });
  writeFileSync(join(bundles, name, 'index.js'), `exports.handler = async () => '${name}';\n`);
}

let apps = 0;
function create(options: AppOptions = {}) {
  const outdir = join(scratch, `out-${apps++}`);
  return { outdir, ...createApp({ outdir, bundles, validation: false, ...options }) };
}

function synth(context: Record<string, string> = {}): { template: Template; text: string } {
  const { app, stack, outdir } = create({ context });
  app.synth();
  const text = readFileSync(join(outdir, stack.templateFile), 'utf8');
  return { template: JSON.parse(text), text };
}

const { template, text } = synth();

/** Resources of a type, by logical id. */
const all = (type: string, from = template) =>
  Object.entries(from.Resources)
    .filter(([, resource]) => resource.Type === type)
    .map(([id, { Properties, ...rest }]) => ({ id, properties: Properties, ...rest }));

/** A value as the stack would have it, near enough to read: `<LogicalId>` for a reference, `<LogicalId.Arn>` for an attribute. */
function plain(value: unknown): string {
  if (typeof value === 'string') return value;
  const [[key, inner] = []] = Object.entries(value as Record<string, unknown>);
  if (key === 'Ref') return `<${inner}>`;
  if (key === 'Fn::GetAtt') return `<${(inner as string[]).join('.')}>`;
  if (key === 'Fn::Join') return (inner as [string, unknown[]])[1].map(plain).join((inner as [string])[0]);
  throw new Error(`what is ${JSON.stringify(value)}?`);
}

/** `QueuesIncoming6108BD2F` is Incoming: the construct's path without the digest. */
const nameOf = (reference: string) =>
  reference.replace(/^<|[.>].*$/g, '').replace(/^(Tables|Queues|Machines|Alarms)|[0-9A-F]{8}$/g, '');

/** Of each room, the statements of its role. */
const statements = all('AWS::IAM::Policy').map(({ properties }) => ({
  room: nameOf(plain(properties.Roles[0])).replace(/Role$/, ''),
  statements: properties.PolicyDocument.Statement as {
    Effect: string;
    Action: string | string[];
    Resource?: unknown;
    NotResource?: unknown;
    Condition?: unknown;
  }[],
}));
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : value === undefined ? [] : [value]);

describe('what the stack is made of', () => {
  it('has these resources and no others: a custom resource, or a type the local stack does not know, would show', () => {
    const counts: Record<string, number> = {};
    for (const { Type } of Object.values(template.Resources)) counts[Type] = (counts[Type] ?? 0) + 1;
    expect(counts).toEqual(types);
  });

  it('fits any account and region', () => {
    expect(text).not.toMatch(/arn:aws:|\b[a-z]{2}-[a-z]+-\d\b|\b\d{12}\b/);
  });
});

describe('tables', () => {
  const made = all('AWS::DynamoDB::Table');

  it.each(tables)('$table has its keys and indexes, keys only', ({ table, keys, indexes, expires }) => {
    const { properties } = made.find(({ properties }) => properties.TableName === `Bellwire-${table}`)!;
    const names = (schema: { AttributeName: string; KeyType: string }[]) => {
      expect(schema.map(({ KeyType }) => KeyType)).toEqual(['HASH', 'RANGE'].slice(0, schema.length));
      return schema.map(({ AttributeName }) => AttributeName);
    };
    const found = (properties.GlobalSecondaryIndexes ?? []) as {
      IndexName: string;
      KeySchema: Parameters<typeof names>[0];
      Projection: unknown;
    }[];
    expect(names(properties.KeySchema)).toEqual(keys);
    expect(Object.fromEntries(found.map(({ IndexName, KeySchema }) => [IndexName, names(KeySchema)]))).toEqual(indexes);
    for (const { Projection } of found) expect(Projection).toEqual({ ProjectionType: 'KEYS_ONLY' });
    expect(properties.AttributeDefinitions.every((a: { AttributeType: string }) => a.AttributeType === 'S')).toBe(true);
    expect(properties.TimeToLiveSpecification).toEqual(
      expires === undefined ? undefined : { AttributeName: expires, Enabled: true },
    );
  });

  it('are all of those, on demand, with point-in-time recovery, under keys that cost nothing', () => {
    expect(made).toHaveLength(tables.length);
    for (const { properties } of made) {
      expect(properties.BillingMode).toBe('PAY_PER_REQUEST');
      expect(properties.PointInTimeRecoverySpecification).toEqual({ PointInTimeRecoveryEnabled: true });
      expect(properties.SSESpecification).toBeUndefined();
    }
  });

  it('stay when the stack goes, under a name that is written out, which an import needs', () => {
    for (const { properties, DeletionPolicy, UpdateReplacePolicy } of made) {
      expect([DeletionPolicy, UpdateReplacePolicy]).toEqual(['Retain', 'Retain']);
      expect(properties.TableName).toMatch(/^Bellwire-[A-Z][a-z]+$/);
      expect(properties.DeletionProtectionEnabled).toBeUndefined();
    }
  });
});

describe('the bucket of the index', () => {
  const [bucket, ...more] = all('AWS::S3::Bucket');

  it('is one, closed to the world, encrypted, and refuses plain HTTP', () => {
    expect(more).toEqual([]);
    expect(bucket?.properties.PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    });
    expect(bucket?.properties.BucketEncryption.ServerSideEncryptionConfiguration).toEqual([
      { ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } },
    ]);
    const [policy] = all('AWS::S3::BucketPolicy');
    expect(plain(policy?.properties.Bucket)).toBe(`<${bucket?.id}>`);
    expect(policy?.properties.PolicyDocument.Statement).toContainEqual(
      expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
    );
  });

  it('keeps the index before for a day, and never lets the present one expire', () => {
    expect(bucket?.properties.VersioningConfiguration).toEqual({ Status: 'Enabled' });
    expect(bucket?.properties.LifecycleConfiguration.Rules).toEqual([
      { NoncurrentVersionExpiration: { NoncurrentDays: 1 }, Status: 'Enabled' },
    ]);
  });

  it('stays when the stack goes, under a name that AWS gives it', () => {
    expect([bucket?.DeletionPolicy, bucket?.UpdateReplacePolicy]).toEqual(['Retain', 'Retain']);
    expect(bucket?.properties.BucketName).toBeUndefined();
  });
});

describe('queues', () => {
  const queues = all('AWS::SQS::Queue');
  const dead = queues.filter(({ properties }) => /-dead$/.test(properties.QueueName));
  const alive = queues.filter((queue) => !dead.includes(queue));

  it('have a dead-letter queue each', () => {
    const targets = alive.map(({ properties }) => plain(properties.RedrivePolicy.deadLetterTargetArn));
    expect(targets).toEqual(
      alive.map(
        ({ properties }) => `<${dead.find((d) => d.properties.QueueName === `${properties.QueueName}-dead`)?.id}.Arn>`,
      ),
    );
    const counts = Object.fromEntries(
      alive.map(({ properties }) => [properties.QueueName, properties.RedrivePolicy.maxReceiveCount]),
    );
    expect(counts).toEqual({ 'Bellwire-incoming': 5, 'Bellwire-outgoing': 1000, 'Bellwire-changes': 5 });
  });

  it('keep for 14 days, encrypted, and refuse plain HTTP', () => {
    for (const { id, properties } of queues) {
      expect(properties.MessageRetentionPeriod).toBe(14 * 24 * 3600);
      expect(properties.SqsManagedSseEnabled).toBe(true);
      expect(properties.KmsMasterKeyId).toBeUndefined();
      const policy = all('AWS::SQS::QueuePolicy').find(({ properties }) => plain(properties.Queues[0]) === `<${id}>`);
      expect(policy?.properties.PolicyDocument.Statement).toContainEqual(
        expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
      );
    }
  });

  it('give a message again only after six times the timeout of their function', () => {
    const sources = all('AWS::Lambda::EventSourceMapping');
    expect(sources).toHaveLength(3);
    for (const { properties } of sources) {
      const queue = queues.find(({ id }) => plain(properties.EventSourceArn) === `<${id}.Arn>`)!;
      const fn = template.Resources[plain(properties.FunctionName).slice(1, -1)]!;
      const window = properties.MaximumBatchingWindowInSeconds ?? 0;
      // Only what nobody waits for is gathered.
      expect(window).toBe(/Changes/.test(queue.id) ? 5 : 0);
      expect(queue.properties.VisibilityTimeout).toBeGreaterThanOrEqual(6 * fn.Properties.Timeout + window);
    }
  });

  it('feed with partial failures, ten at a time what a person waits for; of the ten functions that a new account may run three are left, but for the moments in which the index is compiled', () => {
    const sources = all('AWS::Lambda::EventSourceMapping').map(({ properties }) => [
      nameOf(plain(properties.EventSourceArn)),
      nameOf(plain(properties.FunctionName)),
      properties.BatchSize,
      properties.FunctionResponseTypes,
      properties.ScalingConfig.MaximumConcurrency,
    ]);
    expect(sources).toEqual([
      ['Incoming', 'TagFunction', 10, ['ReportBatchItemFailures'], 2],
      ['Changes', 'CompileFunction', 1000, ['ReportBatchItemFailures'], 2],
      ['Outgoing', 'AlertFunction', 10, ['ReportBatchItemFailures'], 5],
    ]);
  });

  it('have an alarm each where a person is needed', () => {
    const watched = all('AWS::CloudWatch::Alarm')
      .filter(({ properties }) => properties.MetricName === 'ApproximateNumberOfMessagesVisible')
      .map(({ properties }) => {
        expect([properties.Threshold, properties.ComparisonOperator]).toEqual([1, 'GreaterThanOrEqualToThreshold']);
        return plain(properties.Dimensions[0].Value);
      });
    expect(watched.sort()).toEqual(dead.map(({ id }) => `<${id}.QueueName>`).sort());
  });
});

describe('functions', () => {
  const functions = all('AWS::Lambda::Function');

  it('are Node 24 on arm64, without reserved concurrency', () => {
    expect(functions.map(({ id }) => nameOf(id)).sort()).toEqual(
      ['AlertFunction', 'CompileFunction', 'ConsoleFunction', 'RecoverFunction', 'TagFunction'].sort(),
    );
    for (const { properties } of functions) {
      expect(properties.Runtime).toBe('nodejs24.x');
      expect(properties.Architectures).toEqual(['arm64']);
      expect(properties.Handler).toBe('index.handler');
      expect(properties.ReservedConcurrentExecutions).toBeUndefined();
      expect(properties.Environment.Variables.NODE_OPTIONS).toBe('--enable-source-maps');
    }
  });

  it('have these timeouts: console answers before API Gateway gives up, at 30 seconds', () => {
    const seconds = Object.fromEntries(functions.map(({ id, properties }) => [nameOf(id), properties.Timeout]));
    expect(seconds).toEqual({
      ConsoleFunction: 29,
      TagFunction: 60,
      CompileFunction: 300,
      AlertFunction: 30,
      RecoverFunction: 120,
    });
  });

  it('each write a log group of their own, kept for a month', () => {
    const groups = functions.map(({ properties }) => plain(properties.LoggingConfig.LogGroup).slice(1, -1));
    expect(new Set(groups).size).toBe(functions.length);
    for (const id of groups) expect(template.Resources[id]?.Properties.RetentionInDays).toBe(30);
    for (const { properties } of all('AWS::Logs::LogGroup')) expect(properties.RetentionInDays).toBe(30);
  });

  it('each have a bundle of their own', () => {
    const assets = Object.values(template.Resources).flatMap((resource) =>
      resource.Type === 'AWS::Lambda::Function' ? [(resource as never as { Metadata: object }).Metadata] : [],
    );
    expect(new Set(assets.map((metadata) => metadata['aws:asset:path' as never])).size).toBe(5);
  });

  it('recover is woken every five minutes, once', () => {
    const [schedule] = all('AWS::Scheduler::Schedule');
    expect(schedule?.properties.ScheduleExpression).toBe('rate(5 minutes)');
    expect(schedule?.properties.Target.RetryPolicy).toEqual({ MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 });
    expect(nameOf(plain(schedule?.properties.Target.Arn))).toBe('RecoverFunction');
    // Scheduler hands over to Lambda's queue, which has retries of its own.
    const [invoke] = all('AWS::Lambda::EventInvokeConfig');
    expect(nameOf(plain(invoke?.properties.FunctionName))).toBe('RecoverFunction');
    expect(invoke?.properties).toMatchObject({ MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 });
  });
});

describe('roles', () => {
  const verbs: Record<string, string> = {
    'dynamodb:GetItem': 'read',
    'dynamodb:BatchGetItem': 'read',
    'dynamodb:Query': 'read',
    'dynamodb:Scan': 'read',
    'dynamodb:PutItem': 'write',
    'dynamodb:UpdateItem': 'write',
    'dynamodb:DeleteItem': 'write',
    'dynamodb:BatchWriteItem': 'write',
    'sqs:SendMessage': 'send',
    'sqs:ReceiveMessage': 'receive',
    'sqs:ChangeMessageVisibility': 'receive',
    'sqs:DeleteMessage': 'receive',
    'sqs:GetQueueAttributes': 'receive',
    'sqs:GetQueueUrl': 'receive',
    'secretsmanager:GetSecretValue': 'read',
    'secretsmanager:DescribeSecret': 'read',
    'sns:Publish': 'publish',
    's3:GetObject': 'get',
    's3:ListBucket': 'list',
    's3:PutObject': 'put',
  };

  it('name what they may reach, and how', () => {
    const found: Record<string, Record<string, string>> = {};
    for (const { room, statements: of } of statements) {
      const may: Record<string, Set<string>> = {};
      for (const { Action, Resource } of of) {
        for (const resource of list(Resource).map(plain)) {
          if (resource.includes('*') || /^<\w+Log[0-9A-F]{8}\.Arn>$/.test(resource)) continue;
          for (const action of list(Action) as string[]) {
            may[nameOf(resource)] ??= new Set();
            may[nameOf(resource)]!.add(verbs[action] ?? action);
          }
        }
      }
      found[room] = Object.fromEntries(Object.entries(may).map(([name, set]) => [name, [...set].sort().join(' ')]));
    }
    expect(found).toEqual(roles);
  });

  it('name each index with its table', () => {
    for (const { statements: of } of statements) {
      const readable = of
        .filter(({ Action }) => list(Action).includes('dynamodb:Query'))
        .flatMap(({ Resource }) => list(Resource).map(plain));
      for (const { id, properties } of all('AWS::DynamoDB::Table')) {
        if (!readable.includes(`<${id}.Arn>`)) continue;
        for (const { IndexName } of properties.GlobalSecondaryIndexes ?? []) {
          expect(readable).toContain(`<${id}.Arn>/index/${IndexName}`);
        }
      }
    }
  });

  it('write each its own log, and no other', () => {
    for (const { room, statements: of } of statements) {
      const logs = of.filter(({ Action }) => (list(Action) as string[]).some((action) => action.startsWith('logs:')));
      expect(logs.map(({ Resource }) => nameOf(plain(Resource)))).toEqual([`${room}Log`]);
    }
  });

  it('have a wildcard only where the list gives a reason', () => {
    const topics = 'arn:<AWS::Partition>:sns:<AWS::Region>:<AWS::AccountId>:Bellwire-to-*';
    const found = statements.flatMap(({ room, statements: of }) =>
      of.flatMap(({ Action, Resource, NotResource, Condition }) => {
        const [resource] = list(Resource).map(plain);
        if (
          NotResource === undefined &&
          !list(Resource)
            .map(plain)
            .some((r) => r.includes('*'))
        )
          return [];
        const through = JSON.stringify(Condition) === '{"StringEquals":{"aws:CalledViaLast":"sns.amazonaws.com"}}';
        const on =
          NotResource !== undefined && plain(NotResource) === 'arn:<AWS::Partition>:sns:*:*:*'
            ? 'anything but a topic'
            : resource === topics
              ? 'topics named Bellwire-to-*'
              : `${resource}${through ? ', through SNS alone' : ''}`;
        return [{ room, actions: list(Action), on }];
      }),
    );
    expect(found).toHaveLength(wildcards.length);
    expect(found).toEqual(expect.arrayContaining(wildcards.map(({ why: _, ...rest }) => rest)));
    for (const { statements: of } of statements) {
      for (const { Action } of of) expect(list(Action).join()).not.toContain('*');
    }
  });

  it('may do with SNS what the code calls, and nothing else', () => {
    const source = readFileSync(join(import.meta.dirname, '../../aws/sns.ts'), 'utf8');
    const called = [...source.matchAll(/new (\w+)Command\(/g)].map(([, name]) => `sns:${name}`);
    // By `npx bellwire teardown` alone, under its owner's own permissions.
    const ownersOnly = ['sns:ListTopics'];
    const granted = statements
      .flatMap(({ statements: of }) => of.flatMap(({ Action }) => list(Action) as string[]))
      .filter((action) => action.startsWith('sns:'));
    expect([...new Set(granted)].sort()).toEqual(
      [...new Set(called)].filter((action) => !ownersOnly.includes(action)).sort(),
    );
  });

  it('only the service may take them', () => {
    for (const { properties } of all('AWS::IAM::Role')) {
      expect(properties.ManagedPolicyArns).toBeUndefined();
      const [statement, ...more] = properties.AssumeRolePolicyDocument.Statement;
      expect(more).toEqual([]);
      expect(['lambda.amazonaws.com', 'scheduler.amazonaws.com']).toContain(statement.Principal.Service);
    }
  });
});

describe('the API', () => {
  it('has these routes, each answered by console', () => {
    const integrations = all('AWS::ApiGatewayV2::Integration');
    expect(integrations.map(({ properties }) => nameOf(plain(properties.IntegrationUri)))).toEqual(['ConsoleFunction']);
    expect(integrations[0]?.properties.PayloadFormatVersion).toBe('2.0');
    const keys = all('AWS::ApiGatewayV2::Route').map(({ properties }) => {
      expect(plain(properties.Target)).toBe(`integrations/<${integrations[0]?.id}>`);
      return properties.RouteKey;
    });
    expect(keys.sort()).toEqual([
      'GET /a/{token}',
      'GET /manage',
      'GET /u',
      'GET /unsubscribe',
      'POST /articles',
      'POST /confirm',
      'POST /manage',
      'POST /subscribe',
      'POST /unsubscribe',
    ]);
  });

  it('is throttled, and its log holds no path or query, where the tokens are', () => {
    const [stage] = all('AWS::ApiGatewayV2::Stage');
    expect(stage?.properties.DefaultRouteSettings).toEqual({ ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 });
    expect(stage?.properties.AccessLogSettings.Format).toContain('$context.routeKey');
    expect(stage?.properties.AccessLogSettings.Format).not.toMatch(/\$context\.(path|protocol.*path|.*[qQ]uery)/);
  });
});

describe('alarms', () => {
  it('watch what must have happened', () => {
    const alarms = all('AWS::CloudWatch::Alarm');
    expect(alarms.map(({ properties }) => properties.AlarmName).sort()).toEqual(
      ['AlertErrors', 'AlertsWait', 'ChangesDead', 'IncomingDead', 'OutgoingDead', 'RecoverStopped', 'SendsFailed'].map(
        (n) => `Bellwire-${n}`,
      ),
    );
    for (const { properties } of alarms) {
      expect(properties.AlarmActions).toBeUndefined();
      for (const command of properties.AlarmDescription.match(/npx bellwire [^.]+/g) ?? [])
        expect(command).toMatch(/ --stack Bellwire$/);
    }
  });

  it('read the very metric that alert writes', () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    countFailedSend('Bellwire');
    const written = JSON.parse(log.mock.calls[0]?.[0]);
    log.mockRestore();
    const [{ Namespace, Dimensions, Metrics }] = written._aws.CloudWatchMetrics;
    const failed = all('AWS::CloudWatch::Alarm').find(({ id }) => /SendsFailed/.test(id));
    expect(failed?.properties).toMatchObject({
      Namespace,
      MetricName: Metrics[0].Name,
      Dimensions: Dimensions[0].map((Name: string) => ({ Name, Value: written[Name] })),
    });
  });

  it('notice alerts that wait, also those that SQS has given so often that it no longer counts their age', () => {
    const waiting = all('AWS::CloudWatch::Alarm').find(({ id }) => /AlertsWait/.test(id))?.properties;
    expect(waiting).toMatchObject({ EvaluationPeriods: 15, Threshold: 1, TreatMissingData: 'notBreaching' });
    expect(waiting.DatapointsToAlarm).toBeUndefined();
    const metrics = waiting.Metrics.flatMap(({ MetricStat }: { MetricStat?: { Metric: object; Period: number } }) =>
      MetricStat ? [MetricStat] : [],
    );
    expect(
      metrics.map(({ Metric, Period }: { Metric: { MetricName: string }; Period: number }) => [
        Metric.MetricName,
        Period,
      ]),
    ).toEqual([
      ['ApproximateNumberOfMessagesVisible', 60],
      ['ApproximateNumberOfMessagesNotVisible', 60],
    ]);
  });

  it('notice that recover is silent, not only that it fails', () => {
    const stopped = all('AWS::CloudWatch::Alarm').find(({ id }) => /RecoverStopped/.test(id));
    expect(stopped?.properties).toMatchObject({
      TreatMissingData: 'breaching',
      ComparisonOperator: 'LessThanThreshold',
    });
  });

  it('write to alarmEmail, over a topic that CloudWatch may publish to', () => {
    const { template: mailed } = synth({ alarmEmail: 'ops@example.org' });
    const topic = all('AWS::SNS::Topic', mailed).find(({ properties }) => properties.TopicName === 'Bellwire-alarms')!;
    const [subscription] = all('AWS::SNS::Subscription', mailed);
    expect(subscription?.properties).toMatchObject({
      Protocol: 'email',
      Endpoint: 'ops@example.org',
      TopicArn: { Ref: topic.id },
    });
    for (const { properties } of all('AWS::CloudWatch::Alarm', mailed)) {
      expect(properties.AlarmActions).toEqual([{ Ref: topic.id }]);
    }
    const policy = all('AWS::SNS::TopicPolicy', mailed).find(
      ({ properties }) => plain(properties.Topics[0]) === `<${topic.id}>`,
    );
    expect(policy?.properties.PolicyDocument.Statement).toContainEqual(
      expect.objectContaining({
        Effect: 'Allow',
        Action: 'sns:Publish',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
      }),
    );
  });
});

describe('the secret', () => {
  it('is one, of JSON, with a random signing key, and stays when the stack goes', () => {
    const [secret, ...more] = all('AWS::SecretsManager::Secret');
    expect(more).toEqual([]);
    expect(secret?.properties).toMatchObject({
      Name: 'Bellwire-keys',
      GenerateSecretString: {
        SecretStringTemplate: '{"apiToken":""}',
        GenerateStringKey: 'signingKey',
        PasswordLength: 64,
        ExcludePunctuation: true,
      },
    });
    // Gone only with the deploy that failed to make it: kept then, its name would stop the next one.
    expect([secret?.DeletionPolicy, secret?.UpdateReplacePolicy]).toEqual(['RetainExceptOnCreate', 'Retain']);
    expect(secret?.properties.Name).not.toMatch(/-.{6}$/);
  });

  it('can be one that is there already, by name or by ARN', () => {
    const arn = 'arn:aws:secretsmanager:eu-west-2:123456789012:secret:Bellwire-keys-a1B2c3';
    for (const [given, pattern] of [
      ['Bellwire-keys', /:secret:Bellwire-keys$/],
      [arn, /^arn:aws:secretsmanager:eu-west-2:123456789012:secret:Bellwire-keys-a1B2c3$/],
    ] as const) {
      const { template: kept } = synth({ secret: given });
      expect(all('AWS::SecretsManager::Secret', kept)).toEqual([]);
      expect(JSON.parse(plain(kept.Outputs.Wire?.Value)).secret).toMatch(pattern);
    }
  });
});

describe('the wire', () => {
  const wire = plain(template.Outputs.Wire?.Value);

  it('is what aws/resources.ts reads, key for key', () => {
    const resources = readResources(wire);
    expect(Object.keys(JSON.parse(wire)).sort()).toEqual(Object.keys(resources).sort());
    expect(Object.values({ ...resources, smsSenderId: 'none' }).every((value) => value !== '')).toBe(true);
    expect(nameOf(resources.outgoingDeadQueue)).toBe('OutgoingDead');
    expect(nameOf(resources.sendsTable)).toBe('Sends');
  });

  it('is the same for each function', () => {
    for (const { properties } of all('AWS::Lambda::Function')) {
      expect(plain(properties.Environment.Variables.WIRE)).toBe(wire);
    }
  });

  it('knows the address of the API, or the one the owner gives, without a slash at the end', () => {
    expect(readResources(wire).publicUrl).toMatch(/^<ApiHttp\w+\.ApiEndpoint>$/);
    expect(plain(template.Outputs.ApiUrl?.Value)).toBe(readResources(wire).publicUrl);
    const { template: own } = synth({ publicUrl: 'https://alerts.example.org/' });
    expect(readResources(plain(own.Outputs.Wire?.Value)).publicUrl).toBe('https://alerts.example.org');
  });
});

describe('settings', () => {
  it('stack: every name that is written out begins with it, so that two stand side by side', () => {
    const { template: other, text: otherText } = synth({ stack: 'Night-Desk' });
    for (const { Properties } of Object.values(other.Resources)) {
      for (const [key, value] of Object.entries(Properties)) {
        if (!/^(Table|Queue|Topic|Alarm)?Name$/.test(key)) continue;
        expect(value).toMatch(/^Night-Desk/);
      }
    }
    // In prose the product keeps its name; a name of a thing has the stack's.
    expect(otherText).not.toMatch(/Bellwire-/);
    expect(otherText).toContain(':Night-Desk-to-*');
  });

  it('keep=false: nothing stays', () => {
    const { template: gone } = synth({ keep: 'false' });
    const policies = Object.values(gone.Resources).map(({ DeletionPolicy }) => DeletionPolicy);
    expect(policies.filter((policy) => policy !== undefined && policy !== 'Delete')).toEqual([]);
  });

  it('alertConcurrency bounds alert alone', () => {
    const { template: small } = synth({ alertConcurrency: '30' });
    const bounds = all('AWS::Lambda::EventSourceMapping', small).map(
      (s) => s.properties.ScalingConfig.MaximumConcurrency,
    );
    expect(bounds).toEqual([2, 2, 30]);
  });

  it.each([
    [{ stack: '1st' }, '-c stack=1st: expected a letter, then'],
    [{ stack: 'a'.repeat(41) }, 'expected a letter, then up to 39'],
    [{ stack: 'News-to-Night' }, 'without "-to-"'],
    [{ stack: 'News-to' }, 'without "-to-"'],
    [{ keep: 'no' }, '-c keep=no: expected true or false'],
    [{ publicUrl: 'alerts.example.org' }, 'expected an http or https address'],
    [{ publicUrl: 'https://alerts.example.org/?a' }, 'expected an http or https address'],
    [{ smsCountries: 'UK, IE' }, 'expected two-letter country codes parted by commas'],
    [{ smsMaxPrice: '20p' }, 'expected US dollars'],
    [{ smsSenderId: '12345' }, 'at least one of them a letter'],
    [{ alarmEmail: 'ops' }, 'expected an email address'],
    [{ alertConcurrency: '1' }, 'expected a whole number from 2 to 1000'],
    [{ alertConcurrency: '1001' }, 'expected a whole number from 2 to 1000'],
    [{ alertConcurrency: 'many' }, 'expected a whole number from 2 to 1000'],
    [{ secret: 'two words' }, "expected a secret's name or ARN"],
  ])('%j is refused by name', (context, message) => {
    expect(() => create({ context: context as Record<string, string> })).toThrow(message);
  });

  it('a missing bundle is named', () => {
    expect(() => create({ bundles: join(scratch, 'nowhere') })).toThrow('there is no bundle of console in');
  });
});

describe('synthesis', () => {
  it('gives the same bytes again', () => {
    expect(synth().text).toBe(text);
  });

  it('gives the template that the command line gives, which sets these by itself', () => {
    const before = { ...process.env };
    process.env.CDK_CONTEXT_JSON = JSON.stringify({
      'aws:cdk:enable-path-metadata': true,
      'aws:cdk:enable-asset-metadata': true,
      'aws:cdk:version-reporting': true,
      'aws:cdk:bundling-stacks': ['**'],
    });
    try {
      expect(synth().text).toBe(text);
    } finally {
      process.env = before;
    }
  });

  it('takes settings from the command line over the code', () => {
    const before = { ...process.env };
    process.env.CDK_CONTEXT_JSON = JSON.stringify({ stack: 'Other' });
    try {
      expect(create().stack.stackName).toBe('Other');
    } finally {
      process.env = before;
    }
  });
});

describe('cdk-nag', () => {
  it("finds nothing, and neither do CloudFormation's own schemas", () => {
    const { app, outdir } = create({ nag: true, validation: true, context: { alarmEmail: 'ops@example.org' } });
    app.synth();
    expect(JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8')).pluginReports).toEqual([]);
  });

  it('would stop a synth that it finds something in', () => {
    const { app, stack } = create({ nag: true });
    new Bucket(stack, 'Open');
    const error = vi.spyOn(console, 'error').mockImplementation(() => {});
    expect(() => app.synth()).toThrow('AwsSolutions-S1');
    error.mockRestore();
  });

  it('is hushed only where it would speak, each time with a reason', () => {
    const { app } = create({ context: { alarmEmail: 'ops@example.org' } });
    const asked = new Set<string>();
    const checks = new AwsSolutionsChecks(app);
    // Asked for each finding, with the resource it is about; private in the types.
    Object.assign(checks, {
      isAcknowledged: (resource: Construct, rule: string) => asked.add(`${rule} ${resource.node.path}`),
    });
    checks.validateScope(app);
    const hushed = app.node.findAll().flatMap(({ node }) =>
      node.metadata
        .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
        .flatMap(({ data }) =>
          Object.entries(data as Record<string, string>).map(([id, reason]) => ({
            rule: id.replace(/^Annotation::/i, ''),
            path: node.path,
            reason,
          })),
        ),
    );
    expect(hushed.length).toBeGreaterThan(0);
    for (const { rule, path, reason } of hushed) {
      expect(reason.length, rule).toBeGreaterThan(40);
      expect(
        [...asked].some((finding) => finding.startsWith(`${rule} ${path}/`)),
        `${rule} at ${path}`,
      ).toBe(true);
    }
  });
});
