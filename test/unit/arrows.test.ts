import { globSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';

/** What each folder may import of ours. Arrows point one way: bin, local, lib → lambdas → aws → core. */
const MAY_IMPORT: Record<string, string[]> = {
  core: ['core'],
  aws: ['aws', 'core'],
  site: ['site', 'core'],
  lambdas: ['lambdas', 'aws', 'core', 'site'],
  lib: ['lib', 'aws'],
  local: ['local', 'lib', 'lambdas', 'aws', 'core', 'site'],
  bin: ['bin', 'local', 'lib', 'lambdas', 'aws', 'core', 'site'],
};

/** What core may use of Node: computing, never the network, files, the clock or the environment. */
const PURE = new Set(['node:crypto', 'node:url', 'node:util', 'node:buffer', 'node:zlib']);
const IMPURE = [
  /\bprocess\./,
  /\bDate\.now\(/,
  /\bnew Date\(\)/,
  /\bfetch\(/,
  /\bMath\.random\b/,
  /\bsetTimeout\b/,
  /\bperformance\./,
];

/** Every file of a folder with what it imports. */
function importsOf(folder: string): { file: string; from: string }[] {
  return globSync(`${folder}/**/*.{ts,mjs}`).flatMap((file) => {
    const source = readFileSync(file, 'utf8');
    const found = source.matchAll(
      /^\s*(?:import|export)\b[^'";]*?\bfrom\s*['"]([^'"]+)['"]|^\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm,
    );
    return [...found].map((match) => ({ file, from: (match[1] ?? match[2] ?? match[3]) as string }));
  });
}

test.each(Object.keys(MAY_IMPORT))('%s imports only what it may', (folder) => {
  const imports = importsOf(folder);
  const wrong = imports.filter(({ file, from }) => {
    if (!from.startsWith('.') || from.endsWith('/package.json')) return false;
    const [target] = normalize(join(dirname(file), from)).split(/[\\/]/);
    return !MAY_IMPORT[folder]?.includes(target as string);
  });
  expect(imports.length).toBeGreaterThan(0);
  expect(wrong).toEqual([]);
});

test('core is pure: no AWS, no network, no files, no clock, no environment', () => {
  const node = new Set(builtinModules.flatMap((name) => [name, `node:${name}`]));
  const wrong = importsOf('core').filter(
    ({ from }) => from.startsWith('@aws-sdk') || (node.has(from) && !PURE.has(from)),
  );
  expect(wrong).toEqual([]);

  const impure = globSync('core/**/*.ts').flatMap((file) => {
    const code = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
    return IMPURE.filter((pattern) => pattern.test(code)).map((pattern) => `${file}: ${pattern}`);
  });
  expect(impure).toEqual([]);
});

test('no room is a place for what has no home', () => {
  const named = globSync('{core,aws,lambdas,lib,local,bin,site,test,bench}/**/*').filter((path) =>
    /(^|[\\/])(utils?|helpers?|common|shared|misc|manager)(\.|[\\/]|$)/i.test(path),
  );
  expect(named).toEqual([]);
});
