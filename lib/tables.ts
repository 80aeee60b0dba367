import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ProjectionType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import type { Settings } from './settings.ts';

type Keys = [partition: string] | [partition: string, sort: string];

/** A table of the wire: on demand, with point-in-time recovery, under a name that a later stack can take up again. */
export class WireTable extends Table {
  /** The table and each of its indexes, one by one: a role names these, not `index/*`. */
  readonly arns: string[];

  constructor(
    scope: Construct,
    id: string,
    props: { settings: Settings; keys: Keys; indexes?: Record<string, Keys>; expires?: string },
  ) {
    super(scope, id, {
      // docs/adr/0005: a kept table is found again by its name, and only if the template spells it out.
      tableName: `${props.settings.stack}-${id}`,
      ...attributes(props.keys),
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      removalPolicy: props.settings.keep ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      ...(props.expires !== undefined && { timeToLiveAttribute: props.expires }),
    });
    const indexes = Object.entries(props.indexes ?? {});
    for (const [indexName, keys] of indexes) {
      // Keys only: what is open or recent is then read whole by its key; an index that carried the item would double each write.
      this.addGlobalSecondaryIndex({ indexName, ...attributes(keys), projectionType: ProjectionType.KEYS_ONLY });
    }
    this.arns = [this.tableArn, ...indexes.map(([name]) => `${this.tableArn}/index/${name}`)];
  }
}

/** The record of the wire. Encrypted at rest under keys of DynamoDB's own, which cost nothing. */
export class Tables extends Construct {
  readonly articles: WireTable;
  readonly tags: WireTable;
  readonly queries: WireTable;
  readonly watches: WireTable;
  readonly subscribers: WireTable;
  readonly sends: WireTable;
  readonly limits: WireTable;

  constructor(scope: Construct, settings: Settings) {
    super(scope, 'Tables');
    this.articles = new WireTable(this, 'Articles', {
      settings,
      keys: ['id'],
      // `open` is sparse: an article leaves it when it is done.
      indexes: { open: ['open', 'acceptedAt'], recent: ['day', 'acceptedAt'] },
    });
    // `changed` is sparse: a tag or query leaves it when the compiled index has it.
    const changed = { changed: ['changed', 'version'] } satisfies Record<string, Keys>;
    this.tags = new WireTable(this, 'Tags', { settings, keys: ['name'], indexes: changed });
    this.queries = new WireTable(this, 'Queries', { settings, keys: ['name'], indexes: changed });
    this.watches = new WireTable(this, 'Watches', { settings, keys: ['tag', 'subscriber'] });
    this.subscribers = new WireTable(this, 'Subscribers', {
      settings,
      keys: ['id'],
      indexes: { open: ['open', 'updatedAt'] },
    });
    this.sends = new WireTable(this, 'Sends', {
      settings,
      keys: ['subscriber', 'send'],
      // `open` is sparse and in eight parts, so that a burst of claims does not meet one partition's 1,000 writes a second.
      indexes: { byArticle: ['article', 'createdAt'], recent: ['day', 'createdAt'], open: ['open', 'dueAt'] },
    });
    this.limits = new WireTable(this, 'Limits', { settings, keys: ['key'], expires: 'expiresAt' });
  }
}

function attributes([partition, sort]: Keys) {
  return {
    partitionKey: { name: partition, type: AttributeType.STRING },
    ...(sort !== undefined && { sortKey: { name: sort, type: AttributeType.STRING } }),
  };
}
