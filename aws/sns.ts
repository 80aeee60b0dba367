import {
  CheckIfPhoneNumberIsOptedOutCommand,
  ConfirmSubscriptionCommand,
  CreateTopicCommand,
  DeleteTopicCommand,
  GetSubscriptionAttributesCommand,
  ListSubscriptionsCommand,
  ListTopicsCommand,
  PublishCommand,
  type PublishCommandInput,
  type SNSClient,
  SubscribeCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import type { Outcome } from '../core/ledger/index.ts';
import type { Resources } from './resources.ts';

export type Carrier = ReturnType<typeof snsCarrier>;

/** What SNS holds for one address: `gone` where the subscription is not there any more. */
export type SubscriptionStatus = 'confirmed' | 'pending' | 'gone';

/** Amazon SNS as Bellwire uses it: a topic for each email subscriber, SMS straight to numbers, one topic for machines. */
export function snsCarrier(client: SNSClient, resources: Resources) {
  const publish = async (input: PublishCommandInput): Promise<Outcome> => {
    try {
      const { MessageId } = await client.send(new PublishCommand(input));
      if (!MessageId) return { kind: 'unanswered', reason: 'SNS answered without a MessageId' };
      return { kind: 'accepted', messageId: MessageId };
    } catch (error) {
      return readFailure(error);
    }
  };

  return {
    /** Never throws: what SNS answers, or that it does not, is the outcome. */
    publishEmail: (topicArn: string, subject: string, text: string): Promise<Outcome> =>
      publish({ TopicArn: topicArn, Subject: subject, Message: text }),

    /** Never throws. */
    publishSms(to: string, text: string): Promise<Outcome> {
      const attribute = (StringValue: string, DataType = 'String') => ({ DataType, StringValue });
      return publish({
        PhoneNumber: to,
        Message: text,
        MessageAttributes: {
          'AWS.SNS.SMS.SMSType': attribute('Transactional'),
          ...(resources.smsMaxPrice && { 'AWS.SNS.SMS.MaxPrice': attribute(resources.smsMaxPrice, 'Number') }),
          ...(resources.smsSenderId && { 'AWS.SNS.SMS.SenderID': attribute(resources.smsSenderId) }),
        },
      });
    },

    /** Publishes to the topic `alerts`, with the tags as a String.Array attribute for filter policies. Never throws. */
    publishToMachines: (message: string, tags: string[]): Promise<Outcome> =>
      publish({
        TopicArn: resources.alertsTopic,
        Message: message,
        MessageAttributes: { tags: { DataType: 'String.Array', StringValue: JSON.stringify(tags) } },
      }),

    /** Whether the number's owner has replied STOP. Publish would not say so. Throws where SNS cannot be asked. */
    async isOptedOut(phoneNumber: string): Promise<boolean> {
      const { isOptedOut } = await client.send(new CheckIfPhoneNumberIsOptedOutCommand({ phoneNumber }));
      return isOptedOut === true;
    },

    /** Throws where SNS cannot be asked. */
    async subscriptionStatus(subscriptionArn: string): Promise<SubscriptionStatus> {
      try {
        const { Attributes } = await client.send(
          new GetSubscriptionAttributesCommand({ SubscriptionArn: subscriptionArn }),
        );
        return Attributes?.PendingConfirmation === 'true' ? 'pending' : 'confirmed';
      } catch (error) {
        if (nameOf(error) === 'NotFoundException') return 'gone';
        throw error;
      }
    },

    /** Makes the subscriber's own topic, or finds it: the name is made from the id. Returns its ARN. */
    async createTopic(subscriber: string): Promise<string> {
      const { TopicArn } = await client.send(
        // SNS shows the display name as the sender of its mails.
        new CreateTopicCommand({
          Name: topicName(resources.stack, subscriber),
          Attributes: { DisplayName: 'Bellwire' },
        }),
      );
      if (!TopicArn) throw new Error(`SNS made a topic for ${subscriber} and did not say its ARN`);
      return TopicArn;
    },

    /**
     * Asks SNS to send its confirmation mail. Returns the subscription's ARN, which stays the same once confirmed. Asking
     * again sends another mail, unless the address is confirmed already.
     */
    async subscribeEmail(topicArn: string, email: string): Promise<string> {
      const { SubscriptionArn } = await client.send(
        new SubscribeCommand({ TopicArn: topicArn, Protocol: 'email', Endpoint: email, ReturnSubscriptionArn: true }),
      );
      if (!SubscriptionArn) throw new Error(`SNS subscribed ${email} and did not say the ARN`);
      return SubscriptionArn;
    },

    /**
     * Confirms with the token out of SNS's mail. A subscription confirmed so cannot be ended by a scanner that follows
     * the unsubscribe link of each mail: SNS then wants a signed call.
     */
    async confirmEmail(topicArn: string, token: string): Promise<boolean> {
      try {
        await client.send(
          new ConfirmSubscriptionCommand({ TopicArn: topicArn, Token: token, AuthenticateOnUnsubscribe: 'true' }),
        );
        return true;
      } catch (error) {
        if (['InvalidParameterException', 'NotFoundException'].includes(nameOf(error))) return false;
        throw error;
      }
    },

    /**
     * Ends the subscription; nothing happens where it is gone already. One that was never confirmed cannot be ended so:
     * SNS refuses, and it goes with its topic.
     */
    async unsubscribe(subscriptionArn: string): Promise<void> {
      await unless(
        ['NotFoundException', 'InvalidParameterException'],
        client.send(new UnsubscribeCommand({ SubscriptionArn: subscriptionArn })),
      );
    },

    /** Deletes the topic with whatever is subscribed to it; nothing happens where it is gone already. */
    async deleteTopic(topicArn: string): Promise<void> {
      await unless(['NotFoundException'], client.send(new DeleteTopicCommand({ TopicArn: topicArn })));
    },

    /**
     * Every subscription to a subscriber's topic in the account, a hundred a call. Its ARN is `PendingConfirmation` until
     * confirmed.
     */
    async *subscriptions(): AsyncGenerator<{ subscriber: string; confirmed: boolean; email: string }> {
      let NextToken: string | undefined;
      do {
        const page = await patiently(() => client.send(new ListSubscriptionsCommand({ NextToken })));
        for (const { TopicArn = '', SubscriptionArn, Endpoint = '' } of page.Subscriptions ?? []) {
          const subscriber = subscriberOfTopic(resources.stack, TopicArn);
          // One that has ended is listed for a while yet, as `Deleted`.
          if (!subscriber || SubscriptionArn === 'Deleted') continue;
          yield { subscriber, confirmed: SubscriptionArn !== 'PendingConfirmation', email: Endpoint };
        }
        NextToken = page.NextToken;
      } while (NextToken);
    },

    /** The ARNs of every topic that was made for a subscriber of this stack. */
    async *topics(): AsyncGenerator<string> {
      let NextToken: string | undefined;
      do {
        const page = await patiently(() => client.send(new ListTopicsCommand({ NextToken })));
        for (const { TopicArn } of page.Topics ?? []) {
          if (TopicArn && subscriberOfTopic(resources.stack, TopicArn)) yield TopicArn;
        }
        NextToken = page.NextToken;
      } while (NextToken);
    },
  };
}

/**
 * Asks again, for eight seconds unless another longest wait is given, where SNS throttles or is away. For what may be asked
 * twice without harm, such as the many questions of a list: SNS answers thirty a second, and the client itself tries once.
 */
export async function patiently<T>(ask: () => Promise<T>, longestWaitMs = 4_000): Promise<T> {
  for (let waitMs = 250; ; waitMs *= 2) {
    try {
      return await ask();
    } catch (error) {
      if (waitMs > longestWaitMs || readFailure(error).kind !== 'later') throw error;
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
}

const topicName = (stack: string, subscriber: string) => `${stack}-to-${subscriber}`;

function subscriberOfTopic(stack: string, topicArn: string): string | undefined {
  const name = topicArn.slice(topicArn.lastIndexOf(':') + 1);
  const prefix = topicName(stack, '');
  return name.startsWith(prefix) ? name.slice(prefix.length) : undefined;
}

async function unless(names: string[], call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!names.includes(nameOf(error))) throw error;
  }
}

/** Nothing left this machine: the connection was never made. */
const NEVER_CONNECTED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);
const THROTTLES = /throttl|TooManyRequests|RequestLimitExceeded|LimitExceeded|SlowDown/i;
/** SNS looked at the message and will never take it. */
const REFUSALS =
  /^(InvalidParameter|ValidationException|OptedOut|EndpointDisabled|PlatformApplicationDisabled|UserError)/;

