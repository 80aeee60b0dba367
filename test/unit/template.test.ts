import { describe, expect, it } from 'vitest';
import { readResources } from '../../aws/resources.ts';
import { resolveTemplate, type Template, type TemplateResource } from '../../local/template.ts';
import fixture from './template-fixture.json' with { type: 'json' };
import intrinsics from './template-intrinsics.json' with { type: 'json' };

const place = { stackName: 'Test', queuesUrl: 'http://127.0.0.1:9', publicUrl: 'http://127.0.0.1:4400' };

/** The fixture with some resources, or the properties of one, in place of its own. */
function template(change: { resources?: Record<string, TemplateResource>; of?: string; properties?: object } = {}) {
  const copy = structuredClone(fixture) as unknown as Template;
  Object.assign(copy.Resources, change.resources);
  if (change.of) Object.assign(copy.Resources[change.of]!.Properties!, change.properties);
  return copy;
}

describe('a template resolved for this machine', () => {
  const resolved = resolveTemplate(template(), place);

  it('gives tables with their keys and indexes, and nothing that dynalite has not', () => {
    expect(resolved.tables).toEqual([
      {
        logicalId: 'Articles',
        name: 'Test-Articles',
        arn: 'arn:aws:dynamodb:eu-west-1:000000000000:table/Test-Articles',
        keySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        attributes: expect.arrayContaining([{ AttributeName: 'open', AttributeType: 'S' }]),
        indexes: [expect.objectContaining({ IndexName: 'open', Projection: { ProjectionType: 'KEYS_ONLY' } })],
      },
    ]);
  });

  it('gives buckets by a name that S3 would take', () => {
    expect(resolved.buckets).toEqual([{ logicalId: 'Index', name: 'test-index' }]);
    expect(readResources(String(resolved.outputs.Wire)).indexBucket).toBe('test-index');
  });

  it('gives queues with their redrive policy', () => {
    const incoming = resolved.queues.find(({ logicalId }) => logicalId === 'Incoming');
    expect(incoming?.attributes.VisibilityTimeout).toBe('1');
    expect(JSON.parse(incoming?.attributes.RedrivePolicy ?? '')).toEqual({
      deadLetterTargetArn: 'arn:aws:sqs:eu-west-1:000000000000:incoming-dead',
      maxReceiveCount: 2,
    });
  });

  it('gives functions with their bundle, bounds and environment', () => {
    const [tag] = resolved.functions;
    expect(tag).toMatchObject({ name: 'Test-Tag', room: 'tag', asset: 'asset.tag', memoryMb: 256, timeoutSeconds: 30 });
    expect(tag?.environment).toEqual({ WIRE: resolved.outputs.Wire, TELLS: 'no' });
  });

  it('joins sources, schedules and routes to their function', () => {
    expect(resolved.sources).toMatchObject([
      {
        functionName: 'Test-Tag',
        batchSize: 10,
        batchingWindowSeconds: 1,
        maximumConcurrency: 5,
        reportBatchItemFailures: true,
        queue: { name: 'Test-Incoming' },
      },
    ]);
    expect(resolved.schedules).toMatchObject([{ functionName: 'Test-Tag', everySeconds: 300 }]);
    expect(resolved.routes).toMatchObject([{ key: 'GET /a/{token}', functionName: 'Test-Tag' }]);
  });

  it('gives the output Wire as the command line reads it', () => {
    const wire = readResources(String(resolved.outputs.Wire));
    expect(wire.incomingQueue).toBe('http://127.0.0.1:9/000000000000/Test-Incoming');
    expect(wire.publicUrl).toBe('http://127.0.0.1:4400');
  });

  it('gives subscriptions', () => {
    const Properties = {
      TopicArn: { Ref: 'Alerts' },
      Protocol: 'sqs',
      Endpoint: { 'Fn::GetAtt': ['Incoming', 'Arn'] },
      FilterPolicy: { tags: ['china'] },
      RawMessageDelivery: true,
    };
    const { subscriptions } = resolveTemplate(
      template({ resources: { Machine: { Type: 'AWS::SNS::Subscription', Properties } } }),
      place,
    );
    expect(subscriptions).toEqual([
      {
        logicalId: 'Machine',
        topicArn: 'arn:aws:sns:eu-west-1:000000000000:Test-alerts',
        protocol: 'sqs',
        endpoint: 'arn:aws:sqs:eu-west-1:000000000000:Test-Incoming',
        attributes: { FilterPolicy: '{"tags":["china"]}', RawMessageDelivery: 'true' },
      },
    ]);
  });

  it.each(intrinsics)('$reason', ({ value, expected }) => {
    const copy = template();
    copy.Outputs = { Asked: { Value: value } };
    expect(resolveTemplate(copy, place).outputs.Asked).toEqual(expected);
  });
});

