import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import type { Resources } from '../aws/resources.ts';

/** The folder of a wire's state, when `--state` names no other. */
export const defaultState = '.bellwire';

/** The version of the state folder's layout. A change that an older Bellwire could not read raises it. */
export const stateVersion = 1;

/** Where the emulators of a running wire answer. */
export interface Endpoints {
  dynamodb: string;
  sqs: string;
  s3: string;
  sns: string;
  secrets: string;
}

/** What `lock.json` holds: who has the state, and, once it is up, how to reach it. */
export interface Lock {
  pid: number;
  /** ISO 8601 UTC. */
  startedAt: string;
  /** When the process itself began, as the kernel counts it: tells a process from a later one with the same number. */
  processStart?: string;
  url?: string;
  endpoints?: Endpoints;
  resources?: Resources;
}

/** A wire that runs: what another process needs to go through it. */
export interface Running {
  pid: number;
  startedAt: string;
  url: string;
  endpoints: Endpoints;
  resources: Resources;
}

export interface State {
  /** Absolute. */
  folder: string;
  /** The last holder ended without releasing it: a kill, a crash or a power cut. */
  takenOver: boolean;
  /** Writes how the running wire is reached. */
  announce(running: Pick<Running, 'url' | 'endpoints' | 'resources'>): void;
  /** Gives the state up. Does nothing the second time. */
  release(): void;
}

/** The state folder cannot be used. The message says why, and what to do. */
export class StateError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'StateError';
  }
}

/** Another process has the state, or is just taking it: it may be free, or its wire up, in a moment. */
export class StateInUse extends StateError {}

/**
 * Opens a state folder for this process alone: makes it if need be, checks its version, takes its lock. Throws
 * {@link StateError}, having touched nothing, when another process has it, when it is of a newer version, when it is half
 * written, or when it is a folder of something else.
 */
export function openState(folder: string): State {
  const path = resolve(folder);
  checkVersion(path);
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    accessSync(path, constants.W_OK);
  } catch (error) {
    throw new StateError(`the state folder ${path} cannot be written: ${reason(error)}`);
  }
  const lock: Lock = { pid: process.pid, startedAt: new Date().toISOString(), ...startOf(process.pid) };
  const takenOver = take(path, lock);
  try {
    // Again, now that nobody else can be writing it.
    if (!checkVersion(path)) writeWhole(join(path, 'version.json'), `${JSON.stringify({ version: stateVersion })}\n`);
  } catch (error) {
    rmSync(lockFile(path), { force: true });
    throw error;
  }
  let held = true;
  return {
    folder: path,
    takenOver,
    announce({ url, endpoints, resources }) {
      writeWhole(lockFile(path), `${JSON.stringify({ ...lock, url, endpoints, resources }, null, 2)}\n`);
    },
    release() {
      if (held) rmSync(lockFile(path), { force: true });
      held = false;
    },
  };
}

/**
 * The wire that runs on this state, or undefined when none does: its process is alive and its address answers as that
 * process. A wire that is still starting, or stuck, counts as none; {@link openState} refuses its state all the same.
 */
export async function readRunning(folder: string, timeoutMs = 2000): Promise<Running | undefined> {
  const lock = readLock(resolve(folder));
  if (!lock || lock === 'garbage' || !isAlive(lock)) return undefined;
  const { pid, startedAt, url, endpoints, resources } = lock;
  if (!url || !endpoints || !resources) return undefined;
  try {
    const answer = await fetch(new URL('/local/health', url), { signal: AbortSignal.timeout(timeoutMs) });
    const health = (await answer.json()) as { pid?: unknown };
    return health.pid === pid ? { pid, startedAt, url, endpoints, resources } : undefined;
  } catch {
    return undefined;
  }
}

/** Writes a file so that a reader, or the next start after a kill, sees all of it or none. */
export function writeWhole(path: string, text: string, mode = 0o644): void {
  const draft = `${path}.${process.pid}.new`;
  writeFileSync(draft, text, { mode, flush: true });
  renameSync(draft, path);
}

