import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Every engine's process that is up, so that none outlives the bench. */
const UP = new Set<ChildProcess>();

/** Ends every engine at once, for Ctrl-C. */
export function endAll(): void {
  for (const child of UP) child.kill('SIGKILL');
}

/** What an engine took for whole passes over the articles that it was given. */
export interface Timing {
  passes: number;
  /** For one pass. */
  seconds: number;
}

/** A process of its own for an engine, that obeys one line at a time and answers with one line. It does nothing between. */
export class Engine {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #name: string;
  #complaints = '';

  constructor(name: string, command: string, args: readonly string[]) {
    this.#name = name;
    this.#child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    UP.add(this.#child);
    this.#child.once('exit', () => UP.delete(this.#child));
    this.#child.on('error', (error) => {
      this.#complaints += error.message;
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#complaints = (this.#complaints + chunk).slice(-4000);
    });
    this.#child.stdin?.on('error', () => {});
    this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]();
  }

  /** The next line, or the answer to an order. Throws with what the process complained of, if it ended instead. */
  async ask(order?: string): Promise<string> {
    if (order !== undefined) this.#child.stdin?.write(`${order}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`${this.#name} ended at “${order ?? 'start'}”: ${this.#complaints.trim()}`);
    return value;
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = new Promise((resume) => this.#child.once('exit', resume));
    this.#child.stdin?.end('quit\n');
    const impatient = setTimeout(() => this.#child.kill('SIGKILL'), 5000);
    await gone;
    clearTimeout(impatient);
  }
}

/**
 * Passes until three looks in a row differ by less than 4 %, but for `atLeastSeconds`, since a compiler pauses on its way up too; or
 * until the patience is over. Answers whether it became flat.
 */
export async function warm(
  time: () => Promise<Timing>,
  { atLeastSeconds = 0, patienceSeconds }: { atLeastSeconds?: number; patienceSeconds: number },
): Promise<boolean> {
  const seen: number[] = [];
  for (let spent = 0; spent < patienceSeconds; ) {
    const { seconds, passes } = await time();
    spent += seconds * passes;
    seen.push(seconds);
    const last = seen.slice(-3);
    if (spent >= atLeastSeconds && last.length === 3 && Math.max(...last) < 1.04 * Math.min(...last)) return true;
  }
  return false;
}
