import { Aws } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Room } from './room.ts';
import type { Settings } from './settings.ts';

/**
 * What a room may do with SNS. Which actions take a resource: "Actions, resources, and condition keys for Amazon SNS" in
 * the Service Authorization Reference. A topic is the only resource SNS knows; an action on a subscription or a phone
 * number takes none.
 */

/** The topics made at run time, one for each email subscriber. */
export const subscriberTopics = (settings: Settings) =>
  `arn:${Aws.PARTITION}:sns:${Aws.REGION}:${Aws.ACCOUNT_ID}:${settings.stack}-to-*`;

/** How cdk-nag prints the ARN above. */
const subscriberTopicsFinding = (settings: Settings) =>
  `arn:<AWS::Partition>:sns:<AWS::Region>:<AWS::AccountId>:${settings.stack}-to-*`;

/** Actions on subscribers' topics. */
export function mayUseSubscriberTopics(room: Room, settings: Settings, actions: string[]): void {
  room.allowWidely(new PolicyStatement({ actions, resources: [subscriberTopics(settings)] }), {
    [subscriberTopicsFinding(settings)]:
      "Subscribers' topics are made at run time; the name's first part sets them apart.",
  });
}

/** Actions that take no resource, so that IAM knows them only with `*`. */
export function mayUseAnySubscription(room: Room, actions: string[]): void {
  room.allowWidely(new PolicyStatement({ actions, resources: ['*'] }), {
    '*': `SNS defines no resource for these: ${actions.join(', ')}.`,
  });
}

/** Direct publishing to a phone number. */
export function mayTextPhones(room: Room): void {
  // A phone number is no resource that IAM could name, so this needs everything but: everything that is no topic. With
  // `Resource: *` the room could publish to every topic of the account as well.
  room.allowWidely(
    new PolicyStatement({ actions: ['sns:Publish'], notResources: [`arn:${Aws.PARTITION}:sns:*:*:*`] }),
    // cdk-nag reads Resource alone, and finds nothing here.
    {},
  );
  // SNS hands SMS to AWS End User Messaging in the caller's name: https://docs.aws.amazon.com/sns/latest/dg/sns-sms-access-management.html
  // and the managed policy AmazonSNSFullAccess, whose condition this is. Nobody can use it but through SNS.
  mayUseSmsThroughSns(room, ['sms-voice:SendTextMessage']);
}

/** Asking whether a number is on the account's opt-out list. */
export function mayAskOptOuts(room: Room): void {
  mayUseAnySubscription(room, ['sns:CheckIfPhoneNumberIsOptedOut']);
  mayUseSmsThroughSns(room, ['sms-voice:DescribeOptedOutNumbers']);
}

function mayUseSmsThroughSns(room: Room, actions: string[]): void {
  room.allowWidely(
    new PolicyStatement({
      actions,
      resources: ['*'],
      conditions: { StringEquals: { 'aws:CalledViaLast': 'sns.amazonaws.com' } },
    }),
    { '*': `Which number or list SNS uses is the account's own setting; only through SNS: ${actions.join(', ')}.` },
  );
}
