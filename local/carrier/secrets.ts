import { createHash } from 'node:crypto';

/** An answer of Secrets Manager that is an error, as JSON 1.1 names it. */
export class SecretError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.name = 'SecretError';
    this.code = code;
    this.status = status;
  }
}

interface Secret {
  arn: string;
  name: string;
  value: string;
  versionId: string;
  createdAt: Date;
}

/** What Secrets Manager puts behind a secret's name in its ARN: a hyphen and six characters. */
const suffix = /-[A-Za-z0-9]{6}$/;

/** Secrets by ARN or name. They are in memory only: whoever starts the carrier hands them in, and keeps them. */
export class Secrets {
  readonly #secrets = new Map<string, Secret>();
  readonly #arnPrefix: string;
  readonly #now: () => Date;

  constructor(secrets: Record<string, string>, of: { account: string; region: string; now: () => Date }) {
    this.#arnPrefix = `arn:aws:secretsmanager:${of.region}:${of.account}:secret:`;
    this.#now = of.now;
    for (const [key, value] of Object.entries(secrets)) this.#add(key, value);
  }

  /** `key` is an ARN or a name; a name gets an ARN of its own, the same each time. */
  #add(key: string, value: string): void {
    const isArn = key.startsWith('arn:');
    const name = isArn ? key.split(':').slice(6).join(':').replace(suffix, '') : key;
    const arn = isArn ? key : `${this.#arnPrefix}${key}-${digest(key).slice(0, 6)}`;
    const versionId = digest(`${arn}\n${value}`).slice(0, 32);
    this.#secrets.set(arn, { arn, name, value, versionId, createdAt: this.#now() });
  }

  /** GetSecretValue's answer. Throws ResourceNotFoundException. */
  get(params: Record<string, string>): Record<string, unknown> {
    const id = params.SecretId ?? '';
    if (id === '') throw new SecretError('InvalidParameterException', 'SecretId is missing');
    const secret =
      this.#secrets.get(id) ??
      [...this.#secrets.values()].find(({ arn, name }) => name === id || arn.replace(suffix, '') === id);
    if (!secret) throw new SecretError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
    if (
      (params.VersionStage ?? 'AWSCURRENT') !== 'AWSCURRENT' ||
      (params.VersionId ?? secret.versionId) !== secret.versionId
    ) {
      throw new SecretError('ResourceNotFoundException', "Secrets Manager can't find the specified secret value.");
    }
    return {
      ARN: secret.arn,
      Name: secret.name,
      VersionId: secret.versionId,
      SecretString: secret.value,
      VersionStages: ['AWSCURRENT'],
      CreatedDate: secret.createdAt.getTime() / 1000,
    };
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
