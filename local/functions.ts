import { randomUUID } from 'node:crypto';
import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';
import { account, type LambdaFunction, region } from './template.ts';
import type { Failure, WorkerAnswer, WorkerTask } from './worker.ts';

export interface FunctionsOptions {
  functions: LambdaFunction[];
  /** The folder of the synthesised template, which the bundles' folders are named from. */
  assembly: string;
  /** What every function finds the emulators by (`Emulators.environment`). */
  environment: Record<string, string>;
  /** The most invocations of a function, by its name, at once; 2 for one that is not named. */
  concurrency?: Record<string, number>;
  /** Each line that a function writes, with its room; or the folder for `alert.log` and so on. Without either the lines are dropped. */
  logs?: string | ((room: string, line: string) => void);
}

export interface Functions {
  /**
   * Runs a function, by its room (`alert`) or its name, and gives its answer. Throws {@link FunctionError} when the function
   * throws, crashes or runs over its time. Waits while as many invocations run as are allowed.
   */
  invoke(name: string, event: unknown): Promise<unknown>;
  /** Starts one worker for each function, so that the first invocation finds it loaded. */
  warm(): Promise<void>;
  /** How many invocations run or wait. */
  running(): number;
  /** Takes no more; lets those that run end, for at most `graceMs`; then stops the workers. */
  stop(graceMs?: number): Promise<void>;
}

/** A function failed, as Lambda tells its caller. `errorType` is the error's class, or one of the runtime's own names. */
export class FunctionError extends Error {
  readonly errorType: string;
  /** The lines of the function's own stack. */
  readonly trace: string[];

  constructor({ errorType, errorMessage, trace }: Failure) {
    super(errorMessage);
    this.name = 'FunctionError';
    this.errorType = errorType;
    this.trace = trace;
  }
}

/** Lambda's bound on a synchronous invocation's event and on its answer. */
const payloadBytes = 6 * 1024 * 1024;

const logBytes = 10 * 1024 * 1024;

/** Runs Lambda bundles in worker threads: the same file, handler, environment, memory and time as in the template. */
export function startFunctions(options: FunctionsOptions): Functions {
  const log = openLogs(options.logs);
  const pools = new Map<string, Pool>();
  for (const of of options.functions) {
    const pool = createPool(of, {
      folder: resolve(options.assembly, of.asset),
      environment: { ...lambdaEnvironment(of, options.assembly), ...options.environment, ...of.environment },
      size: Math.max(1, options.concurrency?.[of.name] ?? 2),
      log: (line) => log.write(of.room, line),
    });
    pools.set(of.name, pool).set(of.room, pool);
  }
  const distinct = new Set(pools.values());
  let stopping = false;
  const running = () => [...distinct].reduce((sum, pool) => sum + pool.running(), 0);

  return {
    async invoke(name, event) {
      const pool = pools.get(name);
      if (!pool) throw new Error(`the template has no function ${name}: it has ${[...pools.keys()].join(', ')}`);
      if (stopping) throw failed('Local.Stopping', `${name} is not run: the stack is stopping`);
      const text = JSON.stringify(event);
      if (Buffer.byteLength(text) > payloadBytes)
        throw failed('RequestEntityTooLarge', `the event is over ${payloadBytes} bytes`);
      return pool.invoke(text);
    },
    warm: async () => void (await Promise.all([...distinct].map((pool) => pool.warm()))),
    running,
    async stop(graceMs = 10_000) {
      stopping = true;
      const end = Date.now() + graceMs;
      while (running() > 0 && Date.now() < end) await new Promise((resume) => setTimeout(resume, 10));
      await Promise.all([...distinct].map((pool) => pool.stop()));
      log.close();
    },
  };
}

