import type { Query } from '../query/index.ts';

/** A standing query under the name by which its owner knows it. */
export interface Rule {
  id: string;
  query: Query;
}
