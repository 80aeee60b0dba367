import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Settings } from './settings.ts';

/** Seconds each function may run. A queue's visibility is six times its function's, as Lambda asks for. */
export const timeouts = { console: 29, tag: 60, alert: 30, recover: 120, compile: 300 } as const;

/** The queues of the flow, each with the dead-letter queue where what cannot be done waits for a person. */
export class Queues extends Construct {
  readonly incoming: Queue;
  readonly incomingDead: Queue;
  readonly outgoing: Queue;
  readonly outgoingDead: Queue;
  readonly changes: Queue;
  readonly changesDead: Queue;

  constructor(scope: Construct, settings: Settings) {
    super(scope, 'Queues');
    const queue = (id: string, name: string, more: { visibilitySeconds?: number; dead?: [Queue, number] }) =>
      new Queue(this, id, {
        queueName: `${settings.stack}-${name}`,
        // The longest that SQS keeps anything: a wire that stood still over a holiday loses nothing.
        retentionPeriod: Duration.days(14),
        encryption: QueueEncryption.SQS_MANAGED,
        enforceSSL: true,
        ...(more.visibilitySeconds && { visibilityTimeout: Duration.seconds(more.visibilitySeconds) }),
        ...(more.dead && { deadLetterQueue: { queue: more.dead[0], maxReceiveCount: more.dead[1] } }),
      });

    this.incomingDead = queue('IncomingDead', 'incoming-dead', {});
    this.incoming = queue('Incoming', 'incoming', {
      visibilitySeconds: 6 * timeouts.tag,
      dead: [this.incomingDead, 5],
    });
    this.outgoingDead = queue('OutgoingDead', 'outgoing-dead', {});
    this.outgoing = queue('Outgoing', 'outgoing', {
      visibilitySeconds: 6 * timeouts.alert,
      // The most that SQS takes. Each give-back while SNS throttles or is down counts as a receive, and so does each Lambda
      // throttle: with five, an outage of minutes would bury good alerts. What counts as poison is the ledger's count of
      // real failures, and `alert` itself then moves the message to the dead-letter queue.
      dead: [this.outgoingDead, 1000],
    });
    this.changesDead = queue('ChangesDead', 'changes-dead', {});
    this.changes = queue('Changes', 'changes', {
      // And the time in which a batch is gathered.
      visibilitySeconds: 6 * timeouts.compile + 5,
      dead: [this.changesDead, 5],
    });
  }
}
