import * as z from 'zod/mini';

/**
 * The names of everything that the stack made, as one JSON object. The stack gives it to each function as the environment
 * variable `WIRE`, and to the command line as its output `Wire`; on one laptop the same output is resolved by `local/`.
 */
const schema = z.object({
  /** The stack's name; topics made at run time are `<stack>-to-<subscriber>`. */
  stack: z.string(),
  articlesTable: z.string(),
  tagsTable: z.string(),
  queriesTable: z.string(),
  watchesTable: z.string(),
  subscribersTable: z.string(),
  sendsTable: z.string(),
  limitsTable: z.string(),
  /** Queue URLs. */
  incomingQueue: z.string(),
  incomingDeadQueue: z.string(),
  outgoingQueue: z.string(),
  outgoingDeadQueue: z.string(),
  changesQueue: z.string(),
  changesDeadQueue: z.string(),
  /** The bucket of the compiled watch index. */
  indexBucket: z.string(),
  /** The topic `alerts`, for machines: its ARN. */
  alertsTopic: z.string(),
  /** The ARN of the secret `{ signingKey, apiToken }`. */
  secret: z.string(),
  /** Where the HTTP API is reached, without a slash at the end. */
  publicUrl: z.string(),
  /** ISO 3166 codes of the countries whose numbers may sign up for SMS, parted by commas. */
  smsCountries: z.string(),
  /** The most that one SMS may cost, in US dollars; empty for the account's own bound. */
  smsMaxPrice: z.string(),
  /** An alphanumeric sender id, where the country allows one; empty for none. */
  smsSenderId: z.string(),
});

export type Resources = z.infer<typeof schema>;

/** Reads the JSON of `WIRE`. Throws with the names of what is missing: only a broken deployment can cause it. */
export function readResources(json: string | undefined): Resources {
  if (!json) throw new Error('the environment variable WIRE is not set: it names the tables and queues of the stack');
  return schema.parse(JSON.parse(json));
}
