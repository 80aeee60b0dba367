import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openObjects, snapshotObject } from '../../aws/snapshot.ts';
import { type ObjectServer, startObjects } from '../../local/objects.ts';
import { scratch, until } from './local-bundles.ts';

const root = scratch();
const servers: ObjectServer[] = [];
const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const server of servers.splice(0)) await server.stop();
});

const Bucket = 'test-index';
const object = { Bucket, Key: 'a key/with ünicode' };

async function start(folder?: string) {
  const server = await startObjects({ folder, buckets: [Bucket] });
  servers.push(server);
  return { server, s3: openObjects(server.url) };
}

const status = (call: Promise<unknown>) =>
  call.then(
    () => 200,
    (error: { name: string; $metadata?: { httpStatusCode?: number } }) =>
      `${error.$metadata?.httpStatusCode} ${error.name}`,
  );

describe.each([
  ['in memory', undefined],
  ['on disk', join(root, 'conditions')],
])('the local S3 %s', (_where, folder) => {
  it('gives back what it was given, with what was said of it', async () => {
    const { s3 } = await start(folder);
    const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, at) => at % 256));
    const { ETag } = await s3.send(new PutObjectCommand({ ...object, Body: bytes, Metadata: { rules: '7' } }));
    const got = await s3.send(new GetObjectCommand(object));
    expect(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(bytes)).toBe(true);
    expect(got).toMatchObject({ ETag, Metadata: { rules: '7' }, ContentLength: 70_000 });
    expect(await s3.send(new HeadObjectCommand(object))).toMatchObject({ ETag, Metadata: { rules: '7' } });
    await s3.send(new DeleteObjectCommand(object));
    expect(await status(s3.send(new GetObjectCommand(object)))).toBe('404 NoSuchKey');
    expect(await status(s3.send(new HeadObjectCommand(object)))).toBe('404 NotFound');
  });

  it('holds to the conditions of a put and of a get, as S3 does', async () => {
    const { s3 } = await start(folder);
    const put = (Body: string, condition: object) => s3.send(new PutObjectCommand({ ...object, Body, ...condition }));
    expect(await status(put('x', { IfMatch: '"nobody"' }))).toBe('404 NoSuchKey');
    const first = await put('one', { IfNoneMatch: '*' });
    expect(await status(put('two', { IfNoneMatch: '*' }))).toBe('412 PreconditionFailed');
    expect(await status(s3.send(new GetObjectCommand({ ...object, IfNoneMatch: first.ETag })))).toMatch(/^304/);
    const second = await put('two', { IfMatch: first.ETag });
    expect(await status(put('three', { IfMatch: first.ETag }))).toBe('412 PreconditionFailed');
    const got = await s3.send(new GetObjectCommand({ ...object, IfNoneMatch: first.ETag }));
    expect([got.ETag, await got.Body?.transformToString()]).toEqual([second.ETag, 'two']);
    // Of twenty at once on one condition, one.
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, at) => status(put(`n${at}`, { IfMatch: second.ETag }))),
    );
    expect(all.filter((answer) => answer === 200)).toHaveLength(1);
    await s3.send(new DeleteObjectCommand(object));
  });
});

describe('the local S3', () => {
  it('takes an object far beyond what fauxqs does, and checks what came', async () => {
    const { s3, server } = await start();
    const bytes = new Uint8Array(40 * 1024 * 1024).fill(7);
    await s3.send(new PutObjectCommand({ ...object, Body: bytes }));
    expect((await s3.send(new HeadObjectCommand(object))).ContentLength).toBe(bytes.length);
    const wrong = await fetch(`${server.url}/${Bucket}/x`, {
      method: 'PUT',
      body: 'other',
      headers: { authorization: 'any', 'x-amz-checksum-crc32': 'AAAAAA==' },
    });
    expect([wrong.status, await wrong.text()]).toEqual([400, expect.stringContaining('BadDigest')]);
  });

  it('says what it does not know, and what is not there', async () => {
    const { s3, server } = await start();
    expect(await status(s3.send(new GetObjectCommand({ ...object, Bucket: 'other' })))).toBe('404 NoSuchBucket');
    expect(await status(s3.send(new ListObjectsV2Command({ Bucket })))).toMatch(/^501/);
    expect((await fetch(`${server.url}/${Bucket}/x`)).status).toBe(403);
    expect((await fetch(`${server.url}/${Bucket}/x`, { headers: { origin: 'https://example.org' } })).status).toBe(403);
    const missing = snapshotObject(s3, 'other');
    await expect(missing.get()).rejects.toThrow();
    await expect(missing.put(new Uint8Array(1), { compiledAt: '', rules: 0 }, undefined)).rejects.toThrow();
  });

  it('keeps what it acknowledged through a kill, whole, and nothing half written', async () => {
    const folder = join(root, 'killed');
    const script = `
      import { startObjects } from ${JSON.stringify(join(import.meta.dirname, '..', '..', 'local', 'objects.ts'))};
      const { url } = await startObjects({ folder: ${JSON.stringify(folder)}, buckets: ['${Bucket}'] });
      console.log('at ' + url);`;
    writeFileSync(join(root, 'objects-child.mjs'), script);
    const child = spawn(process.execPath, [join(root, 'objects-child.mjs')], { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    let output = '';
    child.stdout.on('data', (data) => {
      output += data;
    });
    const [, url] = await until(() => /at (\S+)/.exec(output) ?? undefined);
    const s3 = openObjects(url);
    let acknowledged = 0;
    const writing = (async () => {
      for (let turn = 1; ; turn++) {
        await s3.send(new PutObjectCommand({ ...object, Body: new Uint8Array(500_000).fill(turn) }));
        acknowledged = turn;
      }
    })().catch(() => {});
    await until(() => acknowledged > 5);
    child.kill('SIGKILL');
    s3.destroy();
    await writing;
    const { s3: again } = await start(folder);
    const bytes = (await (await again.send(new GetObjectCommand(object))).Body?.transformToByteArray()) ?? [];
    expect(bytes.length).toBe(500_000);
    // The last that was acknowledged, or the one that was under way.
    expect([acknowledged, acknowledged + 1]).toContain(bytes[0]);
    expect(bytes.every((byte) => byte === bytes[0])).toBe(true);
    expect(readdirSync(join(folder, Bucket))).toHaveLength(1);
  });

  it('answers for a file that is damaged with an error, and with no object', async () => {
    const folder = join(root, 'damaged');
    const { s3 } = await start(folder);
    await s3.send(new PutObjectCommand({ ...object, Body: 'x' }));
    const [name] = readdirSync(join(folder, Bucket));
    writeFileSync(join(folder, Bucket, name as string), 'no JSON');
    const error = vi.spyOn(console, 'error').mockImplementation(() => {});
    expect(await status(s3.send(new GetObjectCommand(object)))).toMatch(/^500/);
    error.mockRestore();
  });
});
