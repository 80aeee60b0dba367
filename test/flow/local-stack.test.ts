import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, it } from 'vitest';
import { clientFor } from '../../local/emulators.ts';
import { type Stack, type StackOptions, startStack } from '../../local/stack.ts';
import { readRunning } from '../../local/state.ts';
import { scratch, until, writeBundles } from './local-bundles.ts';

const root = scratch();
const stacks: Stack[] = [];
const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const stack of stacks.splice(0)) await stack.stop();
});

const plain = writeBundles(join(root, 'plain'), {
  console: 'return { statusCode: 200, body: event.routeKey + " " + (event.body ?? "") };',
  tag: 'console.log(event.Records.map((of) => of.body + " " + of.attributes.ApproximateReceiveCount).join());',
  recover: 'console.log("recovered"); return { wire: JSON.parse(process.env.WIRE) };',
});

async function start(options: StackOptions = {}) {
  const lines: string[] = [];
  const logged: string[] = [];
  const stack = await startStack({
    bundles: plain,
    port: 0,
    log: (line) => lines.push(line),
    functionLog: (room, line) => logged.push(`${room}: ${line}`),
    ...options,
  });
  stacks.push(stack);
  return { stack, lines, logged };
}

const send = (endpoints: { sqs: string }, QueueUrl: string, MessageBody: string) =>
  new SQSClient(clientFor(endpoints.sqs)).send(new SendMessageCommand({ QueueUrl, MessageBody }));

