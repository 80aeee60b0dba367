import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';

/** Raised when the tables change shape; a file of a newer version is refused, not guessed at. */
const version = 1;

const tables = `
  CREATE TABLE IF NOT EXISTS topics (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, arn TEXT NOT NULL UNIQUE, attributes TEXT NOT NULL
  );
  CREATE TABLE IF NOT EXISTS subscriptions (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, arn TEXT NOT NULL UNIQUE, topic TEXT NOT NULL, protocol TEXT NOT NULL,
    endpoint TEXT NOT NULL, state TEXT NOT NULL, since INTEGER NOT NULL, attributes TEXT NOT NULL,
    authenticated INTEGER NOT NULL DEFAULT 0, locked INTEGER NOT NULL DEFAULT 0, UNIQUE (topic, protocol, endpoint)
  );
  CREATE INDEX IF NOT EXISTS passing ON subscriptions (since) WHERE state <> 'confirmed';
  CREATE TABLE IF NOT EXISTS tokens (
    token TEXT PRIMARY KEY, topic TEXT NOT NULL, protocol TEXT NOT NULL, endpoint TEXT NOT NULL,
    renews INTEGER NOT NULL, expires INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS messages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, channel TEXT NOT NULL, recipient TEXT NOT NULL,
    kind TEXT NOT NULL, sender TEXT, subject TEXT, text TEXT NOT NULL, message_id TEXT NOT NULL, topic TEXT,
    subscription TEXT, token TEXT
  );
  CREATE INDEX IF NOT EXISTS received ON messages (recipient);
  CREATE INDEX IF NOT EXISTS identified ON messages (message_id);
  CREATE TABLE IF NOT EXISTS phones (number TEXT PRIMARY KEY, opted_out INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS sms_attributes (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS deliveries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT NOT NULL, body TEXT NOT NULL, attributes TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, due INTEGER NOT NULL
  );
`;

/**
 * Loads `node:sqlite` without its ExperimentalWarning (Node 22 prints one, 24 does not); every other warning still prints.
 * A plain import would warn before any code of ours could run.
 */
function loadSqlite(): typeof import('node:sqlite') {
  const emit = process.emitWarning;
  process.emitWarning = ((warning: string | Error, ...rest: unknown[]) => {
    if (!/SQLite is an experimental feature/.test(String(warning))) Reflect.apply(emit, process, [warning, ...rest]);
  }) as typeof process.emitWarning;
  try {
    return process.getBuiltinModule('node:sqlite');
  } finally {
    process.emitWarning = emit;
  }
}

/**
 * What the carrier remembers: one SQLite file, or memory when there is none. Write-ahead log with synchronous NORMAL: what
 * was answered survives a kill -9 (the operating system holds the log), though not a power cut, which is enough here. The
 * file is held exclusively, so that two carriers never write to one state.
 */
export class Store {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /** Opens or creates the file. Throws with words for a person when another process has it, or when it is newer than this code. */
  constructor(file?: string) {
    const { DatabaseSync } = loadSqlite();
    this.#db = new DatabaseSync(file ?? ':memory:', { timeout: 500 });
    try {
      // The version is read before anything is written: a newer file stays as it is.
      this.#db.exec('PRAGMA locking_mode = EXCLUSIVE');
      const found = this.get<{ user_version: number }>('PRAGMA user_version')?.user_version ?? 0;
      if (found > version) {
        throw new Error(
          `${file} was written by a newer Bellwire (state version ${found}, this one knows ${version}): use that one, or another state`,
        );
      }
      this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
      this.#db.exec(`BEGIN IMMEDIATE; ${tables} PRAGMA user_version = ${version}; COMMIT`);
    } catch (error) {
      this.#db.close();
      if (/database is locked/.test(String(error))) {
        throw new Error(`${file} is in use by another process: stop it, or use another state`, { cause: error });
      }
      throw error;
    }
  }

  #prepared(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  all<Row>(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#prepared(sql).all(...values) as Row[];
  }

  get<Row>(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#prepared(sql).get(...values) as Row | undefined;
  }

  /** Answers the row id of an insert and how many rows changed. */
  run(sql: string, ...values: SQLInputValue[]): { id: number; changes: number } {
    const { lastInsertRowid, changes } = this.#prepared(sql).run(...values);
    return { id: Number(lastInsertRowid), changes: Number(changes) };
  }

  /** All of `work` or nothing of it. `work` must not await: the connection is one, and others would write into it. */
  transaction<T>(work: () => T): T {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#db.exec('COMMIT');
      return result;
    } catch (error) {
      this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  close(): void {
    this.#statements.clear();
    this.#db.close();
  }
}
