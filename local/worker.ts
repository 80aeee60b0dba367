import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';

/** What a worker is told to run. */
export interface WorkerTask {
  id: string;
  /** The event, as JSON. */
  event: string;
  /** When the invocation is stopped, in milliseconds since 1970. */
  deadline: number;
  arn: string;
}

/** How a function failed, in Lambda's words. */
export interface Failure {
  errorType: string;
  errorMessage: string;
  trace: string[];
}

export type WorkerAnswer =
  | { kind: 'ready' }
  | { kind: 'refused'; failure: Failure }
  | { kind: 'answer'; id: string; body: string }
  | { kind: 'failure'; id: string; failure: Failure };

/**
 * Lambda's runtime in small, in a thread of its own: loads the bundle once, then answers one invocation after the other.
 * `process.env` here is what the function is given and nothing of the host's.
 */
function run(port: NonNullable<typeof parentPort>, folder: string, handlerName: string): void {
  const answer = (message: WorkerAnswer) => port.postMessage(message);
  let handler: (event: unknown, context: object) => unknown;
  try {
    const dot = handlerName.lastIndexOf('.');
    const bundle = createRequire(join(folder, 'index.js'))(join(folder, `${handlerName.slice(0, dot)}.js`));
    handler = bundle[handlerName.slice(dot + 1)];
    if (typeof handler !== 'function') throw new TypeError(`${handlerName} is undefined or not exported`);
  } catch (error) {
    answer({ kind: 'refused', failure: failureOf(error) });
    return;
  }
  port.on('message', async ({ id, event, deadline, arn }: WorkerTask) => {
    const { env } = process;
    const context = {
      awsRequestId: id,
      callbackWaitsForEmptyEventLoop: true,
      functionName: env.AWS_LAMBDA_FUNCTION_NAME,
      functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
      invokedFunctionArn: arn,
      memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
      logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
      logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
      getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    };
    try {
      const result = await handler(JSON.parse(event), context);
      answer({ kind: 'answer', id, body: JSON.stringify(result) ?? 'null' });
    } catch (error) {
      answer({ kind: 'failure', id, failure: failureOf(error) });
    }
  });
  answer({ kind: 'ready' });
}

function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
}

if (parentPort) {
  const { folder, handler } = workerData as { folder: string; handler: string };
  run(parentPort, folder, handler);
}
