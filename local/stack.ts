import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Resources } from '../aws/resources.ts';
import { type Carrier, type EmulatorOptions, startEmulators } from './emulators.ts';
import { type Functions, startFunctions } from './functions.ts';
import { startHttp } from './http.ts';
import { loadFauxqs } from './queues.ts';
import { localConcurrency, startSchedules, startSources } from './sources.ts';
import { type Endpoints, openState } from './state.ts';
import type { ResolvedTemplate, Template } from './template.ts';

export interface StackOptions {
  /** The state folder; everything in memory without one. */
  state?: string;
  /** The port that is tried first, 4400 by default; 0 for any. */
  port?: number;
  /** The local page: answers what is none of the template's routes, or gives undefined for a path that it has not. */
  page?: (request: Request, stack: Stack) => Promise<Response | undefined>;
  /** Whether other processes may go through it; true by default. One that is up for a moment would go while they do. */
  announce?: boolean;
  /** What a person may want to read while it starts, runs and stops. */
  log?: (line: string) => void;
  /** The app's settings, as `-c NAME=VALUE` gives them to the CDK. */
  context?: Record<string, string>;
  /** Bundles that are made already, in place of those of `lambdas/`. */
  bundles?: string;
  /** Each line of the functions' logs; by default they go to `logs/` in the state folder. */
  functionLog?: (room: string, line: string) => void;
  /** Stops at SIGINT and SIGTERM, and ends the process at once at a second one. */
  signals?: boolean;
  carrier?: EmulatorOptions['carrier'];
}

export interface Stack {
  /** `http://127.0.0.1:4400`, without a slash at the end: the HTTP API, and the local page. */
  url: string;
  resources: Resources;
  endpoints: Endpoints;
  /** What an AWS client reads to find this stack. */
  environment: Record<string, string>;
  carrier: Carrier;
  template: ResolvedTemplate;
  /** Runs a function by its room: `invoke('recover', {})`. Throws `FunctionError` when it fails. */
  invoke(room: string, event: unknown): Promise<unknown>;
  /**
   * Waits until nothing is left to do: every queue that a function is woken by is empty (nothing visible, in flight or delayed)
   * and no function runs, found twice in a row. False when `timeoutMs` or the signal ended the wait first.
   */
  idle(options?: { signal?: AbortSignal; timeoutMs?: number }): Promise<boolean>;
  /** Runs what the schedules run, once, now. */
  runSchedules(): Promise<void>;
  /** Takes no more work, lets what runs end (ten seconds at most), closes everything, gives up the state. */
  stop(): Promise<void>;
  /** Settles when the stack has stopped, by whatever made it. */
  stopped: Promise<void>;
}

/** How long running invocations have to end when the stack stops. What they had not done is done by the next start. */
const graceMs = 10_000;

/**
 * Starts the whole wire on this machine from its synthesised template: the same bundles, the same environment, the same routes,
 * queues and schedules. Whatever ends the process, the next start on the same state goes on from there.
 *
 * Throws `StateError` when the state cannot be used, `TemplateError` when the template asks for what this machine cannot
 * give; then nothing of it is left running.
 */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const log = options.log ?? (() => {});
  const closing: (() => void | Promise<void>)[] = [];
  const closeAll = async () => {
    // Each, whatever becomes of the others: the last of them gives up the state.
    for (const close of closing.splice(0).reverse()) {
      try {
        await close();
      } catch (error) {
        log(`while stopping: ${error instanceof Error ? error.message : error}`);
      }
    }
  };
  try {
    return await start(options, log, closing, closeAll);
  } catch (error) {
    await closeAll();
    throw error;
  }
}

