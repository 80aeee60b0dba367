import { once } from 'node:events';
import type { Wire } from '../../aws/wire.ts';
import { defaultState, readRunning } from '../../local/state.ts';
import { bringUp, type Up } from './bring-up.ts';
import { type Followed, follow, look } from './follow.ts';
import { onInterruption } from './interruption.ts';
import { addressInWords, count, note, plain, print, printJson, quoted } from './print.ts';
import { type Reach, runningOr, throughWire } from './reach.ts';
import { type Given, type Refused, readFiles } from './read-files.ts';
import { Refusal } from './refusal.ts';
import { inLines, type Ran, reportOf } from './report.ts';
import { nameRefused, type Taken, takeInAll } from './take-in.ts';

export interface StartOptions extends Reach {
  once?: true;
  port: number;
}

/** With nothing new for this long, what is not settled is shown as it stands. Longer than a lease (60 s) whose worker was killed. */
const PATIENCE_MS = 150_000;
/** Of an earlier run's articles that went on in this one, as many are shown. */
const MOST_OTHERS = 1000;

/** The work of `start`: see its --help. */
export async function start(files: string[], options: StartOptions): Promise<void> {
  const since = new Date().toISOString();
  const { given, refused } = await readFiles(files);
  nameRefused(refused);
  // Only now: standard input may have no end, and Ctrl-C must end a run that still waits for it.
  const signal = onInterruption();
  const run: Run = { given, refused, since, signal, options, ran: [] };
  try {
    const running = options.stack === undefined ? await readRunning(options.state) : undefined;
    if (running && files.length === 0) {
      throw new Refusal(
        `a wire runs on ${options.state} already: process ${running.pid}, ${running.url}. ` +
          'Stop it first, or name files to go through it, or another state with --state',
      );
    }
    if (options.stack !== undefined && files.length === 0) {
      throw new Refusal('name files: a stack in AWS runs by itself, and `start` only puts articles through it');
    }
    if (running || options.stack !== undefined) await goThrough(run);
    else await runHere(run);
  } catch (error) {
    if (options.json) {
      // One object is promised on standard output, whatever happens.
      const reason = error instanceof Error ? error.message : String(error);
      const errors = [...refused, { input: options.stack ?? options.state, reason }];
      await printJson(reportOf(run.ran, errors, since, new Date()));
    }
    throw error;
  }
  if (refused.length > 0) process.exitCode = 1;
}

/** One run of `start`: what it was given, and what it did. */
interface Run {
  given: Given[];
  refused: Refused[];
  /** When it began: whoever was told before was not told by it. */
  since: string;
  signal: AbortSignal;
  options: StartOptions;
  ran: Ran[];
}

/** Through a wire that runs already, here or in AWS: only for as long as the articles take. */
async function goThrough(run: Run): Promise<void> {
  await throughWire(run.options, async ({ wire, kind }) => {
    if (kind === 'brought up') note('the wire that ran here has just stopped: another was brought up for the moment');
    const settled = await putThrough(run, wire, kind === 'aws' ? 2000 : 100);
    if (!settled && !run.signal.aborted) note('what is not settled goes on in the wire: see `npx bellwire sends`');
    if (run.options.json) await printReport(run);
    if (!settled && run.signal.aborted) process.exitCode = 130;
  });
}

async function runHere(run: Run): Promise<void> {
  const { options, signal } = run;
  const say = options.json ? note : (text: string) => void process.stdout.write(`${text}\n`);
  const steps = stepLine(options.json === true);
  const comeUp = () => bringUp({ state: options.state, port: options.port, log: steps.log });
  // Files may wait for their turn; a start without any wants the state for itself, and is told who has it.
  const { running, up } = run.given.length > 0 ? await runningOr(options.state, comeUp) : { up: await comeUp() };
  if (running) return goThrough(run);
  try {
    steps.done(await holdings(up));
    if (!options.once) {
      const { url } = up.stack;
      say(`  Inbox and ledger  ${url}/      Articles go to  POST ${url}/articles`);
      const state = options.state === defaultState ? '' : ` --state ${quoted(options.state)}`;
      say(`  The token for it  npx bellwire token${state}`);
    }
    await requeueOpen(up.wire, signal);
    const settled = await putThrough(run, up.wire, 100);
    if (options.once && !(await up.stack.idle({ signal, timeoutMs: PATIENCE_MS })) && !signal.aborted) {
      note('not everything is done yet: the next start goes on with it (`npx bellwire sends` says what waits)');
    }
    if (!options.once && options.json && run.given.length > 0) await printReport(run);
    if (!options.once && !signal.aborted) say('  Ctrl-C stops the wire, and loses nothing');
    if (!options.once && !signal.aborted) await once(signal, 'abort');
    if (options.once || run.given.length === 0) {
      await addOthers(run, up.wire);
      if (options.json) await printReport(run);
    }
    if (!settled && signal.aborted) process.exitCode = 130;
  } finally {
    await up.stop();
  }
}

