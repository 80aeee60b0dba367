import { type App, CfnOutput, Stack } from 'aws-cdk-lib';
import type { Resources } from '../aws/resources.ts';
import { Alarms } from './alarms.ts';
import { Alert } from './alert.ts';
import { Api } from './api.ts';
import { Compile } from './compile.ts';
import { Console } from './console.ts';
import { IndexStore } from './index-store.ts';
import { Machines } from './machines.ts';
import { Queues } from './queues.ts';
import { Recover } from './recover.ts';
import type { House } from './room.ts';
import { wireSecret } from './secret.ts';
import type { Settings } from './settings.ts';
import { Tables } from './tables.ts';
import { Tag } from './tag.ts';

/**
 * The whole wire, for any account and region. What holds state comes first, then the address of the API, then the functions,
 * which know both; nothing points back.
 */
export class BellwireStack extends Stack {
  constructor(app: App, settings: Settings, bundles: string) {
    super(app, settings.stack, {
      description: 'Bellwire: articles in, one clear alert out, and a ledger that proves it',
    });
    const tables = new Tables(this, settings);
    const queues = new Queues(this, settings);
    const index = new IndexStore(this, settings);
    const machines = new Machines(this, settings);
    const secret = wireSecret(this, settings);
    const api = new Api(this, settings);

    const resources: Resources = {
      stack: settings.stack,
      articlesTable: tables.articles.tableName,
      tagsTable: tables.tags.tableName,
      queriesTable: tables.queries.tableName,
      watchesTable: tables.watches.tableName,
      subscribersTable: tables.subscribers.tableName,
      sendsTable: tables.sends.tableName,
      limitsTable: tables.limits.tableName,
      incomingQueue: queues.incoming.queueUrl,
      incomingDeadQueue: queues.incomingDead.queueUrl,
      outgoingQueue: queues.outgoing.queueUrl,
      outgoingDeadQueue: queues.outgoingDead.queueUrl,
      changesQueue: queues.changes.queueUrl,
      changesDeadQueue: queues.changesDead.queueUrl,
      indexBucket: index.bucket.bucketName,
      alertsTopic: machines.topic.topicArn,
      secret: secret.secretArn,
      publicUrl: settings.publicUrl ?? api.url,
      smsCountries: settings.smsCountries,
      smsMaxPrice: settings.smsMaxPrice,
      smsSenderId: settings.smsSenderId,
    };
    const house: House = { settings, bundles, wire: this.toJsonString(resources) };
    const console = new Console(this, house, { tables, queues, secret });
    new Tag(this, house, { tables, queues, index });
    new Compile(this, house, { tables, queues, index });
    const alert = new Alert(this, house, { tables, queues, machines, secret });
    const recover = new Recover(this, house, { tables, queues });
    api.answerWith(console.fn);
    new Alarms(this, settings, { queues, alert, recover });

    new CfnOutput(this, 'Wire', { value: house.wire, description: 'The names of everything above, for npx bellwire' });
    new CfnOutput(this, 'ApiUrl', {
      value: resources.publicUrl,
      description: 'Where articles and subscribers come in',
    });
  }
}
