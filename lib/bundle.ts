import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { build } from 'esbuild';

/** The functions of the flow; each is `lambdas/NAME/handler.ts` and becomes `NAME/index.js`. */
export const lambdaNames = ['console', 'tag', 'alert', 'recover', 'compile'] as const;
export type LambdaName = (typeof lambdaNames)[number];

export interface Bundle {
  name: LambdaName;
  /** Of `index.js`, without its source map. */
  bytes: number;
}

const root = join(import.meta.dirname, '..');

/**
 * Bundles all handlers by one call of esbuild: one after another they took four times as long.
 *
 * CommonJS, minified, the SDK inside (its client for SNS and DynamoDB starts in 41 ms this way, in 55 ms as ESM), and a
 * linked source map, which is what `--enable-source-maps` reads. The same sources give the same bytes, so that a deploy
 * without a change changes nothing. Files are replaced one by one and only where they differ: a wire that is running from
 * this folder meets no gap.
 *
 * @param options.outdir where to; default `dist/lambdas` of this repository.
 * @param options.from the folder of the handlers; default `lambdas` of this repository.
 * @throws with esbuild's message, which names file, line and column.
 */
export async function bundleLambdas(options: { outdir?: string; from?: string } = {}): Promise<Bundle[]> {
  const outdir = options.outdir ?? join(root, 'dist', 'lambdas');
  const from = options.from ?? join(root, 'lambdas');
  const result = await build({
    absWorkingDir: root,
    entryPoints: Object.fromEntries(lambdaNames.map((name) => [`${name}/index`, join(from, name, 'handler.ts')])),
    outdir,
    write: false,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    mainFields: ['module', 'main'],
    // linkedom asks for it inside a try and does without: never in the bundle, whatever the machine has installed.
    external: ['canvas'],
    sourcemap: 'linked',
    // A stack trace needs names and lines, not the text: the map is a third as large.
    sourcesContent: false,
    logLevel: 'silent',
  });
  const files = new Map(result.outputFiles.map((file) => [file.path, file.contents]));
  for (const name of lambdaNames) {
    // The repository is "type": "module": without this, Node reads the bundle as ESM and `module` is not defined.
    files.set(join(outdir, name, 'package.json'), Buffer.from('{"type":"commonjs"}\n'));
  }
  for (const [path, contents] of files) await replace(path, contents);
  return lambdaNames.map((name) => ({ name, bytes: sizeOf(files, join(outdir, name, 'index.js')) }));
}

function sizeOf(files: Map<string, Uint8Array>, path: string): number {
  const contents = files.get(path);
  if (!contents) throw new Error(`esbuild gave no ${relative(root, path)}`);
  return contents.byteLength;
}

async function replace(path: string, contents: Uint8Array): Promise<void> {
  const before = await readFile(path).catch(() => undefined);
  if (before && Buffer.compare(before, contents) === 0) return;
  await mkdir(dirname(path), { recursive: true });
  const beside = `${path}.${process.pid}`;
  await writeFile(beside, contents);
  await rename(beside, path);
}
