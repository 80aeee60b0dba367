/**
 * How fast is the matcher, beside the floor (cutting an article into words and no more), beside Lucene Monitor at its best, and beside
 * what npm has? Everything in one run and by turns, so that the ratios hold whatever the machine. Answers are compared first.
 *
 *     npm run bench [-- --quick --only dense --rules 1k,100k --forks 1 --no-lucene --no-peers --json --write]
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { type LanguageName, timedArticles } from './articles.ts';
import { allSettings, type Contest, contest } from './contest.ts';
import { endAll } from './engine.ts';
import { build, check, first, type Measured, measure, type Patience } from './growth.ts';
import { buildProgram, findJava, type Java, type Setting } from './lucene/monitor.ts';
import type { Batch } from './ours.ts';
import type { PeersFigures } from './peers.ts';
import { picture } from './picture.ts';
import { countName, type Figures, machine, report, shapeName } from './report.ts';
import { SHAPE_NOTES, type Shape } from './shapes/rules.ts';
import { Workspace } from './workspace.ts';

const HELP = `npm run bench [-- OPTIONS]

  --quick            1k and 10k rules, fewer articles, one fork, little patience: some minutes
  --only SHAPE       one of ${Object.keys(SHAPE_NOTES).join(', ')} (again for more); no growth, no peers
  --rules 1k,10k     these sizes; 1k,10k,100k,1M without it
  --forks N          JVMs for each contest with Lucene, 5 without it
  --few-settings     of Lucene's settings only those that were fastest whenever all were tried: Multipass of 2 and 3 passes, by
                     document frequency, single
  --no-lucene        Bellwire alone
  --no-peers         without what npm has
  --write            puts the tables into docs/benchmarks.md and the picture beside it
  --json             all figures as JSON

Lucene needs Java 17 or newer (21 for Lucene 10) and Maven; npm's packages are installed in bench/peers. What is not there is left out.`;

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true },
    rules: { type: 'string' },
    forks: { type: 'string' },
    'few-settings': { type: 'boolean', default: false },
    'no-lucene': { type: 'boolean', default: false },
    'no-peers': { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}

const MILLION = 1_000_000;
const QUICK = values.quick;
const SIZES = (values.rules ?? (QUICK ? '1k,10k' : '1k,10k,100k,1M')).split(',').map(countOf);
const FORKS = countOf(values.forks ?? (QUICK ? '1' : '5'));
const PATIENCE: Patience = QUICK
  ? { warmSeconds: 2, roundSeconds: 0.5, rounds: 3 }
  : { warmSeconds: 6, roundSeconds: 1.5, rounds: 3 };
/** Their index of 100 words a rule and 100,000 rules is what a machine has room for, ours and theirs. */
const MANY_WORDS: readonly Shape[] = ['100+20', 'or-near'];
/** Shapes that Lucene is asked of a million: each of its forks builds for minutes. */
const LUCENE_MILLION: readonly Shape[] = ['selective', 'dense'];

const SETS: { shape: Shape; language: LanguageName }[] = (
  [
    ['selective', 'English'],
    ['dense', 'English'],
    ['5+2', 'English'],
    ['100+20', 'English'],
    ['or-near', 'English'],
    ['selective', 'Chinese'],
    ['or-near', 'Chinese'],
  ] as const
)
  .map(([shape, language]) => ({ shape, language }))
  .filter(({ shape }) => !values.only || values.only.includes(shape));
if (SETS.length === 0) fail(`--only takes ${Object.keys(SHAPE_NOTES).join(', ')}`);

const began = performance.now();
const [load] = loadavg();
if (load! > 0.5)
  say(`the machine is busy (load ${load!.toFixed(1)}): figures will be lower than they are, ratios noisy`);
const workspace = new Workspace();
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.on(signal, () => {
    endAll();
    workspace.remove();
    process.exit(code);
  });
}

try {
  const figures: Figures = {
    machine: machine(),
    command: ['npm run bench', ...(process.argv.length > 2 ? ['--'] : []), ...process.argv.slice(2)].join(' '),
    articleBytes: { English: bytesOf('English'), Chinese: bytesOf('Chinese') },
    sizes: [],
    contests: [],
    words: [],
    matches: [],
    peers: [],
  };
  const java = values['no-lucene'] ? undefined : lucene();

  for (const set of SETS) {
    for (const count of SIZES) {
      if (count >= MILLION && (MANY_WORDS.includes(set.shape) || set.shape === '5+2')) continue;
      const batch: Batch = { ...set, count };
      say(`${shapeName(batch)}, ${countName(count)} rules`);
      figures.sizes.push(await sizeOf(batch));
      if (java && fightsLucene(batch)) figures.contests.push(await contestOf(batch, java, figures.contests));
    }
  }
  if (!values.only) {
    const some = QUICK ? 10_000 : 100_000;
    figures.words = await growthWithWords(some);
    figures.matches = await growthWithMatches(some);
    if (!values['no-peers']) figures.peers = await peers();
  }

  if (values.write) write(figures);
  console.log(values.json ? JSON.stringify(figures) : report(figures));
} finally {
  endAll();
  workspace.remove();
}

/** Our own figures for a set of rules, checked with the exact evaluator first. */
async function sizeOf(batch: Batch): Promise<Measured> {
  const articles = articlesFor(batch);
  const built = await build(batch, workspace);
  const asked = await check(batch, workspace, await workspace.articles(batch.language, articles));
  say(`  built in ${built.seconds.toFixed(1)} s; the evaluator was asked ${asked} times and agrees`);
  const measured = await measure(batch, built, { articles }, workspace, PATIENCE);
  if (batch.count >= MILLION) measured.firstSeconds = await first(batch, workspace, 5);
  say(
    `  ${(measured.seconds * 1e6).toFixed(1)} µs an article, ${(measured.seconds / measured.floorSeconds).toFixed(2)} times the floor`,
  );
  return measured;
}

