import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { begin, bellwire } from './cli-process.ts';

/** None of these gets as far as starting a wire. */
const folder = mkdtempSync(join(tmpdir(), 'bellwire-flags-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a command line that cannot be read ends with 2 and names what is near', () => {
  test.each([
    [['start', '--onse'], /Did you mean --once\?/],
    [['start', '--jsn'], /Did you mean --json\?/],
    [['sends', '--artcle', 'x'], /Did you mean --article\?/],
    [['start', '--zzzzzz'], /There are: .*--once, --port/],
    [['strat'], /Did you mean start\?/],
    [['qqqqqq'], /There are: start, send,/],
    [['tag', 'ad'], /Did you mean add\?/],
    [['start', '--port', '99999'], /whole number from 0 to 65535/],
    [['start', '--port', 'x'], /whole number from 0 to 65535/],
    [['subscribe', 'ana@example.org'], /--watch <tag-or-query>/],
    [['why', 'x'], /argument 'subscriber'/],
    [['query', 'chek', 'china'], /Did you mean check\?/],
    [['query', 'try', 'china', '--last', 'week'], /such as 7d, 12h or 2w/],
    [['sends', '--stack', 'Bellwire', '--state', 'x'], /cannot be used with/],
  ])('%j', { concurrent: true, timeout: 60_000 }, async (args, said) => {
    const { code, out, err } = await bellwire(args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(said);
  });
});

test('with --json it is one object all the same', async () => {
  const { code, err, json } = await bellwire(['sends', '--limt', '3', '--json']);
  expect(code).toBe(2);
  expect(json()).toEqual({ error: "unknown option '--limt'\n(Did you mean --limit?)" });
  expect(err).toContain('Did you mean --limit?');
});

test('Ctrl-C ends a run that waits for standard input', { timeout: 60_000 }, async () => {
  const state = join(folder, 'never');
  const { child, ended } = begin(['start', '-', '--state', state], { input: null });
  // Long enough for it to wait; earlier, the signal ends it as well.
  await new Promise((resume) => setTimeout(resume, 3000));
  child.kill('SIGINT');
  await ended;
  expect(child.signalCode).toBe('SIGINT');
  expect(existsSync(state)).toBe(false);
});

describe('a query, without a wire', () => {
  const state = ['--state', join(folder, 'no-wire')];
  const sample = join(import.meta.dirname, '..', '..', 'samples', 'china-cyber.txt');
  afterAll(() => expect(existsSync(join(folder, 'no-wire'))).toBe(false));

  test('is checked: words of one that is not quoted are joined, faults end with 1', async () => {
    const good = await bellwire(['query', 'check', 'china', 'beijing', ...state]);
    expect(good).toMatchObject({ code: 0, err: '' });
    expect(good.out).toBe('it can be read\n\nits canonical form, which means the same:\n  beijing china\n');
    const bad = await bellwire(['query', 'check', 'china (river OR', ...state]);
    expect([bad.code, bad.err]).toEqual([1, '']);
    expect(bad.out).toMatch(/^it cannot be read: 2 faults\n\n {2}china \(river OR\n {8}\^\n/);
    const json = await bellwire(['query', 'check', '--json', ...state, '--', '-shop']);
    expect([json.code, json.json()]).toEqual([
      1,
      {
        ok: false,
        query: '-shop',
        errors: [expect.objectContaining({ at: expect.any(Number), message: expect.any(String) })],
      },
    ]);
  });

  test('is tried on files; what is no file is named', async () => {
    const { code, out, err } = await bellwire(['query', 'try', 'china', sample, 'beijing', ...state]);
    expect(code).toBe(1);
    expect(out).toMatch(/«China»\n {4}.*«China»/);
    expect(out).toMatch(/^met 1 of 1 article$/m);
    expect(err).toMatch(/beijing: there is no such file\n.*stands in quotes/);
  });

  test('is explained beside a file', async () => {
    const { code, json } = await bellwire(['query', 'explain', 'china sabotage', sample, '--json', ...state]);
    expect(code).toBe(0);
    expect(json()).toMatchObject({
      query: 'china sabotage',
      articles: [{ met: false, nearestMiss: { missing: [{ clause: 'sabotage' }] } }],
    });
    const none = await bellwire(['query', 'explain', 'china', 'nothing.txt', ...state]);
    expect([none.code, none.err]).toEqual([1, expect.stringMatching(/nothing.txt: there is no such file/)]);
  });

  test('that cannot be read is told before anything is started', async () => {
    const { code, json } = await bellwire(['query', 'try', 'china AND', '--json', ...state]);
    expect([code, json()]).toEqual([
      1,
      { error: expect.stringContaining('cannot be read'), errors: [expect.anything()] },
    ]);
  });
});

test('an old Node is told what is needed', async () => {
  const old = 'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.1.0" } })';
  const { code, err } = await bellwire(['start'], { flags: ['--import', `data:text/javascript,${old}`] });
  expect(code).toBe(1);
  expect(err).toMatch(/needs Node 22\.18 or later, and this is Node 20\.1\.0.*npm ci/);
});

test('a state of a newer version is not touched', async () => {
  const state = join(folder, 'newer');
  mkdirSync(state);
  writeFileSync(join(state, 'version.json'), '{"version":999}');
  const { code, json, err } = await bellwire(['start', '--once', '--json', '--state', state]);
  expect(code).toBe(1);
  expect(json()).toEqual({
    articles: [],
    sends: [],
    errors: [{ input: state, reason: expect.stringContaining('version 999') }],
  });
  expect(err).toContain('version 999');
  expect(readdirSync(state)).toEqual(['version.json']);
});

test('a stack in AWS cannot be reached without credentials, and nothing is made here', async () => {
  const { code, err, json } = await bellwire(['sends', '--stack', 'Bellwire', '--json'], {
    // No request leaves this machine for want of credentials: neither files nor the instance's own are asked.
    flags: [
      '--import',
      `data:text/javascript,Object.assign(process.env, { AWS_REGION: 'eu-west-1', AWS_EC2_METADATA_DISABLED: 'true', AWS_SHARED_CREDENTIALS_FILE: '/nowhere', AWS_CONFIG_FILE: '/nowhere' })`,
    ],
  });
  expect(code).toBe(1);
  expect(err).toMatch(/--stack Bellwire needs AWS credentials/);
  expect(json()).toEqual({ error: expect.stringContaining('AWS credentials') });
  expect(existsSync(join(folder, '.bellwire'))).toBe(false);
});
