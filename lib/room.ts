import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as Lambda, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { LambdaName } from './bundle.ts';
import { timeouts } from './queues.ts';
import type { Settings } from './settings.ts';
import type { WireTable } from './tables.ts';

/** What every room is made from. */
export interface House {
  settings: Settings;
  /** The folder of the bundles. */
  bundles: string;
  /** The JSON of `WIRE` (aws/resources.ts). */
  wire: string;
}

/**
 * One Lambda of the flow, with a log group and a role of its own. The role may do nothing but write that log until the room
 * says what else it needs, statement by statement.
 */
export class Room extends Construct {
  readonly fn: Lambda;
  private readonly role: Role;

  constructor(
    scope: Construct,
    id: string,
    house: House,
    props: { name: LambdaName; memoryMiB: number; description: string },
  ) {
    super(scope, id);
    const bundle = join(house.bundles, props.name);
    if (!existsSync(join(bundle, 'index.js'))) {
      throw new Error(`there is no bundle of ${props.name} in ${house.bundles}: call bundleLambdas() first`);
    }
    const log = new LogGroup(this, 'Log', {
      logGroupName: `/bellwire/${house.settings.stack}/${props.name}`,
      retention: RetentionDays.ONE_MONTH,
      // The record of who was told is in the tables; a log is for the days after.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    // Instead of AWSLambdaBasicExecutionRole, which may make and write any log group of the account.
    log.grantWrite(this.role);
    this.fn = new Lambda(this, 'Function', {
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: Code.fromAsset(bundle),
      memorySize: props.memoryMiB,
      timeout: Duration.seconds(timeouts[props.name]),
      role: this.role,
      logGroup: log,
      environment: { WIRE: house.wire, NODE_OPTIONS: '--enable-source-maps' },
    });
  }

  /** Lets the room do `actions` on `resources`. */
  allow(actions: string[], ...resources: string[]): void {
    this.role.addToPolicy(new PolicyStatement({ actions, resources }));
  }

  /** The same, by a statement of any form; `findings` are cdk-nag's names for the wildcards in it, each with its reason. */
  allowWidely(statement: PolicyStatement, findings: Record<string, string>): void {
    this.role.addToPolicy(statement);
    for (const [finding, reason] of Object.entries(findings)) {
      Validations.of(this.role).acknowledge({ id: `AwsSolutions-IAM5[Resource::${finding}]`, reason });
    }
  }

  reads(...tables: WireTable[]): void {
    for (const table of tables) {
      this.allow(['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query', 'dynamodb:Scan'], ...table.arns);
    }
  }

  /** Reads and writes. */
  writes(...tables: WireTable[]): void {
    this.reads(...tables);
    for (const table of tables) {
      this.allow(
        ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'dynamodb:BatchWriteItem'],
        table.tableArn,
      );
    }
  }

  /** Puts messages on the queues (SendMessageBatch goes under the same permission). */
  sends(...queues: IQueue[]): void {
    for (const queue of queues) this.allow(['sqs:SendMessage'], queue.queueArn);
  }
}
