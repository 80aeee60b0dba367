import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { lambdaNames } from '../../lib/bundle.ts';

/** A folder of its own that is gone after the tests of the file. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bellwire-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Bundles in place of the real ones: each function's body by its room; one that is not named answers with its room. */
export function writeBundles(folder: string, bodies: Record<string, string> = {}): string {
  for (const room of lambdaNames) writeBundle(join(folder, room), bodies[room] ?? `return { room: '${room}' };`);
  return folder;
}

/** One bundle: `body` is the body of `async (event, context) => { … }`. */
export function writeBundle(folder: string, body: string, before = ''): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"type":"commonjs"}\n');
  writeFileSync(join(folder, 'index.js'), `${before}\nexports.handler = async (event, context) => {\n${body}\n};\n`);
  return folder;
}

/** Waits until `found` gives something; throws after `seconds`. */
export async function until<T>(found: () => T | undefined | false | Promise<T | undefined | false>, seconds = 8) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const value = await found();
    if (value) return value;
    if (Date.now() > end) throw new Error(`not within ${seconds} seconds: ${found}`);
    await new Promise((resume) => setTimeout(resume, 20));
  }
}
