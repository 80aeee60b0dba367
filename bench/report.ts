import { cpus, release, totalmem, type } from 'node:os';
import type { Contest } from './contest.ts';
import type { Measured } from './growth.ts';
import { settingName } from './lucene/monitor.ts';
import type { PeersFigures } from './peers.ts';

/** All that one run found. Parts that were not asked for are empty. */
export interface Figures {
  machine: string;
  command: string;
  /** Bytes of UTF-8 in an article, about. */
  articleBytes: { English: number; Chinese: number };
  sizes: Measured[];
  contests: Contest[];
  words: Measured[];
  matches: Measured[];
  peers: PeersFigures[];
}

export function middle(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** This machine, in a line. */
export function machine(): string {
  const cores = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cores[0]?.model.trim() ?? 'unknown processor'}, ${cores.length} cores, ${memory} GiB, ${type()} ${release()}, Node ${process.versions.node}`;
}

export function shapeName({ shape, language }: { shape: string; language: string }): string {
  const name = shape === 'or-near' ? (language === 'English' ? 'OR-lists with NEAR' : 'OR-lists') : shape;
  return language === 'English' ? name : `${name}, Chinese`;
}

export function countName(count: number): string {
  return count >= 1_000_000 ? `${count / 1_000_000}M` : count >= 1000 ? `${count / 1000}k` : String(count);
}

/** The figures as Markdown, which reads well in a terminal too. */
export function report(figures: Figures): string {
  const parts = [`${figures.machine}\n\n    ${figures.command}`];
  if (figures.sizes.length > 0) parts.push(sizesTable(figures), firstTable(figures));
  if (figures.contests.length > 0) parts.push(contestTable(figures.contests));
  if (figures.peers.length > 0) parts.push(...figures.peers.map(peersTable));
  return parts.filter((part) => part !== '').join('\n\n');
}

function sizesTable({ sizes, articleBytes }: Figures): string {
  const rows = sizes.map((one) => [
    shapeName(one),
    countName(one.count),
    integer(1 / one.seconds),
    micros(one.seconds),
    `${(one.seconds / one.floorSeconds).toFixed(2)}`,
    matchesOf(one.matches),
    `${one.built.seconds.toFixed(1)} s`,
    ((one.built.bytes - one.built.idBytes) / one.count).toFixed(1),
    ((one.built.bytes - one.built.idBytes) / one.built.literals).toFixed(1),
    (one.built.idBytes / one.count).toFixed(1),
    megabytes(one.resident),
  ]);
  const floors = (['English', 'Chinese'] as const).flatMap((language) => {
    const of = sizes.filter((one) => one.language === language).map(({ floorSeconds }) => floorSeconds);
    if (of.length === 0) return [];
    return [`${language} ${micros(middle(of))} µs for ${integer(articleBytes[language])} bytes`];
  });
  const costs = sizes.flatMap((one) => {
    if (one.language === 'English') return [];
    const like = sizes.find(
      (other) => other.language === 'English' && other.shape === one.shape && other.count === one.count,
    );
    return like ? [`${shapeName(one)} ${countName(one.count)}: ${(one.seconds / like.seconds).toFixed(2)}`] : [];
  });
  const notes = [`The floor, cutting an article into words and no more: ${floors.join(', ')}.`];
  for (const language of ['English', 'Chinese'] as const) {
    const ratios = sizes
      .filter((one) => one.count === 1000 && one.language === language)
      .map((one) => one.seconds / one.floorSeconds);
    if (ratios.length > 0) {
      notes.push(
        `1,000 rules, ${language}: ${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)} times the floor.`,
      );
    }
  }
  if (costs.length > 0) notes.push(`Chinese by English of the same bytes: ${costs.join(', ')}.`);
  const head =
    'Bellwire|rules|articles/s|µs an article|× floor|matches an article|build|bytes a rule|a literal|ids, a rule|resident';
  return `${table(head.split('|'), rows)}\n\n${notes.join('\n')}`;
}

function firstTable({ sizes }: Figures): string {
  const of = sizes.filter(({ firstSeconds }) => firstSeconds !== undefined);
  if (of.length === 0) return '';
  const rows = of.map((one) => [
    shapeName(one),
    countName(one.count),
    megabytes(one.built.bytes),
    `${(one.firstSeconds! * 1000).toFixed(1)} ms`,
    megabytes(one.resident),
    `${one.built.seconds.toFixed(1)} s`,
    `${megabytes(one.built.peak)}, of which ${megabytes(one.built.heldBefore)} the rules as objects`,
  ]);
  return table(
    ['index', 'rules', 'file', 'read, load, first match', 'resident while it matches', 'build', 'resident at most'],
    rows,
  );
}

function contestTable(contests: readonly Contest[]): string {
  const rows = contests.map((one) => [
    shapeName(one),
    countName(one.count),
    one.asItComesSeconds === undefined ? '–' : rate(one.asItComesSeconds),
    rate(one.luceneSeconds),
    settingName(one.setting),
    integer(1 / one.seconds),
    matchesOf(one.matches),
    `**${integer(one.times)}**`,
    `${integer(Math.min(...one.timesOfForks))}–${integer(Math.max(...one.timesOfForks))}`,
    `${one.buildSeconds.toFixed(0)} s`,
  ]);
  const head =
    'against Lucene|rules|as it comes, articles/s|at its best|which is|Bellwire|matches an article|times|forks from–to|its build';
  const lowest = contests.reduce((low, one) => (one.times < low.times ? one : low));
  const forks = contests[0]!.timesOfForks.length;
  return [
    table(head.split('|'), rows),
    `${contests[0]!.lucene}; ${forks === 1 ? 'one fork' : `the middle of ${forks} forks`}, by turns; equal answers for every article timed.`,
    `**The lowest: ${integer(lowest.times)} times** (${shapeName(lowest)}, ${countName(lowest.count)}).`,
  ].join('\n\n');
}

function peersTable({ rules, matches, figures }: PeersFigures): string {
  const ours = figures[0]?.seconds;
  const rows = figures.map(({ name, version, seconds, buildSeconds, why }) => [
    `${name} ${version}`.trim(),
    seconds === undefined ? (why ?? '–') : micros(seconds),
    seconds === undefined || ours === undefined ? '' : (seconds / ours).toFixed(1),
    buildSeconds === undefined ? '' : `${(buildSeconds * 1000).toFixed(0)} ms`,
  ]);
  return table([`${rules}, ${matchesOf(matches)} matches an article`, 'µs an article', 'times ours', 'build'], rows);
}

/** A Markdown table whose columns line up; the first is of words, the others of figures. */
function table(head: readonly string[], rows: readonly string[][]): string {
  const widths = head.map((name, column) => Math.max(name.length, 3, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join(' | ')} |`;
  const rule = `| ${widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}

function integer(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function rate(seconds: number): string {
  return 1 / seconds < 100 ? (1 / seconds).toFixed(1) : integer(1 / seconds);
}

function micros(seconds: number): string {
  const micro = seconds * 1e6;
  return micro < 100 ? micro.toFixed(1) : integer(micro);
}

function matchesOf(value: number): string {
  return value < 100 ? value.toFixed(1) : integer(value);
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}