/** Whether the folder has a version that this Bellwire reads; false when it is new or empty. Throws for any other. */
function checkVersion(path: string): boolean {
  const file = join(path, 'version.json');
  let entries: string[];
  try {
    entries = readdirSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR')
      throw new StateError(`${path} is a file, not a state folder: name another with --state`);
    throw new StateError(`the state folder ${path} cannot be read: ${reason(error)}`);
  }
  if (!entries.includes('version.json')) {
    const foreign = entries.find((name) => !/^(lock\.json|taking-over\.json|version\.json)(\.\d+\.new)?$/.test(name));
    if (foreign === undefined) return false;
    throw new StateError(
      `${path} holds ${foreign} but no version.json, so it is not a state of Bellwire, or only a half of one: ` +
        'name another folder with --state, or move this one away to start afresh',
    );
  }
  let version: unknown;
  try {
    version = (JSON.parse(readFileSync(file, 'utf8')) as { version?: unknown } | null)?.version;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw new StateError(`${file} cannot be read: ${reason(error)}`);
  }
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1)
    throw new StateError(
      `${file} does not say which version the state is of: it may be half written. If you know it to be of this Bellwire, ` +
        `put {"version":${stateVersion}} in it; else move ${path} away to start afresh, or name another with --state`,
    );
  if (version > stateVersion)
    throw new StateError(
      `the state in ${path} is of version ${version}, and this Bellwire reads version ${stateVersion}: ` +
        'use the newer Bellwire that wrote it, or name another folder with --state',
    );
  return true;
}

function lockFile(path: string): string {
  return join(path, 'lock.json');
}

/** Takes the lock; true when it was taken from a process that no longer runs. */
function take(path: string, lock: Lock): boolean {
  if (create(lockFile(path), lock)) return false;
  refuseHolder(path);
  // Stale. Two starts may see this at once: the guard lets one of them look again and take it.
  const guard = join(path, 'taking-over.json');
  if (existsSync(guard) && Date.now() - statSync(guard).mtimeMs > 10_000) rmSync(guard, { force: true });
  if (!create(guard, lock)) throw new StateInUse(`${path} is just being taken over by another start: try again`);
  try {
    refuseHolder(path);
    rmSync(lockFile(path), { force: true });
    if (!create(lockFile(path), lock)) refuseHolder(path);
    return true;
  } finally {
    rmSync(guard, { force: true });
  }
}

/** Throws when the lock's holder is alive, or may be. */
function refuseHolder(path: string): void {
  const lock = readLock(path);
  if (lock === undefined) return;
  if (lock === 'garbage') {
    // Created a moment ago by a process that has not written into it yet, or left empty by a crash in that moment.
    const age = Date.now() - (statSync(lockFile(path), { throwIfNoEntry: false })?.mtimeMs ?? 0);
    if (age < 3000) throw new StateInUse(`${path} is just being opened by another start: try again`);
    return;
  }
  if (!isAlive(lock)) return;
  const since = new Date(lock.startedAt);
  const sameDay = since.toDateString() === new Date().toDateString();
  const time = since.toTimeString().slice(0, 5);
  const when = sameDay ? time : `${since.toISOString().slice(0, 10)} ${time}`;
  throw new StateInUse(
    `${path} is in use by process ${lock.pid} since ${when}${lock.url ? ` (${lock.url})` : ''}: ` +
      `stop it first, or name another folder with --state${
        lock.processStart ? '' : ` (if that process is none of Bellwire's, remove ${lockFile(path)})`
      }`,
  );
}

function create(file: string, lock: Lock): boolean {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'wx');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw new StateError(`${file} cannot be written: ${reason(error)}`);
  }
  writeSync(descriptor, `${JSON.stringify(lock, null, 2)}\n`);
  closeSync(descriptor);
  return true;
}

function readLock(path: string): Lock | 'garbage' | undefined {
  try {
    const lock = JSON.parse(readFileSync(lockFile(path), 'utf8')) as Partial<Lock> | null;
    const whole = Number.isInteger(lock?.pid) && !Number.isNaN(Date.parse(lock?.startedAt ?? ''));
    return whole ? (lock as Lock) : 'garbage';
  } catch (error) {
    if (error instanceof SyntaxError) return 'garbage';
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw new StateError(`${lockFile(path)} cannot be read: ${reason(error)}`);
  }
}

/** Whether the very process that wrote the lock still runs: numbers are used again, above all after a restart of the machine. */
function isAlive(lock: Lock): boolean {
  try {
    process.kill(lock.pid, 0);
  } catch (error) {
    // EPERM: it runs, as another user.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const { processStart, ended } = startOf(lock.pid);
  if (ended) return false;
  return processStart === undefined || lock.processStart === undefined || processStart === lock.processStart;
}

/**
 * Linux tells when a process began, in clock ticks since boot (proc(5), field 22 of `stat`), and whether it has ended and nobody
 * asked for its exit code yet, as in a container whose first process asks for none; elsewhere neither is known.
 */
function startOf(pid: number): { processStart?: string; ended?: boolean } {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may hold spaces and parentheses of its own.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, processStart] = [fields[0], fields[19]];
    return processStart ? { processStart, ...(/^[ZX]$/.test(state ?? '') && { ended: true }) } : {};
  } catch {
    return {};
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
