import { Aws, Duration } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type { Construct } from 'constructs';
import { mayUseAnySubscription, mayUseSubscriberTopics } from './carrier.ts';
import type { Queues } from './queues.ts';
import { type House, Room } from './room.ts';
import type { Tables } from './tables.ts';

/** Every five minutes: re-drives what stopped half way, and reconciles subscriptions with SNS. */
export class Recover extends Room {
  constructor(scope: Construct, house: House, to: { tables: Tables; queues: Queues }) {
    super(scope, 'Recover', house, {
      name: 'recover',
      memoryMiB: 512,
      description: 'Re-drives what stopped half way and reconciles subscriptions with SNS',
    });
    // A sign-up or a leaving that stopped half way is finished here: tags, watches and the subscriber's topic with it.
    this.reads(to.tables.tags);
    this.writes(to.tables.articles, to.tables.sends, to.tables.subscribers, to.tables.queries, to.tables.watches);
    this.sends(to.queues.incoming, to.queues.outgoing, to.queues.changes);
    // By ListSubscriptions, a hundred a call: topic by topic, 30 calls a second would take an hour for 100,000.
    mayUseAnySubscription(this, ['sns:ListSubscriptions', 'sns:GetSubscriptionAttributes', 'sns:Unsubscribe']);
    mayUseSubscriberTopics(this, house.settings, ['sns:CreateTopic', 'sns:DeleteTopic', 'sns:Subscribe']);

    // Scheduler only puts the event on Lambda's own queue, which would try a failed run twice more, and a throttled one for
    // six hours (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html). The next turn is the retry.
    this.fn.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.seconds(60) });
    // Of our own making: the target's own role may invoke every version too, by a wildcard.
    const role = new Role(this, 'ScheduleRole', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
      inlinePolicies: {
        Invoke: new PolicyDocument({
          statements: [new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [this.fn.functionArn] })],
        }),
      },
    });
    new Schedule(this, 'Schedule', {
      scheduleName: `${house.settings.stack}-recover`,
      schedule: ScheduleExpression.rate(Duration.minutes(5)),
      target: new LambdaInvoke(this.fn, {
        role: role.withoutPolicyUpdates(),
        // Here too: the default would try to hand over a missed turn 185 times over a day.
        retryAttempts: 0,
        maxEventAge: Duration.seconds(60),
      }),
    });
  }
}
