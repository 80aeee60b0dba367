import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Emulators, startEmulators } from '../../local/emulators.ts';
import { synthesise } from '../template.ts';
import { bellwire } from './cli-process.ts';

/**
 * `--stack NAME` reaches a deployed stack by CloudFormation's DescribeStacks alone. Here that one call is answered as the
 * service answers it, with the output `Wire` of the synthesised template; tables, queues and SNS are the emulators.
 */
let emulators: Emulators;
let cloudFormation: Server;
let s3: Server;
let env: Record<string, string>;
const asked: string[] = [];

beforeAll(async () => {
  emulators = await startEmulators({ template: synthesise() });
  cloudFormation = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const form = new URLSearchParams(body);
    const name = form.get('StackName') as string;
    asked.push(`${form.get('Action')} ${name}`);
    const stack = stacks[name];
    response.writeHead(stack === undefined ? 400 : 200, { 'content-type': 'text/xml' });
    response.end(stack ?? error('ValidationError', `Stack with id ${name} does not exist`));
  });
  cloudFormation.listen(0, '127.0.0.1');
  await once(cloudFormation, 'listening');
  const stacks: Record<string, string> = {
    Bellwire: described('Bellwire', {
      Wire: JSON.stringify(emulators.resources),
      ApiUrl: emulators.resources.publicUrl,
    }),
    Other: described('Other', { Bucket: 'somebody-elses' }),
  };
  env = {
    ...emulators.environment,
    AWS_ENDPOINT_URL_CLOUDFORMATION: `http://127.0.0.1:${(cloudFormation.address() as AddressInfo).port}`,
  };
});
afterAll(async () => {
  s3?.close();
  cloudFormation?.close();
  await emulators?.stop();
});

const xml = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');

const described = (name: string, outputs: Record<string, string>) =>
  `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks><member>
    <StackName>${name}</StackName><StackStatus>CREATE_COMPLETE</StackStatus><CreationTime>2026-11-24T10:00:00Z</CreationTime>
    <Outputs>${Object.entries(outputs)
      .map(([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${xml(value)}</OutputValue></member>`)
      .join('')}</Outputs>
  </member></Stacks></DescribeStacksResult></DescribeStacksResponse>`;

const error = (code: string, message: string) =>
  `<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`;

describe('a command with --stack', () => {
  test('works on the tables, queues and topics that the stack names', async () => {
    const starter = await bellwire(['tag', 'starter', '--stack', 'Bellwire', '--json'], { env });
    expect(starter).toMatchObject({ code: 0 });
    expect(asked).toContain('DescribeStacks Bellwire');

    const signed = await bellwire(['subscribe', 'ana@example.org', '--watch', 'china', '--stack', 'Bellwire'], { env });
    expect(signed).toMatchObject({ code: 0 });
    expect(emulators.carrier.inbox()).toMatchObject([{ to: 'ana@example.org', kind: 'confirmation' }]);

    const sent = await bellwire(['send', 'samples/china-cyber.txt', '--stack', 'Bellwire', '--json'], { env });
    expect(sent).toMatchObject({ code: 0 });
    expect(emulators.queues.counts('Bellwire-incoming')).toMatchObject({ visible: 1 });

    const { subscribers } = (await bellwire(['subscribers', '--stack', 'Bellwire', '--json'], { env })).json() as {
      subscribers: { to: string; state: string }[];
    };
    expect(subscribers).toMatchObject([{ to: 'ana@example.org', state: 'pending' }]);
  }, 60_000);

  test('finds the region where the CDK finds it', async () => {
    const { AWS_REGION: _region, ...rest } = env;
    expect(await bellwire(['subscribers', '--stack', 'Bellwire'], { env: rest })).toMatchObject({ code: 0 });
  });

  test('empties the bucket of the compiled index, versions and all, when it is torn down', async () => {
    // As S3 answers it, two versions a page; the local store keeps none.
    const versions = ['v1', 'v2', 'v3'];
    s3 = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      const { searchParams } = new URL(request.url ?? '', 'http://s3');
      const deleted = [...body.matchAll(/<VersionId>(.*?)<\/VersionId>/g)].map(([, id = '']) => id);
      for (const id of deleted) versions.splice(versions.indexOf(id), 1);
      const listed = versions
        .slice(0, 2)
        .map((id) => `<Version><Key>watch-index</Key><VersionId>${id}</VersionId></Version>`);
      const more = versions.length > 2;
      response.writeHead(200, { 'content-type': 'application/xml' });
      response.end(
        searchParams.has('delete')
          ? '<DeleteResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"></DeleteResult>'
          : `<ListVersionsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IsTruncated>${more}</IsTruncated>${
              more ? '<NextKeyMarker>watch-index</NextKeyMarker><NextVersionIdMarker>v2</NextVersionIdMarker>' : ''
            }${listed.join('')}</ListVersionsResult>`,
      );
    });
    s3.listen(0, '127.0.0.1');
    await once(s3, 'listening');
    const endpoint = `http://127.0.0.1:${(s3.address() as AddressInfo).port}`;
    const torn = (...args: string[]) =>
      bellwire(['teardown', '--stack', 'Bellwire', ...args], { env: { ...env, AWS_ENDPOINT_URL_S3: endpoint } });
    const bucket = emulators.resources.indexBucket;
    expect((await torn()).err).toContain(`--yes also empties the bucket ${bucket}`);
    expect(versions).toHaveLength(3);
    expect((await torn('--yes')).out).toBe(
      `removed 1 topic\nemptied the bucket ${bucket}: 3 versions of the compiled index\n`,
    );
    expect(versions).toEqual([]);
    expect((await torn('--yes', '--json')).json()).toEqual({
      topics: [],
      removed: true,
      index: { bucket, versions: 0 },
    });
  }, 60_000);

  test.each([
    ['Nowhere', 'no such stack in this account and region'],
    ['Other', 'has no output `Wire`'],
  ])('that is %s says so', async (name, words) => {
    const ended = await bellwire(['subscribers', '--stack', name], { env });
    expect(ended.code).toBe(1);
    expect(ended.err).toContain(words);
  });
});