/** Takes the articles in, and shows each once it is at rest. True when all of them are. */
async function putThrough(run: Run, wire: Wire, everyMs: number): Promise<boolean> {
  const { given, signal, since, options, refused } = run;
  if (given.length === 0) return true;
  const done = await takeInAll(wire, given, signal);
  nameRefused(done.refused);
  refused.push(...done.refused);
  const byId = new Map<string, Taken>(done.taken.map((taken) => [taken.article.id, taken]));
  const show = async (followed: Followed) => {
    const ran: Ran = { ...followed, known: byId.get(followed.article.id)?.known ?? true };
    run.ran.push(ran);
    if (!options.json) await print(inLines(ran, since, new Date()));
  };
  const left = await follow(wire, [...byId.keys()], {
    signal,
    patienceMs: PATIENCE_MS,
    everyMs,
    atRest: show,
    waiting: (followed) => note(followed.map(whatIsWaitedFor).join('\n')),
  });
  // As they stand, rather than not at all.
  for (const id of left) await show(await look(wire, id));
  return left.length === 0;
}

function whatIsWaitedFor({ article, sends }: Followed): string {
  const title = `still under way: ${plain(article.title).slice(0, 60)}`;
  if (article.state === 'accepted') {
    return `${title}\n    not tagged yet${article.lastError ? `: ${plain(article.lastError)}` : ''}`;
  }
  const held = sends
    .filter(({ state }) => state === 'held' || state === 'claimed')
    .slice(0, 10)
    .map(
      (send) =>
        `\n    ${send.channel} ${addressInWords(send)} ${send.state}${send.reason ? `: ${plain(send.reason)}` : ''}`,
    );
  const missing = (article.recipients ?? 0) - sends.length;
  return `${title}${held.join('')}${missing > 0 ? `\n    ${count(missing, 'recipient')} not claimed yet` : ''}`;
}

/** Articles of an earlier run, or that came in by POST, which this run has moved. */
async function addOthers(run: Run, wire: Wire): Promise<void> {
  const { since, options } = run;
  const known = new Set(run.ran.map(({ article }) => article.id));
  const now = new Date();
  const sends = await wire.sends.recent(MOST_OTHERS, now);
  const articles = await wire.articles.recent(100, now);
  const moved = [
    ...articles
      .filter(({ acceptedAt, taggedAt = '', doneAt = '' }) => [acceptedAt, taggedAt, doneAt].some((at) => at >= since))
      .map(({ id }) => id)
      .reverse(),
    ...sends.filter(({ at }) => at >= since).map(({ article }) => article),
  ];
  for (const id of new Set(moved)) {
    if (known.has(id)) continue;
    const followed = await look(wire, id);
    const ran: Ran = { ...followed, known: followed.article.acceptedAt < since };
    // Whoever was told of it before is none of this run's.
    ran.sends = ran.sends.filter(({ state, at }) => state !== 'sent' || at >= since);
    run.ran.push(ran);
    if (!options.json && options.once) await print(inLines(ran, since, now));
  }
}

const printReport = ({ ran, refused, since }: Run) => printJson(reportOf(ran, refused, since, new Date()));

/**
 * An article that was stored by a process that stopped before it was queued would wait for `recover`, which leaves it alone
 * for two minutes. Here nobody else can be about to queue it; what is queued twice does no harm.
 */
async function requeueOpen(wire: Wire, signal: AbortSignal): Promise<void> {
  for await (const article of wire.articles.open(new Date())) {
    if (signal.aborted) return;
    await wire.incoming.send({ article });
  }
}

/** Subscribers counted no further than this: a state may have very many. */
const MOST_COUNTED = 1000;

async function holdings({ wire, seeded }: Up): Promise<string> {
  if (seeded) return `${count(seeded.subscribers, 'sample subscriber')}, ${count(seeded.tags, 'tag')}`;
  let subscribers = 0;
  for await (const _ of wire.subscribers.all()) if (++subscribers === MOST_COUNTED) break;
  const tags = (await wire.tags.list()).length;
  const more = subscribers === MOST_COUNTED ? ' or more' : '';
  return `${count(subscribers, 'subscriber')}${more}, ${count(tags, 'tag')}`;
}

/** The steps of coming up, on one line as they are done; whatever else there is to say goes on lines of its own. */
function stepLine(toError: boolean): { log: (line: string) => void; done: (last: string) => void } {
  const out = toError ? process.stderr : process.stdout;
  let begun = false;
  const step = (text: string) => {
    out.write(`  ✓ ${text}`);
    begun = true;
  };
  return {
    log(line) {
      if (line === 'stack synthesised') step(line);
      else if (line === 'tables, queues and topics up') step('tables, queues, topics up');
      else {
        if (begun) out.write('\n');
        begun = false;
        note(`  ${line}`);
      }
    },
    done(last) {
      step(last);
      out.write('\n');
      begun = false;
    },
  };
}
