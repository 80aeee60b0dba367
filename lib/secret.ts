import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { Settings } from './settings.ts';

/** What the rooms need of it. */
export type WireSecret = Pick<ISecret, 'secretArn' | 'grantRead'>;

/**
 * The one secret, as JSON: `signingKey` signs the links in alerts; `apiToken` is the bearer token of `POST /articles`, and
 * while it is empty the token is derived from the signing key (Secrets Manager makes one random value in a secret, and a
 * second secret would cost 0.40 USD a month).
 *
 * Kept when the stack goes, like the tables: with another key no link in an alert already sent would unsubscribe anybody.
 * CloudFormation cannot take a secret up again by its name, so the next stack is told of it: `-c secret=NAME`.
 */
export function wireSecret(scope: Construct, settings: Settings): WireSecret {
  if (settings.secret?.startsWith('arn:')) return Secret.fromSecretCompleteArn(scope, 'Secret', settings.secret);
  if (settings.secret) return Secret.fromSecretNameV2(scope, 'Secret', settings.secret);
  const secret = new Secret(scope, 'Secret', {
    // Not "-secret": a name that ends in a hyphen and six characters looks to Secrets Manager like the end of an ARN.
    secretName: `${settings.stack}-keys`,
    description: `Signing key and API token of ${settings.stack}`,
    generateSecretString: {
      secretStringTemplate: JSON.stringify({ apiToken: '' }),
      generateStringKey: 'signingKey',
      passwordLength: 64,
      excludePunctuation: true,
    },
    // Deleted only if the deploy that makes it fails: kept then, its name would stop the next try.
    removalPolicy: settings.keep ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY,
  });
  Validations.of(secret).acknowledge({
    id: 'AwsSolutions-SMG4',
    reason:
      'A rotated signing key would end every unsubscribe link in alerts already sent. The owner changes it by hand.',
  });
  return secret;
}
