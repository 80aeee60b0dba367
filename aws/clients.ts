import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** Base URLs of the services, where they are not AWS's own. */
export interface Endpoints {
  dynamodb: string;
  sqs: string;
  s3: string;
  sns: string;
  secrets: string;
}

export interface Clients {
  dynamodb: DynamoDBDocumentClient;
  sqs: SQSClient;
  sns: SNSClient;
  secrets: SecretsManagerClient;
}

/**
 * How long a service may take to connect and to answer; the SDK itself would wait for ever. Past it SNS's answer counts as
 * lost: the claim's lease decides what follows.
 */
export const requestHandler = { connectionTimeout: 3_000, requestTimeout: 10_000, throwOnRequestTimeout: true };

/**
 * The four clients. Region, credentials and (in Lambda and in local workers) endpoints come from the environment, as the
 * SDK reads them; `endpoints` is for one process that talks to several stacks.
 */
export function openClients(endpoints?: Endpoints): Clients {
  return {
    dynamodb: DynamoDBDocumentClient.from(new DynamoDBClient({ ...at(endpoints?.dynamodb), requestHandler }), {
      marshallOptions: { removeUndefinedValues: true },
    }),
    // A queue's URL names its host, and the SDK prefers it: the endpoint is for calls that carry no URL.
    sqs: new SQSClient({ ...at(endpoints?.sqs), requestHandler }),
    // One attempt: the SDK's own retry would publish again after a timeout, unseen by the ledger.
    sns: new SNSClient({ ...at(endpoints?.sns), requestHandler, maxAttempts: 1 }),
    secrets: new SecretsManagerClient({ ...at(endpoints?.secrets), requestHandler }),
  };
}

/** What a client's constructor takes to reach an endpoint that is not AWS's own; nothing for AWS. */
export const at = (endpoint: string | undefined) =>
  endpoint ? { endpoint, region: LOCAL_REGION, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } } : {};

/** The region that the local stack says it is in. */
export const LOCAL_REGION = 'eu-west-1';
