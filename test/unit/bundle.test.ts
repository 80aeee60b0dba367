import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bundle, bundleLambdas, lambdaNames } from '../../lib/bundle.ts';

const root = join(import.meta.dirname, '..', '..');
// Inside the repository: from elsewhere a handler would not find the packages that it imports.
mkdirSync(join(root, 'dist'), { recursive: true });
const scratch = mkdtempSync(join(root, 'dist', 'bundle-test-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Handlers with what is hard to bundle: the SDK, a package that asks for `canvas`, TypeScript, and an error to trace. */
const from = join(scratch, 'lambdas');
function writeHandlers(folder: string): void {
  for (const name of lambdaNames) {
    mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(
      join(folder, name, 'handler.ts'),
      `import { SNSClient } from '@aws-sdk/client-sns';
import { parseHTML } from 'linkedom';

interface Event { fail?: boolean }

function failOnPurpose(): never {
  throw new Error('on purpose');
}

export const handler = async (event: Event) => {
  if (event.fail) failOnPurpose();
  const client = new SNSClient({ region: 'eu-west-1' });
  return ['${name}', client.config.serviceId, parseHTML('<p>a <b>word</b></p>').document.querySelector('b')?.textContent];
};
`,
    );
  }
}

function filesOf(folder: string): Record<string, string> {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    paths.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [relative(folder, path), createHash('sha256').update(readFileSync(path)).digest('hex')];
    }),
  );
}

describe('bundleLambdas', () => {
  const outdir = join(scratch, 'out');
  let bundles: Bundle[];
  beforeAll(async () => {
    writeHandlers(from);
    bundles = await bundleLambdas({ from, outdir });
  });

  it('writes for each function a bundle, its map, and what makes Node read it as CommonJS; nothing else', () => {
    expect(Object.keys(filesOf(outdir)).sort()).toEqual(
      lambdaNames
        .flatMap((name) => ['index.js', 'index.js.map', 'package.json'].map((file) => join(name, file)))
        .sort(),
    );
  });

  it('tells the size of each', () => {
    expect(bundles.map(({ name }) => name)).toEqual([...lambdaNames]);
    for (const { name, bytes } of bundles) expect(bytes).toBe(statSync(join(outdir, name, 'index.js')).size);
  });

  it.each(lambdaNames)('%s runs where there is nothing beside it: the SDK is inside', (name) => {
    const alone = mkdtempSync(join(tmpdir(), 'bellwire-bundle-'));
    cpSync(join(outdir, name), alone, { recursive: true });
    const script = "require('./index.js').handler({}).then((answer) => console.log(JSON.stringify(answer)))";
    const run = spawnSync(process.execPath, ['-e', script], { cwd: alone, encoding: 'utf8' });
    rmSync(alone, { recursive: true });
    expect([run.stdout.trim(), run.stderr]).toEqual([JSON.stringify([name, 'SNS', 'word']), '']);
  });

  it('lets a stack trace name the line of the source, and holds no path of this machine', () => {
    const run = spawnSync(
      process.execPath,
      [
        '--enable-source-maps',
        '-e',
        "require('./index.js').handler({ fail: true }).catch((e) => console.log(e.stack))",
      ],
      { cwd: join(outdir, 'tag'), encoding: 'utf8' },
    );
    expect(run.stdout).toMatch(/failOnPurpose \(.*handler\.ts:7:9\)/);
    expect(readFileSync(join(outdir, 'tag', 'index.js.map'), 'utf8')).not.toContain(root);
    expect(readFileSync(join(outdir, 'tag', 'index.js'), 'utf8')).not.toContain(root);
  });

  it('gives the same bytes again, and touches nothing that would stay the same', async () => {
    const before = filesOf(outdir);
    const { mtimeMs, ino } = statSync(join(outdir, 'alert', 'index.js'));
    expect(await bundleLambdas({ from, outdir })).toEqual(bundles);
    expect(filesOf(outdir)).toEqual(before);
    const after = statSync(join(outdir, 'alert', 'index.js'));
    expect([after.mtimeMs, after.ino]).toEqual([mtimeMs, ino]);
  });

  it('replaces what has changed, and leaves no half-written file', async () => {
    writeFileSync(join(outdir, 'alert', 'index.js'), 'stale');
    await bundleLambdas({ from, outdir });
    expect(statSync(join(outdir, 'alert', 'index.js')).size).toBe(bundles.find(({ name }) => name === 'alert')?.bytes);
    expect(readdirSync(join(outdir, 'alert'))).toHaveLength(3);
  });

  it('names the file, line and column of what does not bundle, and writes nothing', async () => {
    const broken = join(scratch, 'broken');
    writeHandlers(broken);
    writeFileSync(join(broken, 'tag', 'handler.ts'), 'export const handler = \n  async ( => 1;\n');
    const nowhere = join(scratch, 'nowhere');
    await expect(bundleLambdas({ from: broken, outdir: nowhere })).rejects.toThrow(/tag\/handler\.ts:2:10/);
    expect(existsSync(nowhere)).toBe(false);
  });
});

describe("Bellwire's own handlers", () => {
  const all = lambdaNames.every((name) => existsSync(join(root, 'lambdas', name, 'handler.ts')));

  it.runIf(all)('bundle, each below a megabyte and a half, and each gives Lambda its handler', async () => {
    const outdir = join(scratch, 'own');
    for (const { name, bytes } of await bundleLambdas({ outdir })) {
      // A cold start reads it all; a bundle that has doubled has taken in something it should not.
      expect(bytes, name).toBeLessThan(1_500_000);
      expect(createRequire(join(outdir, name, 'x.js'))('./index.js').handler, name).toBeTypeOf('function');
    }
  });
});
