import { readFileSync, rmSync } from 'node:fs';
import { Bellwire } from './bellwire.ts';
import { warm } from './engine.ts';
import type { Patience } from './growth.ts';
import { type Java, LuceneMonitor, type Setting, settingName } from './lucene/monitor.ts';
import type { Batch } from './ours.ts';
import { middle } from './report.ts';
import type { Workspace } from './workspace.ts';

/** Bellwire and Lucene Monitor on the same rules and articles. Times in seconds for one article. */
export interface Contest extends Batch {
  articles: number;
  matches: number;
  lucene: string;
  /** Lucene's fastest setting, and what it took in each fork, by turns with ours. */
  setting: Setting;
  luceneSeconds: number;
  seconds: number;
  /** Lucene's time by ours: the middle of the forks, and the lowest and highest of them. */
  times: number;
  timesOfForks: number[];
  /** TermFilteredPresearcher, length weights, single: Lucene Monitor as it comes. */
  asItComesSeconds: number | undefined;
  buildSeconds: number;
  heapBytes: number;
  /** All that was tried, fastest first. */
  tried: { setting: Setting; seconds: number; candidates: number }[];
}

export interface ContestOptions {
  articles: number;
  forks: number;
  patience: Patience;
  /** Settings to be tried, when others were found slower on fewer rules. */
  settings?: Setting[];
  say: (text: string) => void;
}

const BATCH = 32;

/** Every setting that is tried: {TermFiltered, Multipass 2 to 4} × {length, document frequency} × {single, batch}. */
export function allSettings({ shape, language }: Batch): Setting[] {
  const nears = shape === 'or-near' && language === 'English' ? (['span', 'interval'] as const) : (['span'] as const);
  const settings: Setting[] = [];
  for (const near of nears) {
    for (const weight of ['frequency', 'length'] as const) {
      for (const passes of [1, 2, 3, 4] as const) {
        for (const batch of [1, BATCH]) settings.push({ passes, weight, near, batch });
      }
    }
  }
  return settings;
}

