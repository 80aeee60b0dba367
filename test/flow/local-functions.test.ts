import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type FunctionError, type Functions, startFunctions } from '../../local/functions.ts';
import type { LambdaFunction } from '../../local/template.ts';
import { scratch, until, writeBundle } from './local-bundles.ts';

const assembly = scratch();
const running: Functions[] = [];
afterEach(async () => {
  for (const functions of running.splice(0)) await functions.stop(0);
});

let number = 0;

/** Runs one function with the given body, and keeps what it writes. */
function start(body: string, of: Partial<LambdaFunction> = {}, before = '', concurrency = 2) {
  number += 1;
  const name = `Test-${number}`;
  writeBundle(join(assembly, name), body, before);
  const lines: string[] = [];
  const described: LambdaFunction = {
    logicalId: name,
    name,
    room: 'room',
    arn: `arn:aws:lambda:eu-west-1:000000000000:function:${name}`,
    handler: 'index.handler',
    asset: name,
    memoryMb: 128,
    timeoutSeconds: 20,
    environment: { FROM_TEMPLATE: 'yes', NODE_OPTIONS: '--enable-source-maps' },
    logGroup: '/bellwire/test/room',
    ...of,
  };
  const functions = startFunctions({
    functions: [described],
    assembly,
    environment: { AWS_ENDPOINT_URL_SNS: 'http://127.0.0.1:1' },
    concurrency: { [name]: concurrency },
    logs: (room, line) => lines.push(`${room}: ${line}`),
  });
  running.push(functions);
  return { invoke: (event: unknown = {}) => functions.invoke('room', event), functions, lines, name };
}

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: FunctionError) => error,
  );

