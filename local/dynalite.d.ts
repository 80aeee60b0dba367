declare module 'dynalite' {
  import type { Server } from 'node:http';

  export interface DynaliteOptions {
    /** The LevelDB folder; in memory without one. */
    path?: string;
    /** How long a table stays CREATING, UPDATING, DELETING: 500 ms each by default. */
    createTableMs?: number;
    updateTableMs?: number;
    deleteTableMs?: number;
    maxItemSizeKb?: number;
    verbose?: boolean;
    debug?: boolean;
  }

  /** A server that is not listening yet. Its `close` closes the database too. */
  export default function dynalite(options?: DynaliteOptions): Server;
}
