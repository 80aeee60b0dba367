import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** Base URLs of the services, where they are not AWS's own. */
export interface Endpoints {
  dynamodb: string;
  sqs: string;
  sns: string;
  secrets: string;
}

export interface Clients {
  dynamodb: DynamoDBDocumentClient;
  sqs: SQSClient;
  sns: SNSClient;
  secrets: SecretsManagerClient;
}

/** How long SNS may take to answer one call. Past it the answer counts as lost: the claim's lease decides what follows. */
const SNS_ANSWER_MS = 10_000;
const CONNECT_MS = 3_000;

/**
 * The four clients. Region, credentials and (in Lambda and in local workers) endpoints come from the environment, as the
 * SDK reads them; `endpoints` is for one process that talks to several stacks.
 */
export function openClients(endpoints?: Endpoints): Clients {
  const at = (endpoint: string | undefined) =>
    endpoint ? { endpoint, region: LOCAL_REGION, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } } : {};
  return {
    dynamodb: DynamoDBDocumentClient.from(
      new DynamoDBClient({
        ...at(endpoints?.dynamodb),
        requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: 10_000, throwOnRequestTimeout: true },
      }),
      { marshallOptions: { removeUndefinedValues: true } },
    ),
    // A queue's URL names its host, and the SDK prefers it: the endpoint is for calls that carry no URL.
    sqs: new SQSClient({ ...at(endpoints?.sqs) }),
    // One attempt: the SDK's own retry would publish again after a timeout, unseen by the ledger.
    sns: new SNSClient({
      ...at(endpoints?.sns),
      maxAttempts: 1,
      requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: SNS_ANSWER_MS, throwOnRequestTimeout: true },
    }),
    secrets: new SecretsManagerClient({ ...at(endpoints?.secrets) }),
  };
}

/** The region that the local stack says it is in. */
export const LOCAL_REGION = 'eu-west-1';