/** The index must be in the workspace (`build`). Answers are compared before anything is timed; a difference throws. */
export async function contest(
  batch: Batch,
  java: Java,
  workspace: Workspace,
  { articles, forks, patience, settings = allSettings(batch), say }: ContestOptions,
): Promise<Contest> {
  const files = {
    rules: await workspace.rules(batch),
    articles: await workspace.tokens(batch.language, articles),
    frequencies: await workspace.frequencies(batch.language),
  };
  const heapMegabytes = batch.count >= 1_000_000 ? 10_000 : batch.count >= 100_000 ? 5000 : 2000;
  const answers = workspace.path('answers');
  const ours = await answersOf(batch, workspace, articles, answers);

  const match = async (monitor: LuceneMonitor, setting: Setting) => {
    await monitor.answers(setting.batch, answers);
    compare(ours, readFileSync(answers, 'utf8'), settingName(setting));
  };

  // ── Which setting is its best
  const explorer = await LuceneMonitor.start(java, files, heapMegabytes);
  const { version } = explorer;
  const tried: Contest['tried'] = [];
  let asItComesSeconds: number | undefined;
  try {
    let built = '';
    const look = async (setting: Setting, warmSeconds: number) => {
      const index = settingName({ ...setting, batch: 1 });
      if (index !== built) await explorer.build(setting);
      built = index;
      await match(explorer, setting);
      const time = () => explorer.time(setting.batch, patience.roundSeconds / 2);
      await warm(time, { patienceSeconds: warmSeconds });
      const { seconds, candidates } = await explorer.time(setting.batch, patience.roundSeconds);
      say(`    ${settingName(setting)}: ${(articles / seconds).toFixed(1)}/s`);
      return { setting, seconds: seconds / articles, candidates: candidates / articles };
    };
    // What is looked at first would bear what the compiler has still to do for all.
    await look(settings[0]!, 3 * patience.warmSeconds);
    for (const setting of settings) tried.push(await look(setting, patience.warmSeconds));
    tried.sort((a, b) => a.seconds - b.seconds);
    for (const [place, { setting }] of tried.slice(0, 3).entries()) {
      const again = await look(setting, 2 * patience.warmSeconds);
      if (again.seconds < tried[place]!.seconds) tried[place] = again;
    }
    tried.sort((a, b) => a.seconds - b.seconds);
    const asItComes = { passes: 1, weight: 'length', near: 'span', batch: 1 } as const;
    asItComesSeconds = tried.find(({ setting }) => settingName(setting) === settingName(asItComes))?.seconds;
  } finally {
    await explorer.close();
  }
  const { setting } = tried[0]!;

  // ── By turns
  const lucene: number[] = [];
  const bellwire: number[] = [];
  const timesOfForks: number[] = [];
  let buildSeconds = 0;
  let heapBytes = 0;
  for (let fork = 0; fork < forks; fork++) {
    const monitor = await LuceneMonitor.start(java, files, heapMegabytes);
    const mine = new Bellwire();
    try {
      const built = await monitor.build(setting);
      if (built.segments !== 1) throw new Error(`Lucene's index has ${built.segments} segments`);
      buildSeconds = built.seconds;
      heapBytes = built.heapBytes;
      await mine.ask('articles', { file: await workspace.articles(batch.language, articles) });
      await mine.ask('load', { file: workspace.index(batch) });
      await match(monitor, setting);
      const flat = await warm(() => monitor.time(setting.batch, patience.roundSeconds), {
        atLeastSeconds: 3 * patience.warmSeconds,
        patienceSeconds: 8 * patience.warmSeconds,
      });
      const time = () => mine.ask('time', { seconds: patience.roundSeconds / 2 });
      await warm(time, { patienceSeconds: patience.warmSeconds });
      const [its, own]: [number[], number[]] = [[], []];
      for (let round = 0; round < patience.rounds; round++) {
        own.push((await mine.ask('time', { seconds: patience.roundSeconds })).seconds / articles);
        its.push((await monitor.time(setting.batch, patience.roundSeconds)).seconds / articles);
      }
      lucene.push(middle(its));
      bellwire.push(middle(own));
      timesOfForks.push(middle(its) / middle(own));
      const slower = middle(its) / tried[0]!.seconds;
      if (slower > 1.15)
        say(`    Lucene is ${slower.toFixed(2)} times slower than when settings were tried: a busy machine?`);
      say(
        `    fork ${fork + 1} of ${forks}: Lucene ${(1 / lucene.at(-1)!).toFixed(1)}/s${flat ? '' : ' (never quite flat)'}, ` +
          `ours ${(1 / bellwire.at(-1)!).toFixed(0)}/s, times ${timesOfForks.at(-1)!.toFixed(0)}`,
      );
    } finally {
      await Promise.all([monitor.close(), mine.close()]);
    }
  }
  rmSync(answers, { force: true });
  return {
    ...batch,
    articles,
    matches: ours.reduce((sum, line) => sum + (line === '' ? 0 : line.split(' ').length), 0) / articles,
    lucene: version,
    setting,
    luceneSeconds: middle(lucene),
    seconds: middle(bellwire),
    times: middle(timesOfForks),
    timesOfForks,
    asItComesSeconds,
    buildSeconds,
    heapBytes,
    tried,
  };
}

async function answersOf(batch: Batch, workspace: Workspace, articles: number, file: string): Promise<string[]> {
  const bellwire = new Bellwire();
  try {
    await bellwire.ask('articles', { file: await workspace.articles(batch.language, articles) });
    await bellwire.ask('load', { file: workspace.index(batch) });
    await bellwire.ask('answers', { file });
    return readFileSync(file, 'utf8').replace(/\n$/, '').split('\n');
  } finally {
    await bellwire.close();
  }
}

function compare(ours: readonly string[], its: string, setting: string): void {
  for (const [article, line] of its.replace(/\n$/, '').split('\n').entries()) {
    if (line === ours[article]) continue;
    const [mine, theirs] = [ours[article] ?? '', line].map((ordinals) => new Set(ordinals.split(' ')));
    const only = (a: Set<string>, b: Set<string>) => [...a].filter((ordinal) => !b.has(ordinal)).slice(0, 5);
    throw new Error(
      `Article ${article}: Lucene (${setting}) and Bellwire differ: only ours ${only(mine!, theirs!)}, only Lucene’s ${only(theirs!, mine!)}`,
    );
  }
}
