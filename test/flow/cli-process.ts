import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const run = join(import.meta.dirname, '..', '..', 'bin', 'run.mjs');

export interface Ended {
  code: number | null;
  out: string;
  err: string;
  /** Standard output as the one JSON object that it must then be. */
  json(): never;
}

export interface Process {
  child: ChildProcess;
  /** What it has written so far. */
  out(): string;
  err(): string;
  /** Waits until its standard output or error matches. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  ended: Promise<Ended>;
}

/** Starts the command line in a process of its own, as `npx bellwire …` does. With `input` null its standard input has no end. */
export function begin(
  args: string[],
  { input = '', flags = [], env = {} }: { input?: string | null; flags?: string[]; env?: Record<string, string> } = {},
): Process {
  const child = spawn(process.execPath, [...flags, run, ...args], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: 'pipe',
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    out += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    err += chunk;
  });
  child.stdin.on('error', () => {});
  if (input !== null) child.stdin.end(input);
  const ended = once(child, 'close').then(([code]) => ({ code, out, err, json: () => JSON.parse(out) as never }));
  return {
    child,
    out: () => out,
    err: () => err,
    ended,
    async says(pattern) {
      for (;;) {
        const found = pattern.exec(out) ?? pattern.exec(err);
        if (found) return found;
        if (child.exitCode !== null || child.signalCode !== null) {
          throw new Error(`it ended and never said ${pattern}:\n${out}\n${err}`);
        }
        await new Promise((resume) => setTimeout(resume, 20));
      }
    },
  };
}

/** Runs it to its end. */
export const bellwire = (args: string[], options?: Parameters<typeof begin>[1]): Promise<Ended> =>
  begin(args, options).ended;
