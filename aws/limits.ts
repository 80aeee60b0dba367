import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { ifAsExpected } from './dynamodb.ts';

export type LimitsTable = ReturnType<typeof limitsTable>;

/** The table `Limits`: counters of what may happen only so often in a window of time; DynamoDB drops them once past. */
export function limitsTable(client: DynamoDBDocumentClient, table: string) {
  return {
    /** Takes one of `max` in the present window of `windowSeconds`. False where none is left. */
    async take(key: string, max: number, windowSeconds: number, now: Date): Promise<boolean> {
      const seconds = Math.floor(now.getTime() / 1000);
      const window = Math.floor(seconds / windowSeconds);
      return ifAsExpected(
        client.send(
          new UpdateCommand({
            TableName: table,
            Key: { key: `${key}#${window}` },
            UpdateExpression: 'SET expiresAt = :expires ADD taken :one',
            ConditionExpression: 'attribute_not_exists(taken) OR taken < :max',
            ExpressionAttributeValues: { ':expires': (window + 2) * windowSeconds, ':one': 1, ':max': max },
          }),
        ),
      );
    },
  };
}