/** Lucene is asked where it matters: at 100,000, two shapes of a million, and the largest of smaller runs. */
function fightsLucene({ shape, language, count }: Batch): boolean {
  if (count >= MILLION) return LUCENE_MILLION.includes(shape) && language === 'English';
  return count === Math.max(...SIZES.filter((size) => size < MILLION));
}

async function contestOf(batch: Batch, java: Java, before: readonly Contest[]): Promise<Contest> {
  const fewer = before.find((one) => one.shape === batch.shape && one.language === batch.language);
  return contest(batch, java, workspace, {
    articles: articlesFor(batch),
    forks: FORKS,
    patience: PATIENCE,
    settings: batch.count >= MILLION && fewer ? bestOf(fewer) : settingsFor(batch),
    say,
  });
}

function settingsFor(batch: Batch): Setting[] {
  if (!values['few-settings']) return allSettings(batch);
  return [2, 3].map((passes) => ({ passes: passes as 2 | 3, weight: 'frequency', near: 'span', batch: 1 }));
}

/** An index of a million takes Lucene minutes: there the three that were fastest on fewer rules are tried, and as it comes. */
function bestOf({ tried }: Contest): Setting[] {
  const asItComes: Setting = { passes: 1, weight: 'length', near: 'span', batch: 1 };
  const best = tried.slice(0, 3).map(({ setting }) => setting);
  const settings = [...best, asItComes].toSorted((a, b) => a.passes - b.passes || a.weight.localeCompare(b.weight));
  return settings.filter((one, i) => JSON.stringify(one) !== JSON.stringify(settings[i - 1]));
}

function articlesFor({ count }: Batch): number {
  return QUICK ? 64 : count >= MILLION ? 128 : 256;
}

async function growthWithWords(count: number): Promise<Measured[]> {
  const found: Measured[] = [];
  for (const shape of ['selective', 'dense'] as const) {
    const batch: Batch = { shape, language: 'English', count };
    const built = await build(batch, workspace);
    for (const length of [50, 100, 250, 500, 1000, 2500, 5000, 10_000]) {
      const articles = Math.max(4, Math.min(256, Math.floor(64_000 / length)));
      found.push(await measure(batch, built, { articles, length }, workspace, PATIENCE));
      say(`${shape}, ${length} words: ${(found.at(-1)!.seconds * 1e6).toFixed(1)} µs`);
    }
  }
  return found;
}

/** Some of the rules selective, the others dense: all else stays as it is while the matches grow. */
async function growthWithMatches(count: number): Promise<Measured[]> {
  const found: Measured[] = [];
  for (const percent of [0, 1, 3, 10, 30, 100]) {
    const batch: Batch = { shape: 'dense', language: 'English', count, percent };
    const built = await build(batch, workspace);
    found.push(await measure(batch, built, { articles: QUICK ? 64 : 256 }, workspace, PATIENCE));
    const { matches, seconds } = found.at(-1)!;
    say(`${matches.toFixed(1)} matches: ${(seconds * 1e6).toFixed(1)} µs`);
  }
  return found;
}

/** npm's packages run in a process of their own: some cannot be stopped, and one ends the process that it is in. */
async function peers(): Promise<PeersFigures[]> {
  const folder = join(import.meta.dirname, 'peers');
  if (!existsSync(join(folder, 'node_modules'))) {
    say('installing npm’s packages in bench/peers');
    const npm = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder });
    if (npm.status !== 0) {
      say('npm’s packages are left out: `npm ci` in bench/peers did not work');
      return [];
    }
  }
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'peers.ts'), '--seconds', QUICK ? '0.3' : '1', '--articles', QUICK ? '40' : '100'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const found: PeersFigures[] = [];
  for await (const line of createInterface({ input: child.stdout })) found.push(JSON.parse(line));
  return found;
}

function lucene(): Java | undefined {
  const java = findJava();
  if (!java) {
    say('Lucene is left out: no JDK of 17 or newer was found (JAVA_HOME says where one is)');
    return undefined;
  }
  const why = buildProgram(java);
  if (why !== undefined) {
    say(`Lucene is left out: ${why}`);
    return undefined;
  }
  say(`Lucene ${java.lucene} on Java ${java.version}`);
  return java;
}

function write(figures: Figures): void {
  const docs = join(import.meta.dirname, '../docs');
  const page = join(docs, 'benchmarks.md');
  const text = readFileSync(page, 'utf8');
  const [start, end] = ['<!-- figures -->', '<!-- /figures -->'];
  const filled = `${text.slice(0, text.indexOf(start) + start.length)}\n\n${report(figures)}\n\n${text.slice(text.indexOf(end))}`;
  writeFileSync(page, filled);
  if (figures.words.length > 0) writeFileSync(join(docs, 'benchmarks.svg'), picture(figures));
}

function bytesOf(language: LanguageName): number {
  const articles = timedArticles(language, 20);
  return articles.reduce((sum, { title, text }) => sum + Buffer.byteLength(title + text), 0) / articles.length;
}

function countOf(text: string): number {
  const [, number, unit] = /^(\d+)([kM]?)$/.exec(text) ?? fail(`“${text}” is no count: 1000, 10k or 1M`);
  return Number(number) * (unit === 'k' ? 1000 : unit === 'M' ? MILLION : 1);
}

function say(text: string): void {
  const minutes = (performance.now() - began) / 60_000;
  console.error(`${minutes.toFixed(1).padStart(5)} min  ${text}`);
}

function fail(text: string): never {
  console.error(text);
  process.exit(2);
}
