import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod/mini';
import { deriveApiToken } from '../core/subscriber/index.ts';

const schema = z.object({
  /** Signs the links in alerts; the codes sent by SMS are kept as HMACs under it. */
  signingKey: z.string().check(z.minLength(32)),
  /** Empty or absent: the token is derived from the signing key. */
  apiToken: z.optional(z.string()),
});

/** What must stay secret: the key that signs links, and the bearer token of the API. */
export interface Secret {
  signingKey: string;
  apiToken: string;
}

/** A secret may be changed by its owner; a warm function learns of it within this time. */
const KEPT_MS = 5 * 60_000;

/** Reads the stack's secret, and keeps it for five minutes. Throws where it cannot be read or is not as it should be. */
export function secretReader(client: SecretsManagerClient, secretId: string): (now: Date) => Promise<Secret> {
  let kept: { secret: Secret; until: number } | undefined;
  return async (now) => {
    if (kept && kept.until > now.getTime()) return kept.secret;
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
    const { signingKey, apiToken } = schema.parse(readJson(SecretString ?? '{}'));
    const secret = { signingKey, apiToken: apiToken || deriveApiToken(signingKey) };
    kept = { secret, until: now.getTime() + KEPT_MS };
    return secret;
  };
}

/** Not with JSON.parse's own error: that quotes what it could not read, and would carry the secret into a log. */
function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('the secret is not the JSON object { "signingKey", "apiToken" }');
  }
}
