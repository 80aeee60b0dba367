import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../lib/app.ts';
import { lambdaNames } from '../lib/bundle.ts';
import type { Template } from '../local/template.ts';

/**
 * The stack's template, synthesised as `npm start` does, but over empty bundles: for tests that make its tables, queues and
 * topics and call the handlers themselves.
 */
export function synthesise(): Template {
  const folder = mkdtempSync(join(tmpdir(), 'bellwire-template-'));
  try {
    for (const name of lambdaNames) {
      mkdirSync(join(folder, 'bundles', name), { recursive: true });
      writeFileSync(join(folder, 'bundles', name, 'index.js'), '');
    }
    const { app, stack } = createApp({
      outdir: join(folder, 'cdk.out'),
      bundles: join(folder, 'bundles'),
      validation: false,
    });
    return app.synth().getStackByName(stack.stackName).template as Template;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
