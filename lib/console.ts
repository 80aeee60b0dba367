import type { Construct } from 'constructs';
import { mayAskOptOuts, mayTextPhones, mayUseAnySubscription, mayUseSubscriberTopics } from './carrier.ts';
import type { Queues } from './queues.ts';
import { type House, Room } from './room.ts';
import type { WireSecret } from './secret.ts';
import type { Tables } from './tables.ts';

/** Answers the HTTP API: the door for articles, signing up, changing and leaving. */
export class Console extends Room {
  constructor(scope: Construct, house: House, to: { tables: Tables; queues: Queues; secret: WireSecret }) {
    super(scope, 'Console', house, {
      name: 'console',
      memoryMiB: 1024,
      description: 'Answers the HTTP API: articles in, signing up, changing and leaving',
    });
    this.reads(to.tables.tags);
    this.writes(to.tables.articles, to.tables.queries, to.tables.watches, to.tables.subscribers, to.tables.limits);
    this.sends(to.queues.incoming, to.queues.changes);
    to.secret.grantRead(this.fn);
    mayUseSubscriberTopics(this, house.settings, [
      'sns:CreateTopic',
      'sns:DeleteTopic',
      'sns:Subscribe',
      'sns:ConfirmSubscription',
    ]);
    mayUseAnySubscription(this, ['sns:Unsubscribe', 'sns:GetSubscriptionAttributes']);
    // The six-digit code of a sign-up by SMS, which a number on the opt-out list would never get.
    mayTextPhones(this);
    mayAskOptOuts(this);
  }
}
