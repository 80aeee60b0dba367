import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Construct } from 'constructs';
import { mayAskOptOuts, mayTextPhones, mayUseAnySubscription, mayUseSubscriberTopics } from './carrier.ts';
import type { Machines } from './machines.ts';
import type { Queues } from './queues.ts';
import { type House, Room } from './room.ts';
import type { WireSecret } from './secret.ts';
import type { Tables } from './tables.ts';

/** Claims, writes and publishes the alerts on `outgoing`, and records what became of each. */
export class Alert extends Room {
  constructor(
    scope: Construct,
    house: House,
    to: { tables: Tables; queues: Queues; machines: Machines; secret: WireSecret },
  ) {
    super(scope, 'Alert', house, {
      name: 'alert',
      memoryMiB: 512,
      description: 'Claims, writes and publishes alerts, and records what became of each',
    });
    this.reads(to.tables.articles);
    this.writes(to.tables.sends, to.tables.subscribers);
    this.sends(to.queues.outgoingDead);
    // Each alert ends with signed links.
    to.secret.grantRead(this.fn);
    this.allow(['sns:Publish'], to.machines.topic.topicArn);
    mayUseSubscriberTopics(this, house.settings, ['sns:Publish']);
    mayUseAnySubscription(this, ['sns:GetSubscriptionAttributes']);
    mayTextPhones(this);
    mayAskOptOuts(this);
    this.fn.addEventSource(
      new SqsEventSource(to.queues.outgoing, {
        // No window: an alert that waits for nine others is late. Its permission has ChangeMessageVisibility, for backing off.
        batchSize: 10,
        maxConcurrency: house.settings.alertConcurrency,
        reportBatchItemFailures: true,
      }),
    );
  }
}