/**
 * What a failed Publish means. Only what surely was not accepted may be sent again unmarked; everything unsure counts as
 * unanswered.
 * @see https://docs.aws.amazon.com/sns/latest/api/API_Publish.html#API_Publish_Errors
 */
export function readFailure(error: unknown): Exclude<Outcome, { kind: 'accepted' }> {
  const name = nameOf(error);
  const message = error instanceof Error ? error.message : String(error);
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  const code = (error as { code?: string }).code ?? '';
  if (status === undefined) {
    if (NEVER_CONNECTED.has(code) || /did not establish a connection/.test(message)) {
      return { kind: 'later', reason: `SNS could not be reached (${code || 'no connection'})` };
    }
    if (name === 'CredentialsProviderError') return { kind: 'broken', reason: `no AWS credentials: ${message}` };
    return { kind: 'unanswered', reason: `SNS did not answer (${code || name}); it may have accepted the message` };
  }
  if (status === 429 || THROTTLES.test(name)) return { kind: 'later', reason: `SNS throttled the call (${name})` };
  if (status === 503) return { kind: 'later', reason: `SNS is unavailable (${name})` };
  if (status >= 500)
    return { kind: 'unanswered', reason: `SNS failed inside (${name}); it may have accepted the message` };
  if (name === 'NotFoundException') return { kind: 'gone', reason: 'the topic of this subscriber is gone from SNS' };
  if (REFUSALS.test(name)) return { kind: 'refused', reason: `SNS refused it: ${message}` };
  if (status < 300) return { kind: 'unanswered', reason: `SNS's answer could not be read (${name})` };
  return { kind: 'broken', reason: `SNS did not allow the call: ${name}: ${message}` };
}

/** Whether a service or the network failed, rather than our own code. */
export function isServiceFailure(error: unknown): boolean {
  const { $metadata, code, name } = error as { $metadata?: unknown; code?: unknown; name?: unknown };
  // Node's own errors have codes too: ECONNRESET is the network's, ERR_INVALID_ARG_TYPE ours.
  const isNetwork = typeof code === 'string' && !code.startsWith('ERR_');
  return $metadata !== undefined || isNetwork || name === 'TimeoutError';
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}