/** A stack in a process of its own, to be killed; `said` waits for a line of its output. */
function child(state: string, bundles: string) {
  const started = spawn(process.execPath, [join(import.meta.dirname, 'local-child.ts'), state, bundles], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(started);
  let output = '';
  started.stdout.on('data', (data) => {
    output += data;
  });
  const ended = new Promise<string>((end) => started.on('exit', (code, signal) => end(String(signal ?? code))));
  return { process: started, ended, said: (line: RegExp) => until(() => line.exec(output) ?? undefined, 20) };
}

describe('the stack', () => {
  it('serves the routes of the real template, wakes functions by queue, and is idle afterwards', async () => {
    const { stack, logged } = await start({
      page: async (request, { resources }) =>
        new URL(request.url).pathname === '/' ? new Response(`inbox of ${resources.stack}`) : undefined,
    });
    expect(await (await fetch(`${stack.url}/articles`, { method: 'POST' })).text()).toBe('POST /articles ');
    expect(await (await fetch(stack.url)).text()).toBe('inbox of Bellwire');
    expect(stack.resources.publicUrl).toBe(stack.url);

    expect(await stack.idle()).toBe(true);
    await send(stack.endpoints, stack.resources.incomingQueue, 'a1');
    expect(await stack.idle({ timeoutMs: 10_000 })).toBe(true);
    expect(logged).toContain('tag: a1 1');
    await new SQSClient(clientFor(stack.endpoints.sqs)).send(
      new SendMessageCommand({ QueueUrl: stack.resources.outgoingQueue, MessageBody: 'x', DelaySeconds: 60 }),
    );
    expect(await stack.idle({ timeoutMs: 100 })).toBe(false);
    expect(await stack.idle({ signal: AbortSignal.timeout(50) })).toBe(false);
  });

  it('runs a function by its room, with the names of everything in its environment', async () => {
    const { stack, logged } = await start();
    expect(await stack.invoke('recover', {})).toEqual({ wire: stack.resources });
    await stack.runSchedules();
    await until(() => logged.filter((line) => line === 'recover: recovered').length === 2);
    await expect(stack.invoke('nobody', {})).rejects.toThrow(/no function nobody/);
  });

  it('keeps its state, which nobody else can open meanwhile, and gives it up', async () => {
    const state = join(root, 'kept');
    const { stack } = await start({ state });
    expect(await readRunning(state)).toMatchObject({ url: stack.url, pid: process.pid, resources: stack.resources });
    await expect(start({ state })).rejects.toThrow(`${state} is in use by process ${process.pid}`);
    expect(await readRunning(state)).toBeDefined();
    await stack.stop();
    await stack.stopped;
    expect(await readRunning(state)).toBeUndefined();
    await expect(fetch(stack.url)).rejects.toThrow();
    const { lines } = await start({ state });
    expect(lines.join()).not.toContain('did not end by itself');
  });

  it('leaves nothing running when it cannot start', async () => {
    const state = join(root, 'failed');
    const servers = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap').length;
    await expect(start({ state, context: { smsCountries: 'nowhere' } })).rejects.toThrow(/smsCountries/);
    expect(existsSync(join(state, 'lock.json'))).toBe(false);
    await until(() => servers() === 0);
    await start({ state });
  });

  it('lets what runs end when it stops', async () => {
    const slow = writeBundles(join(root, 'slow'), {
      tag: 'console.log("began"); await new Promise((r) => setTimeout(r, 500)); console.log("ended");',
    });
    const state = join(root, 'slow-state');
    const first = await start({ bundles: slow, state });
    await send(first.stack.endpoints, first.stack.resources.incomingQueue, 'a1');
    await until(() => first.logged.includes('tag: began'));
    await first.stack.stop();
    expect(first.logged).toContain('tag: ended');
    const second = await start({ state });
    expect(await second.stack.idle({ timeoutMs: 1000 })).toBe(true);
    expect(second.logged).toEqual([]);
  });
});

describe('the stack in a process that is killed', () => {
  it('goes on with the message that was in work, and the one that waited', async () => {
    const state = join(root, 'killed');
    const hanging = writeBundles(join(root, 'hanging'), {
      tag: 'console.log("took " + event.Records[0].body); await new Promise(() => {});',
    });
    const killed = child(state, hanging);
    await killed.said(/ready/);
    const running = await readRunning(state);
    expect(running).toBeDefined();
    for (const body of ['a1', 'a2', 'a3']) await send(running!.endpoints, running!.resources.incomingQueue, body);
    const log = join(state, 'logs', 'tag.log');
    await until(() => existsSync(log) && /took a1/.test(readFileSync(log, 'utf8')));
    killed.process.kill('SIGKILL');
    expect(await killed.ended).toBe('SIGKILL');
    expect(existsSync(join(state, 'lock.json'))).toBe(true);
    expect(await readRunning(state)).toBeUndefined();

    const { stack, lines, logged } = await start({ state });
    expect(await stack.idle({ timeoutMs: 5000 })).toBe(true);
    await until(() => ['a1', 'a2', 'a3'].every((body) => logged.join('\n').includes(body)));
    expect(lines).toContain('the last run did not end by itself: going on from where it was');
    await until(() => logged.includes('recover: recovered'));
  });

  it('ends by one Ctrl-C, also when npm hands it on a second time', async () => {
    const state = join(root, 'signalled');
    const one = child(state, plain);
    await one.said(/ready/);
    one.process.kill('SIGINT');
    one.process.kill('SIGINT');
    await one.said(/stopped/);
    expect(await one.ended).toBe('0');
    expect(readdirSync(state)).not.toContain('lock.json');
  });

  it('ends at once by a second Ctrl-C', async () => {
    const state = join(root, 'impatient');
    const hanging = writeBundles(join(root, 'hanging-too'), { tag: 'await new Promise(() => {});' });
    const one = child(state, hanging);
    await one.said(/ready/);
    const running = await readRunning(state);
    await send(running!.endpoints, running!.resources.incomingQueue, 'a1');
    await new Promise((resume) => setTimeout(resume, 300));
    one.process.kill('SIGINT');
    await one.said(/once more to stop at once/);
    await new Promise((resume) => setTimeout(resume, 600));
    one.process.kill('SIGINT');
    expect(await one.ended).toBe('130');
  });
});
