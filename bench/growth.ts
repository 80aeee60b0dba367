import { Bellwire } from './bellwire.ts';
import { warm } from './engine.ts';
import type { Batch, Orders } from './ours.ts';
import { middle } from './report.ts';
import type { Workspace } from './workspace.ts';

/** What one index costs, and how fast it is beside the floor. Times in seconds for one article, sizes in bytes. */
export interface Measured extends Batch {
  built: Orders['build']['answer'];
  /** Words in an article, about. */
  length: number;
  matches: number;
  seconds: number;
  floorSeconds: number;
  /** All memory of the process that answers, at its highest. */
  resident: number;
  /** Reading the file, loading it and matching once, in processes of their own; where it was asked. */
  firstSeconds?: number;
}

/** How long things are watched. */
export interface Patience {
  warmSeconds: number;
  roundSeconds: number;
  rounds: number;
}

/** Builds an index in a process of its own, and leaves it in the workspace. */
export async function build(batch: Batch, workspace: Workspace): Promise<Orders['build']['answer']> {
  const builder = new Bellwire(12_000);
  try {
    const frequencies = await workspace.frequencies(batch.language);
    return await builder.ask('build', { ...batch, frequencies, file: workspace.index(batch) });
  } finally {
    await builder.close();
  }
}

/** Has the exact evaluator asked of a sample. Throws where it thinks otherwise: then there is nothing to be timed. */
export async function check(batch: Batch, workspace: Workspace, articles: string): Promise<number> {
  const checker = new Bellwire();
  try {
    await checker.ask('articles', { file: articles });
    await checker.ask('load', { file: workspace.index(batch) });
    const { asked, different } = await checker.ask('check', { ...batch, articles: 4 });
    if (different.length > 0) throw new Error(`The index and the exact evaluator differ:\n  ${different.join('\n  ')}`);
    return asked;
  } finally {
    await checker.close();
  }
}

/** Times an index that `build` left, by turns with the floor. */
export async function measure(
  batch: Batch,
  built: Orders['build']['answer'],
  { articles: count, length = 500 }: { articles: number; length?: number },
  workspace: Workspace,
  patience: Patience,
): Promise<Measured> {
  const bellwire = new Bellwire();
  try {
    await bellwire.ask('articles', { file: await workspace.articles(batch.language, count, length) });
    await bellwire.ask('load', { file: workspace.index(batch) });
    const time = () => bellwire.ask('time', { seconds: patience.roundSeconds / 2 });
    await warm(time, { patienceSeconds: patience.warmSeconds });
    await bellwire.ask('floor', { seconds: patience.roundSeconds });
    const ours: number[] = [];
    const floor: number[] = [];
    let matches = 0;
    for (let round = 0; round < patience.rounds; round++) {
      const timing = await bellwire.ask('time', { seconds: patience.roundSeconds });
      ours.push(timing.seconds / count);
      matches = timing.matches / count;
      floor.push((await bellwire.ask('floor', { seconds: patience.roundSeconds })).seconds / count);
    }
    const { peak } = await bellwire.ask('resident', {});
    return { ...batch, built, length, matches, seconds: middle(ours), floorSeconds: middle(floor), resident: peak };
  } finally {
    await bellwire.close();
  }
}

/** Reads the file, loads it and matches one article, in so many new processes. The middle of their times, in seconds. */
export async function first(batch: Batch, workspace: Workspace, times: number): Promise<number> {
  const articles = await workspace.articles(batch.language, 1);
  const seconds: number[] = [];
  for (let i = 0; i < times; i++) {
    const bellwire = new Bellwire();
    try {
      seconds.push((await bellwire.ask('first', { file: workspace.index(batch), articles })).seconds);
    } finally {
      await bellwire.close();
    }
  }
  return middle(seconds);
}