async function start(
  options: StackOptions,
  log: (line: string) => void,
  closing: (() => void | Promise<void>)[],
  closeAll: () => Promise<void>,
): Promise<Stack> {
  const state = options.state === undefined ? undefined : openState(options.state);
  if (state) closing.push(() => state.release());
  const assembly = state ? join(state.folder, 'cdk.out') : mkdtempSync(join(tmpdir(), 'bellwire-'));
  // Each synthesis adds its assets beside those of earlier ones.
  rmSync(assembly, { recursive: true, force: true });
  if (!state) closing.push(() => rmSync(assembly, { recursive: true, force: true }));

  const http = await startHttp({ ...(options.port === undefined ? {} : { port: options.port }), log });
  closing.push(() => http.stop());
  const { template, stackName } = await synthesise(assembly, options);
  log('stack synthesised');

  const emulators = await startEmulators({
    ...(state ? { state: state.folder } : {}),
    ...(options.carrier ? { carrier: options.carrier } : {}),
    template,
    stackName,
    publicUrl: http.url,
  });
  closing.push(() => emulators.stop());
  log('tables, queues and topics up');
  const { resources, endpoints, environment, carrier, queues } = emulators;
  const resolved = emulators.template;

  const functions: Functions = startFunctions({
    functions: resolved.functions,
    assembly,
    environment,
    concurrency: Object.fromEntries(resolved.sources.map((source) => [source.functionName, localConcurrency(source)])),
    ...(options.functionLog ? { logs: options.functionLog } : state ? { logs: join(state.folder, 'logs') } : {}),
  });
  closing.push(() => functions.stop(0));
  const { invoke } = functions;
  void functions.warm();
  const sources = startSources({ sources: resolved.sources, queues, endpoint: endpoints.sqs, invoke, log });
  const schedules = startSchedules(resolved.schedules, invoke);
  closing.push(async () => {
    schedules.stop();
    // What runs past its time is stopped, and its messages are given again by the next start.
    const late = setTimeout(() => void functions.stop(0), graceMs);
    await Promise.all([sources.stop(), http.stop(graceMs)]);
    clearTimeout(late);
    await functions.stop(graceMs);
  });

  const { promise: stopped, resolve: hasStopped } = Promise.withResolvers<void>();
  let stopping: Promise<void> | undefined;
  const stack: Stack = {
    url: http.url,
    resources,
    endpoints,
    environment,
    carrier,
    template: resolved,
    invoke,
    runSchedules: () => schedules.run(),
    async idle({ signal, timeoutMs } = {}) {
      const end = timeoutMs === undefined ? Number.POSITIVE_INFINITY : Date.now() + timeoutMs;
      for (let quiet = 0; quiet < 2; ) {
        if (signal?.aborted || stopping || Date.now() > end) return false;
        const left = resolved.sources.some(({ queue }) => {
          const counts = queues.counts(queue.name);
          return counts !== undefined && counts.visible + counts.inFlight + counts.delayed > 0;
        });
        quiet = left || functions.running() > 0 || sources.running() > 0 ? 0 : quiet + 1;
        if (quiet < 2) await new Promise((resume) => setTimeout(resume, 25));
      }
      return true;
    },
    stop() {
      stopping ??= closeAll().finally(hasStopped);
      return stopping;
    },
    stopped,
  };

  const { page } = options;
  http.mount({ template: resolved, invoke, ...(page ? { page: (request) => page(request, stack) } : {}) });
  if (options.announce !== false) state?.announce({ url: http.url, endpoints, resources });
  if (options.signals) stopAtSignals(stack, log);
  if (state?.takenOver) {
    log('the last run did not end by itself: going on from where it was');
    void schedules.run();
  }
  return stack;
}

/** Bundles the functions, describes the stack and writes its template and assets, as `cdk synth` does. */
async function synthesise(assembly: string, options: StackOptions): Promise<{ template: Template; stackName: string }> {
  // The bundler is a process of its own: it works while the CDK and the emulators, a second of them, are loaded here.
  const bundled = options.bundles ? undefined : import('../lib/bundle.ts').then(({ bundleLambdas }) => bundleLambdas());
  bundled?.catch(() => {});
  const [{ createApp }] = await Promise.all([import('../lib/app.ts'), import('dynalite'), loadFauxqs()]);
  await bundled;
  const { app, stack } = createApp({
    outdir: assembly,
    validation: false,
    ...(options.bundles ? { bundles: options.bundles } : {}),
    ...(options.context ? { context: options.context } : {}),
  });
  return { template: app.synth().getStackByName(stack.stackName).template as Template, stackName: stack.stackName };
}

/** One Ctrl-C under `npm start` comes twice within a moment: from the terminal, and from npm, which hands it on. */
const oneKeyMs = 500;

function stopAtSignals(stack: Stack, log: (line: string) => void): void {
  let first: number | undefined;
  const onSignal = (signal: NodeJS.Signals) => {
    if (first === undefined) {
      first = Date.now();
      log('stopping: what is under way is brought to its end (once more to stop at once)');
      void stack.stop();
    } else if (Date.now() - first > oneKeyMs) {
      // What is under way stays in the queues, and the next start takes the state over.
      process.exit(signal === 'SIGINT' ? 130 : 143);
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, onSignal);
    void stack.stopped.then(() => process.off(signal, onSignal));
  }
}
