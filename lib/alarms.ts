import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  type AlarmProps,
  ComparisonOperator,
  MathExpression,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { Queues } from './queues.ts';
import type { Room } from './room.ts';
import type { Settings } from './settings.ts';

/** The metric that `alert` writes into its log (embedded metric format): alerts that failed for good, for each stack. */
const sendsFailed = { namespace: 'Bellwire', metricName: 'SendsFailed', dimension: 'Stack' };

/**
 * Alarms on what must have happened, not on how busy the wire is: nothing rests in a dead-letter queue, no alert failed,
 * none waits long, and `recover` has been round. Nine metrics at 0.10 USD a month.
 */
export class Alarms extends Construct {
  constructor(scope: Construct, settings: Settings, of: { queues: Queues; alert: Room; recover: Room }) {
    super(scope, 'Alarms');
    const fiveMinutes = Duration.minutes(5);
    // Without the stack's name a command looks at the wire on the reader's own machine.
    const command = (name: string) => `npx bellwire ${name} --stack ${settings.stack}`;
    const alarms = [
      this.alarm('IncomingDead', settings, {
        alarmDescription: `Articles could not be tagged. See them: ${command('dlq')}. Send them round: ${command('dlq redrive')}`,
        metric: of.queues.incomingDead.metricApproximateNumberOfMessagesVisible({
          period: fiveMinutes,
          statistic: 'Maximum',
        }),
        threshold: 1,
      }),
      this.alarm('OutgoingDead', settings, {
        alarmDescription: `Alerts could not be sent. See them: ${command('dlq')}. Send them round: ${command('dlq redrive')}`,
        metric: of.queues.outgoingDead.metricApproximateNumberOfMessagesVisible({
          period: fiveMinutes,
          statistic: 'Maximum',
        }),
        threshold: 1,
      }),
      this.alarm('ChangesDead', settings, {
        alarmDescription:
          'The watch index could not be compiled. Tags and watches saved since are in force all the same, as long as they are ' +
          'few: see the log of the function compile',
        metric: of.queues.changesDead.metricApproximateNumberOfMessagesVisible({
          period: fiveMinutes,
          statistic: 'Maximum',
        }),
        threshold: 1,
      }),
      this.alarm('SendsFailed', settings, {
        alarmDescription: `Alerts failed for good. See which and why: ${command('sends')}`,
        metric: new Metric({
          namespace: sendsFailed.namespace,
          metricName: sendsFailed.metricName,
          dimensionsMap: { [sendsFailed.dimension]: settings.stack },
          period: fiveMinutes,
          statistic: 'Sum',
        }),
        threshold: 1,
      }),
      this.alarm('AlertErrors', settings, {
        alarmDescription:
          "The function alert ended with an error; outgoing gives its messages again. See the function's log",
        metric: of.alert.fn.metricErrors({ period: fiveMinutes, statistic: 'Sum' }),
        threshold: 1,
      }),
      this.alarm('AlertsWait', settings, {
        alarmDescription: 'Alerts have waited for fifteen minutes: SNS is down or throttles, or alert does not run',
        // Not the age of the oldest message: SQS leaves out of it whatever was received three times, as all is that SNS
        // throttles (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html).
        // Instead: not one minute of the last fifteen found outgoing empty. Where nothing is in flight, SQS reports nothing.
        metric: new MathExpression({
          label: 'on outgoing',
          expression: 'SUM([FILL(waiting, 0), FILL(inFlight, 0)])',
          usingMetrics: {
            waiting: of.queues.outgoing.metricApproximateNumberOfMessagesVisible(),
            inFlight: of.queues.outgoing.metricApproximateNumberOfMessagesNotVisible(),
          },
          period: Duration.minutes(1),
        }),
        threshold: 1,
        evaluationPeriods: 15,
      }),
      this.alarm('RecoverStopped', settings, {
        alarmDescription: 'recover has not once ended well in fifteen minutes: what stopped half way stays there',
        metric: new MathExpression({
          label: 'recover ended well',
          expression: 'FILL(invocations, 0) - FILL(errors, 0)',
          usingMetrics: {
            invocations: of.recover.fn.metricInvocations({ statistic: 'Sum' }),
            errors: of.recover.fn.metricErrors({ statistic: 'Sum' }),
          },
          period: Duration.minutes(15),
        }),
        threshold: 1,
        comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
        treatMissingData: TreatMissingData.BREACHING,
      }),
    ];
    if (settings.alarmEmail === undefined) return;

    const topic = new Topic(this, 'Topic', { topicName: `${settings.stack}-alarms`, enforceSSL: true });
    topic.addSubscription(new EmailSubscription(settings.alarmEmail));
    // enforceSSL writes a policy of our own over the topic's default one, under which CloudWatch could publish.
    topic.grantPublish(new ServicePrincipal('cloudwatch.amazonaws.com'));
    for (const alarm of alarms) alarm.addAlarmAction(new SnsAction(topic));
  }

  private alarm(
    id: string,
    settings: Settings,
    props: Omit<AlarmProps, 'evaluationPeriods'> & { evaluationPeriods?: number },
  ): Alarm {
    return new Alarm(this, id, {
      alarmName: `${settings.stack}-${id}`,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      ...props,
    });
  }
}
