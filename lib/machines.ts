import { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Settings } from './settings.ts';

/**
 * The topic `alerts`, to which an owner's own machines subscribe (SQS, HTTPS, Lambda, Firehose). Each message has `tags` as
 * a String.Array attribute for SNS's filter policies. It goes with the stack, and its subscriptions with it.
 */
export class Machines extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, settings: Settings) {
    super(scope, 'Machines');
    this.topic = new Topic(this, 'Alerts', { topicName: `${settings.stack}-alerts`, enforceSSL: true });
  }
}