describe('a function in its worker', () => {
  it('gets the event and gives its answer, both as JSON', async () => {
    const { invoke } = start('return { got: event, gone: undefined, at: new Date(0) };');
    expect(await invoke({ a: [1, 'ü'] })).toEqual({ got: { a: [1, 'ü'] }, at: '1970-01-01T00:00:00.000Z' });
    expect(await start('return;').invoke()).toBeNull();
  });

  it('has the environment of the template, of Lambda and of the emulators, and nothing of the host', async () => {
    process.env.OF_THE_HOST = 'must not be seen';
    const { invoke, name } = start('return process.env;');
    const environment = (await invoke()) as Record<string, string>;
    delete process.env.OF_THE_HOST;
    expect(environment).toMatchObject({
      FROM_TEMPLATE: 'yes',
      AWS_ENDPOINT_URL_SNS: 'http://127.0.0.1:1',
      AWS_LAMBDA_FUNCTION_NAME: name,
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
      AWS_REGION: 'eu-west-1',
      LAMBDA_TASK_ROOT: join(assembly, name),
    });
    expect(Object.keys(environment).filter((key) => /HOME|PATH|OF_THE_HOST|VITEST/.test(key))).toEqual([]);
  });

  it("has Lambda's context", async () => {
    const { invoke, name } = start('return { ...context, left: context.getRemainingTimeInMillis() };', {
      timeoutSeconds: 7,
    });
    const context = (await invoke()) as Record<string, unknown>;
    expect(context).toMatchObject({ functionName: name, memoryLimitInMB: '128', functionVersion: '$LATEST' });
    expect(context.awsRequestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(context.left).toBeGreaterThan(5000);
    expect(context.left).toBeLessThanOrEqual(7000);
  });

  it('stays loaded from one invocation to the next', async () => {
    const { invoke } = start('count += 1; return count;', {}, 'let count = 0;');
    expect([await invoke(), await invoke(), await invoke()]).toEqual([1, 2, 3]);
  });

  it('fails with what it threw, and goes on', async () => {
    const { invoke, lines } = start('if (event.bad) throw new RangeError("too far"); return "well";');
    const error = await failure(invoke({ bad: true }));
    expect(error).toMatchObject({ name: 'FunctionError', errorType: 'RangeError', message: 'too far' });
    expect(error?.trace.join('\n')).toContain('index.js');
    expect(JSON.parse(lines[0]?.slice('room: '.length) ?? '')).toMatchObject({
      level: 'ERROR',
      errorMessage: 'too far',
    });
    expect(await invoke()).toBe('well');
  });

  it('is stopped at its timeout, and started anew', async () => {
    const { invoke } = start(
      'count += 1; if (event.spin) while (true); if (event.hang) await new Promise(() => {}); return count;',
      { timeoutSeconds: 0.3 },
      'let count = 0;',
      1,
    );
    expect(await invoke()).toBe(1);
    expect(await failure(invoke({ hang: true }))).toMatchObject({
      errorType: 'Sandbox.Timedout',
      message: 'Task timed out after 0.30 seconds',
    });
    // The next two were waiting while the worker was being stopped, and must not be told of its end.
    const after = await Promise.all([failure(invoke({ spin: true })), invoke(), invoke()]);
    expect(after).toMatchObject([{ errorType: 'Sandbox.Timedout' }, 1, 2]);
  });

  it.each([
    ['ends its process', 'process.exit(3)', /^Runtime\.ExitError$/, /exit status 3/],
    [
      'throws where nobody waits',
      'setImmediate(() => { throw new TypeError("lost"); }); await new Promise(() => {})',
      /^Runtime\.TypeError$/,
      /lost/,
    ],
    [
      'leaves a rejection alone',
      'Promise.reject(new Error("alone")); await new Promise(() => {})',
      /^Runtime\.Error$/,
      /alone/,
    ],
    [
      'takes too much memory',
      'const held = []; while (true) held.push(new Array(1e5).fill({ x: 1 }))',
      /^Runtime\.OutOfMemory$/,
      /memory/,
    ],
  ])('fails when it %s, and is started anew', async (_what, crash, errorType, message) => {
    const { invoke } = start(`if (event.crash) { ${crash}; } return 'well';`);
    const error = await failure(invoke({ crash: true }));
    expect(error?.errorType).toMatch(errorType);
    expect(error?.message).toMatch(message);
    expect(await invoke()).toBe('well');
  });

  it('fails each invocation when its bundle cannot be loaded', async () => {
    const { invoke } = start('return 1;', {}, "throw new Error('broken bundle');");
    expect(await failure(invoke())).toMatchObject({ message: 'broken bundle' });
    expect(await failure(invoke())).toMatchObject({ message: 'broken bundle' });
    expect(await failure(start('return 1;', { handler: 'index.other' }).invoke())).toMatchObject({
      message: 'index.other is undefined or not exported',
    });
  });

  it('runs as many at once as it may, and the others after them', async () => {
    const { invoke } = start(
      'now += 1; const seen = now; await new Promise((r) => setTimeout(r, 60)); now -= 1; return [seen, process.pid];',
      {},
      'let now = 0;',
      2,
    );
    await invoke();
    const started = performance.now();
    const results = (await Promise.all([1, 2, 3, 4].map(() => invoke()))) as number[][];
    // One at a time in each worker; two workers, so two rounds.
    expect(results.map(([seen]) => seen)).toEqual([1, 1, 1, 1]);
    expect(performance.now() - started).toBeGreaterThan(110);
  });

  it("refuses what is over Lambda's six megabytes", async () => {
    const { invoke } = start("return event.long ? 'x'.repeat(7e6) : event.text.length;");
    expect(await failure(invoke({ text: 'x'.repeat(7e6) }))).toMatchObject({ errorType: 'RequestEntityTooLarge' });
    expect(await failure(invoke({ long: true }))).toMatchObject({ errorType: 'Function.ResponseSizeTooLarge' });
  });

  it('is let end when the stack stops, and then takes nothing more', async () => {
    const { invoke, functions } = start('await new Promise((r) => setTimeout(r, 150)); return "done";');
    await functions.warm();
    const last = invoke();
    await functions.stop(5000);
    expect(await last).toBe('done');
    expect(await failure(invoke())).toMatchObject({ errorType: 'Local.Stopping' });
  });

  it('is stopped when it does not end', async () => {
    const { invoke, functions } = start('await new Promise(() => {});');
    await functions.warm();
    const never = [failure(invoke()), failure(invoke()), failure(invoke())];
    await new Promise((resume) => setTimeout(resume, 50));
    await functions.stop(100);
    const errors = await Promise.all(never);
    expect(errors.every((error) => error !== undefined)).toBe(true);
  });
});

describe('the logs of the functions', () => {
  it('go into a file for each, which begins anew at ten megabytes', async () => {
    const logs = join(assembly, 'logs');
    writeBundle(join(assembly, 'Logged'), "console.log('one'); console.error('two'); return 1;");
    const start = () =>
      startFunctions({
        functions: [
          {
            logicalId: 'Logged',
            name: 'Logged',
            room: 'tag',
            arn: 'arn',
            handler: 'index.handler',
            asset: 'Logged',
            memoryMb: 128,
            timeoutSeconds: 5,
            environment: {},
            logGroup: 'tag',
          },
        ],
        assembly,
        environment: {},
        logs,
      });
    const file = join(logs, 'tag.log');
    const first = start();
    await first.invoke('tag', {});
    await until(() => existsSync(file) && /one\ntwo|two\none/.test(readFileSync(file, 'utf8')));
    await first.stop(0);

    writeFileSync(file, 'x'.repeat(11 * 1024 * 1024));
    const second = start();
    await second.invoke('tag', {});
    await until(() => existsSync(join(logs, 'tag.1.log')));
    await second.stop(0);
    expect(statSync(join(logs, 'tag.1.log')).size).toBe(11 * 1024 * 1024);
    expect(statSync(file).size).toBeLessThan(100);
  });
});