describe('a template that asks for more than the local stack knows', () => {
  const stops = (change: Parameters<typeof template>[0]) => {
    try {
      resolveTemplate(template(change), place);
    } catch (error) {
      return (error as Error).message;
    }
    return undefined;
  };

  it('stops at a resource of an unknown type, with its name', () => {
    expect(stops({ resources: { Cluster1: { Type: 'AWS::Redshift::Cluster' } } })).toBe(
      'Test: the local stack does not know AWS::Redshift::Cluster (logical id Cluster1)',
    );
  });

  it.each([
    [
      'a property',
      { of: 'Articles', properties: { StreamSpecification: {} } },
      /StreamSpecification of AWS::DynamoDB::Table \(logical id Articles\)/,
    ],
    [
      'a property of a function',
      { of: 'Tag', properties: { Layers: ['x'] } },
      /Layers of AWS::Lambda::Function \(logical id Tag\)/,
    ],
    ['a runtime', { of: 'Tag', properties: { Runtime: 'python3.14' } }, /the runtime python3\.14/],
    [
      'an intrinsic',
      { of: 'Incoming', properties: { DelaySeconds: { 'Fn::ImportValue': 'x' } } },
      /cannot resolve Fn::ImportValue \(logical id Incoming\)/,
    ],
    ['a reference', { of: 'Incoming', properties: { DelaySeconds: { Ref: 'Nobody' } } }, /cannot resolve Ref Nobody/],
    [
      'an attribute',
      { of: 'Incoming', properties: { DelaySeconds: { 'Fn::GetAtt': ['Articles', 'StreamArn'] } } },
      /Articles\.StreamArn of AWS::DynamoDB::Table/,
    ],
    ['a dynamic reference', { of: 'Alerts', properties: { DisplayName: '{{resolve:ssm:name}}' } }, /dynamic reference/],
    [
      'a schedule that is no rate',
      { of: 'Often', properties: { ScheduleExpression: 'cron(0 8 * * ? *)' } },
      /the expression cron\(0 8 \* \* \? \*\) of AWS::Scheduler::Schedule/,
    ],
    [
      'another payload format',
      { of: 'ApiJoin', properties: { PayloadFormatVersion: '1.0' } },
      /the payload format 1\.0/,
    ],
    ['a property of a bucket', { of: 'Index', properties: { NotificationConfiguration: {} } }, /Notification/],
    ['a stage with a path', { of: 'ApiStage', properties: { StageName: 'prod' } }, /the stage prod/],
    ['an authorizer', { of: 'ApiRoute', properties: { AuthorizationType: 'JWT' } }, /the authorization JWT/],
    ['a source that is switched off', { of: 'TagSource', properties: { Enabled: false } }, /switched off/],
    ['a filter on a source', { of: 'TagSource', properties: { FilterCriteria: {} } }, /FilterCriteria/],
  ])('stops at %s', (_what, change, message) => {
    expect(stops(change)).toMatch(message);
  });

  it('stops at a parameter without a value', () => {
    const copy = template({ of: 'Incoming', properties: { DelaySeconds: { Ref: 'Delay' } } });
    copy.Parameters = { Delay: { Type: 'String' } };
    expect(() => resolveTemplate(copy, place)).toThrow(/parameter Delay has no default/);
  });

  it('stops at a part of a template that would change the others', () => {
    const copy = { ...template(), Conditions: { Never: { 'Fn::Equals': ['a', 'b'] } } };
    expect(() => resolveTemplate(copy, place)).toThrow('the local stack does not know the Conditions of a template');
  });
});