/** The variables that Lambda itself sets (AWS Lambda Developer Guide, "Defined runtime environment variables"). */
function lambdaEnvironment(of: LambdaFunction, assembly: string): Record<string, string> {
  return {
    _HANDLER: of.handler,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: of.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(of.memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: of.logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    AWS_ACCOUNT_ID: account,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    LAMBDA_TASK_ROOT: resolve(assembly, of.asset),
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
  };
}

interface PoolOptions {
  folder: string;
  environment: Record<string, string>;
  size: number;
  log: (line: string) => void;
}

interface Pool {
  invoke(event: string): Promise<unknown>;
  warm(): Promise<void>;
  running(): number;
  stop(): Promise<void>;
}

/** One worker and the invocation that it has, if any. A worker that ended is started anew when it is next needed. */
interface Slot {
  worker?: Worker | undefined;
  /** Settles when the worker has loaded its bundle; rejects when it could not. */
  ready?: Promise<void> | undefined;
  busy: boolean;
  /** Called with what the worker says of its invocation, or with how it ended. */
  settle?: ((outcome: { body: string } | { failure: Failure }) => void) | undefined;
}

function createPool(of: LambdaFunction, { folder, environment, size, log }: PoolOptions): Pool {
  const slots: Slot[] = [];
  const waiting: ((slot: Slot) => void)[] = [];
  let count = 0;
  let stopped = false;

  function start(slot: Slot): Promise<void> {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      name: of.name,
      env: environment,
      execArgv: [],
      workerData: { folder, handler: of.handler },
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: of.memoryMb },
    });
    slot.worker = worker;
    for (const stream of [worker.stdout, worker.stderr])
      createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', log);
    slot.ready = new Promise((loaded, refused) => {
      let failure: Failure | undefined;
      worker.on('message', (message: WorkerAnswer) => {
        if (message.kind === 'ready') loaded();
        else if (message.kind === 'refused') {
          ({ failure } = message);
          void worker.terminate();
        } else if (slot.worker === worker)
          slot.settle?.(message.kind === 'answer' ? { body: message.body } : { failure: message.failure });
      });
      worker.on('error', (error: Error & { code?: string }) => {
        failure = {
          errorType: error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'Runtime.OutOfMemory' : `Runtime.${error.name}`,
          errorMessage: error.message,
          trace: (error.stack ?? '').split('\n'),
        };
      });
      worker.on('exit', (code) => {
        // A worker that was stopped at its timeout is no longer the slot's, which may have another invocation by now.
        const current = slot.worker === worker;
        if (current) {
          slot.worker = undefined;
          slot.ready = undefined;
        }
        failure ??= {
          errorType: 'Runtime.ExitError',
          errorMessage: `Runtime exited ${code === 0 ? 'without providing a reason' : `with error: exit status ${code}`}`,
          trace: [],
        };
        if (current && !slot.busy && !stopped) log(errorLine(failure));
        refused(new FunctionError(failure));
        if (current) slot.settle?.({ failure });
      });
    });
    // Whoever waits for it hears of it; when nobody does, the log has it.
    slot.ready.catch(() => {});
    return slot.ready;
  }

  async function acquire(): Promise<Slot> {
    const free = slots.find((slot) => !slot.busy);
    if (free) {
      free.busy = true;
      return free;
    }
    if (slots.length < size) {
      const slot: Slot = { busy: true };
      slots.push(slot);
      return slot;
    }
    return new Promise((take) => waiting.push(take));
  }

  function release(slot: Slot): void {
    const next = waiting.shift();
    if (next) next(slot);
    else slot.busy = false;
  }

  async function run(slot: Slot, event: string): Promise<unknown> {
    const id = randomUUID();
    let timer: NodeJS.Timeout | undefined;
    try {
      if (stopped) throw failed('Local.Stopping', `${of.name} is not run: the stack is stopping`);
      await (slot.ready ?? start(slot));
      const worker = slot.worker;
      const outcome = await new Promise<{ body: string } | { failure: Failure }>((settle) => {
        slot.settle = settle;
        if (!worker || slot.worker !== worker)
          settle({ failure: { errorType: 'Runtime.ExitError', errorMessage: 'Runtime exited', trace: [] } });
        const task: WorkerTask = { id, event, deadline: Date.now() + of.timeoutSeconds * 1000, arn: of.arn };
        timer = setTimeout(() => {
          const errorMessage = `Task timed out after ${of.timeoutSeconds.toFixed(2)} seconds`;
          settle({ failure: { errorType: 'Sandbox.Timedout', errorMessage, trace: [] } });
          // Not to be used again: the next invocation starts another.
          slot.worker = undefined;
          slot.ready = undefined;
          void worker?.terminate();
        }, of.timeoutSeconds * 1000);
        worker?.postMessage(task);
      });
      if ('failure' in outcome) throw new FunctionError(outcome.failure);
      if (Buffer.byteLength(outcome.body) > payloadBytes)
        throw failed('Function.ResponseSizeTooLarge', `the response is over ${payloadBytes} bytes`);
      return JSON.parse(outcome.body);
    } catch (error) {
      if (error instanceof FunctionError && !stopped)
        log(errorLine({ errorType: error.errorType, errorMessage: error.message, trace: error.trace }, id));
      throw error;
    } finally {
      clearTimeout(timer);
      slot.settle = undefined;
      release(slot);
    }
  }

  return {
    async invoke(event) {
      count += 1;
      try {
        return await run(await acquire(), event);
      } finally {
        count -= 1;
      }
    },
    async warm() {
      if (slots.length > 0 || stopped) return;
      // Not busy: an invocation that comes meanwhile waits for this worker rather than starting another.
      const slot: Slot = { busy: false };
      slots.push(slot);
      await start(slot).catch(() => {});
    },
    running: () => count,
    async stop() {
      stopped = true;
      await Promise.all(slots.map((slot) => slot.worker?.terminate()));
    },
  };
}

function failed(errorType: string, errorMessage: string): FunctionError {
  return new FunctionError({ errorType, errorMessage, trace: [] });
}

/** As Lambda writes it in its JSON log format. */
function errorLine({ errorType, errorMessage, trace }: Failure, requestId?: string): string {
  return JSON.stringify({
    timestamp: new Date().toISOString(),
    level: 'ERROR',
    ...(requestId ? { requestId } : {}),
    errorType,
    errorMessage,
    ...(trace.length > 0 ? { stackTrace: trace } : {}),
  });
}

/** Log files that begin anew at 10 MB; the one before is kept as `NAME.1.log`. */
function openLogs(logs: FunctionsOptions['logs']) {
  if (typeof logs !== 'string') return { write: logs ?? (() => {}), close: () => {} };
  mkdirSync(logs, { recursive: true });
  const files = new Map<string, { descriptor: number; size: number }>();
  let closed = false;
  return {
    write(name: string, line: string) {
      if (closed) return;
      const path = join(logs, `${name}.log`);
      const open = () => {
        const descriptor = openSync(path, 'a', 0o600);
        const opened = { descriptor, size: fstatSync(descriptor).size };
        files.set(name, opened);
        return opened;
      };
      let file = files.get(name) ?? open();
      if (file.size >= logBytes) {
        closeSync(file.descriptor);
        renameSync(path, join(logs, `${name}.1.log`));
        file = open();
      }
      file.size += writeSync(file.descriptor, `${line}\n`);
    },
    close() {
      // A stack that stops closes it twice: before its last wait and after it.
      if (closed) return;
      closed = true;
      for (const { descriptor } of files.values()) closeSync(descriptor);
    },
  };
}
