import { createRequire } from 'node:module';
import { join } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import flags from 'aws-cdk-lib/recommended-feature-flags.json' with { type: 'json' };
import { readSettings } from './settings.ts';
import { BellwireStack } from './stack.ts';

export interface AppOptions {
  /** Where the cloud assembly is written. Default: where the CDK's command line says, else a new temporary folder. */
  outdir?: string;
  /** The folder that {@link bundleLambdas} filled. Default `dist/lambdas` of this repository. */
  bundles?: string;
  /** CloudFormation's own schema checks at synth: two seconds and 250 MB. Default on, off with `CDK_VALIDATION=false`. */
  validation?: boolean;
  /** cdk-nag's AwsSolutions rules: a finding makes `app.synth()` throw. Default off, on with `-c nag=true`. */
  nag?: boolean;
  /** Settings, as `-c NAME=VALUE` would give them (lib/settings.ts). */
  context?: Record<string, string>;
}

/**
 * Describes the whole stack, without writing or calling anything: `app.synth()` writes it. The same code serves the CDK's
 * command line, the local runner and the tests, and gives each the same template.
 *
 * @example
 * await bundleLambdas();
 * const { app, stack } = createApp({ outdir: '.bellwire/cdk.out', validation: false });
 * const template = app.synth().getStackByName(stack.stackName).template;
 *
 * @throws on a setting that cannot be read, or a bundle that is not there.
 */
export function createApp(options: AppOptions = {}): { app: App; stack: BellwireStack } {
  const app = new App({
    ...(options.outdir !== undefined && { outdir: options.outdir }),
    builtinCloudFormationValidation: options.validation ?? true,
    // Adds a resource that reports to AWS which constructs are used, and only through the command line: another template.
    analyticsReporting: false,
    context: {
      // In cdk.json the flags would hold for the command line alone. The library's version is pinned, and so are they.
      ...flags,
      // What the command line sets by itself; without the first, no `aws:asset:path` says which bundle is whose.
      'aws:cdk:enable-asset-metadata': true,
      'aws:cdk:enable-path-metadata': true,
      ...options.context,
    },
  });
  const settings = readSettings(app.node);
  const bundles = options.bundles ?? join(import.meta.dirname, '..', 'dist', 'lambdas');
  const stack = new BellwireStack(app, settings, bundles);
  if (options.nag || settings.nag) {
    // Only here: it is for development, and takes time to load that `npm start` would wait for.
    const { AwsSolutionsChecks } = createRequire(import.meta.url)('cdk-nag') as typeof import('cdk-nag');
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app, { verbose: true }));
  }
  return { app, stack };
}
