import type { Params } from './protocol.ts';
import type { Queues } from './queues.ts';
import type { Store } from './store.ts';

/** What every action works with. */
export interface Service {
  store: Store;
  queues: Queues;
  account: string;
  region: string;
  /** The clock of everything that is recorded or expires. */
  now: () => Date;
}

export interface Caller {
  /** Whether the request carried a signature. It is not verified: there are no secrets to verify it with here. */
  signed: boolean;
}

/** One action of the API: answers the XML inside its result, or throws a ServiceError. */
export type Action = (service: Service, params: Params, caller: Caller) => string | Promise<string>;

/** How many items a page of a list has, in all of SNS's lists. */
const pageSize = 100;

/**
 * One page of rows ordered by `seq`, and the token of the next one. The token is the last `seq` of the page, so what is
 * added or removed between two pages neither repeats a row nor hides one.
 */
export function pageOf<Row extends { seq: number }>(rows: Row[]): { rows: Row[]; next: string | undefined } {
  if (rows.length <= pageSize) return { rows, next: undefined };
  const page = rows.slice(0, pageSize);
  return { rows: page, next: Buffer.from(`after:${page.at(-1)?.seq}`).toString('base64url') };
}

/** One row more than a page, to see whether there is a next one. */
export const pageLimit = pageSize + 1;

/** Where a page begins: the number in a NextToken, 0 for none, undefined for a token that is none of ours. */
export function pageStart(token: string | undefined): number | undefined {
  if (!token) return 0;
  const match = /^after:(\d{1,15})$/.exec(Buffer.from(token, 'base64url').toString());
  return match ? Number(match[1]) : undefined;
}
