/**
 * The CDK app: `npx cdk synth`, `npx cdk deploy`. It bundles the handlers (about a second), then describes the stack; the
 * CDK writes it out when this module ends. Settings come by `-c NAME=VALUE`, see lib/settings.ts.
 *
 * cdk-nag's rules run too where CI is set or with `-c nag=true`; an owner's deploy is not stopped by them.
 */
import { createApp } from '../lib/app.ts';
import { bundleLambdas } from '../lib/bundle.ts';

try {
  await bundleLambdas();
  createApp({ nag: Boolean(process.env.CI) });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  // Not exitCode: the CDK would still write out what there is of the stack when the event loop is empty.
  process.exit(1);
}
