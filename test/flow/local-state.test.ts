import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Resources } from '../../aws/resources.ts';
import { openState, readRunning, StateError } from '../../local/state.ts';
import { scratch } from './local-bundles.ts';

const root = scratch();
let number = 0;
const fresh = () => {
  number += 1;
  return join(root, `state-${number}`);
};
const refusal = (folder: string): string => {
  try {
    openState(folder).release();
  } catch (error) {
    if (error instanceof StateError) return error.message;
    throw error;
  }
  return '';
};
/** The number of a process that is no more. */
async function deadProcess(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await new Promise((ended) => child.on('exit', ended));
  return child.pid!;
}

describe('a state folder', () => {
  it.runIf(process.platform === 'linux')(
    'is free when its holder has ended, though its parent never asked',
    async () => {
      const folder = fresh();
      openState(folder).release();
      // The shell becomes `sleep`, which never asks what became of the child that it inherits.
      const shell = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 30'], { stdio: ['ignore', 'pipe', 'ignore'] });
      const pid = Number(await new Promise((read) => shell.stdout.once('data', read)));
      while (!/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8')))
        await new Promise((resume) => setTimeout(resume, 10));
      writeFileSync(join(folder, 'lock.json'), JSON.stringify({ pid, startedAt: '2026-11-24T10:00:00.000Z' }));
      expect(refusal(folder)).toBe('');
      shell.kill();
    },
  );

  it('is made with its version, for its owner alone, and given up whole', () => {
    const folder = join(fresh(), 'deep');
    const state = openState(folder);
    expect(state).toMatchObject({ folder, takenOver: false });
    expect(JSON.parse(readFileSync(join(folder, 'version.json'), 'utf8'))).toEqual({ version: 1 });
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    state.release();
    state.release();
    expect(readdirSync(folder)).toEqual(['version.json']);
    expect(refusal(folder)).toBe('');
  });

  it('belongs to one stack at a time, and says which', () => {
    const folder = fresh();
    const state = openState(folder);
    expect(refusal(folder)).toMatch(
      new RegExp(`^${folder} is in use by process ${process.pid} since \\d\\d:\\d\\d: stop it first, or name another`),
    );
    state.announce({
      url: 'http://127.0.0.1:4400',
      endpoints: { dynamodb: 'http://d', sqs: 'http://q', s3: 'http://o', sns: 'http://n', secrets: 'http://n' },
      resources: {} as Resources,
    });
    expect(refusal(folder)).toContain('(http://127.0.0.1:4400)');
    state.release();
  });

  it('says the day too when it was taken on another', () => {
    const folder = fresh();
    openState(folder).release();
    const lock = { pid: process.pid, startedAt: '2026-01-02T03:04:05Z' };
    writeFileSync(join(folder, 'lock.json'), JSON.stringify(lock));
    expect(refusal(folder)).toContain('since 2026-01-02 ');
  });

  it('is taken over from a process that is no more', async () => {
    const folder = fresh();
    openState(folder).release();
    const lock = { pid: await deadProcess(), startedAt: new Date().toISOString() };
    writeFileSync(join(folder, 'lock.json'), JSON.stringify(lock));
    const state = openState(folder);
    expect(state.takenOver).toBe(true);
    expect(JSON.parse(readFileSync(join(folder, 'lock.json'), 'utf8')).pid).toBe(process.pid);
    expect(readdirSync(folder).sort()).toEqual(['lock.json', 'version.json']);
    expect(refusal(folder)).toContain('in use');
    state.release();
  });

  it.runIf(process.platform === 'linux')('is taken over from a process whose number another one has now', () => {
    const folder = fresh();
    openState(folder).release();
    const lock = { pid: process.pid, startedAt: new Date().toISOString(), processStart: '1' };
    writeFileSync(join(folder, 'lock.json'), JSON.stringify(lock));
    const state = openState(folder);
    expect(state.takenOver).toBe(true);
    state.release();
  });

  it('waits for a lock that is just being written, and takes over one that never was', () => {
    const folder = fresh();
    openState(folder).release();
    const lock = join(folder, 'lock.json');
    writeFileSync(lock, '');
    expect(refusal(folder)).toContain('just being opened by another start');
    utimesSync(lock, new Date(0), new Date(0));
    const state = openState(folder);
    expect(state.takenOver).toBe(true);
    state.release();
  });

  it('goes to exactly one of many that start at once', async () => {
    const folder = fresh();
    openState(folder).release();
    writeFileSync(
      join(folder, 'lock.json'),
      JSON.stringify({ pid: await deadProcess(), startedAt: new Date().toISOString() }),
    );
    const script = `import { openState } from ${JSON.stringify(join(import.meta.dirname, '../../local/state.ts'))};
      try { openState(${JSON.stringify(folder)}); console.log('mine'); setTimeout(() => {}, 3000); } catch (error) { console.log(error.message); }`;
    const answers = await Promise.all(
      [1, 2, 3, 4].map(
        () =>
          new Promise<string>((said) => {
            const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
            child.stdout.once('data', (data) => {
              said(String(data));
              afterAll(() => void child.kill('SIGKILL'));
            });
          }),
      ),
    );
    expect(answers.filter((answer) => answer.startsWith('mine'))).toHaveLength(1);
  });

  it.each([
    [
      'of a newer version',
      'version.json',
      '{"version":2}',
      /of version 2, and this Bellwire reads version 1: use the newer/,
    ],
    ['with half a version', 'version.json', '{"versi', /does not say which version.*half written.*move .* away/s],
    ['with an empty version', 'version.json', '', /does not say which version/],
    ['with a version that is none', 'version.json', '{"version":"1"}', /does not say which version/],
    [
      'with no version, but something in it',
      'holiday.jpg',
      'x',
      /holds holiday\.jpg but no version\.json.*another folder/s,
    ],
  ])('%s is refused, and nothing in it is touched', (_what, file, text, message) => {
    const folder = fresh();
    mkdirSync(folder);
    writeFileSync(join(folder, file), text);
    expect(refusal(folder)).toMatch(message);
    expect(readdirSync(folder)).toEqual([file]);
    expect(readFileSync(join(folder, file), 'utf8')).toBe(text);
  });

  it('is refused when it is a file, or lies below one', () => {
    const file = fresh();
    writeFileSync(file, 'x');
    expect(refusal(file)).toContain('is a file, not a state folder');
    expect(refusal(join(file, 'below'))).not.toBe('');
    expect(readFileSync(file, 'utf8')).toBe('x');
  });
});

describe('a running wire', () => {
  const endpoints = { dynamodb: 'http://d', sqs: 'http://q', s3: 'http://o', sns: 'http://n', secrets: 'http://n' };
  const resources = { stack: 'Test' } as Resources;

  it('is found by another process while it answers', async () => {
    let pid: number = process.pid;
    const server = createServer((_request, response) => response.end(JSON.stringify({ pid }))).listen(0, '127.0.0.1');
    await new Promise((listening) => server.once('listening', listening));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const folder = fresh();
    expect(await readRunning(folder)).toBeUndefined();
    const state = openState(folder);
    expect(await readRunning(folder)).toBeUndefined();
    state.announce({ url, endpoints, resources });
    expect(await readRunning(folder)).toEqual({
      pid: process.pid,
      startedAt: expect.stringMatching(/Z$/),
      url,
      endpoints,
      resources,
    });
    // Another wire answers there by now.
    pid = 1;
    expect(await readRunning(folder)).toBeUndefined();
    server.close();
    server.closeAllConnections();
    expect(await readRunning(folder)).toBeUndefined();
    state.release();
    expect(await readRunning(folder)).toBeUndefined();
  });

  it('is none when its process is no more, or its lock is garbage', async () => {
    const folder = fresh();
    openState(folder).release();
    const lock = {
      pid: await deadProcess(),
      startedAt: new Date().toISOString(),
      url: 'http://127.0.0.1:1',
      endpoints,
      resources,
    };
    writeFileSync(join(folder, 'lock.json'), JSON.stringify(lock));
    expect(await readRunning(folder)).toBeUndefined();
    writeFileSync(join(folder, 'lock.json'), '{"pid":');
    expect(await readRunning(folder)).toBeUndefined();
    rmSync(folder, { recursive: true });
  });
});
