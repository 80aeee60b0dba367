import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Engine, type Timing } from '../engine.ts';

const HERE = import.meta.dirname;

/** How an index of Lucene's is made, and asked. Every one of these is tried; the best is what is compared. */
export interface Setting {
  /** 1 is TermFilteredPresearcher, 2 to 4 MultipassTermFilteredPresearcher. */
  passes: 1 | 2 | 3 | 4;
  weight: 'length' | 'frequency';
  /** How NEAR is asked; both have the same answers for the rules of the bench. */
  near: 'span' | 'interval';
  /** Articles at a time. */
  batch: number;
}

export function settingName({ passes, weight, near, batch }: Setting): string {
  const presearcher = passes === 1 ? 'TermFiltered' : `Multipass ${passes}`;
  const intervals = near === 'interval' ? ', intervals' : '';
  return `${presearcher}, ${weight}, ${batch === 1 ? 'single' : `batch of ${batch}`}${intervals}`;
}

export interface LuceneTiming extends Timing {
  /** Of the matching thread alone. */
  cpuSeconds: number;
  /** Collecting garbage, in all passes together. */
  gcSeconds: number;
  /** Rules that the presearcher let through, in one pass; once for a batch. */
  candidates: number;
}

/** Java 21 or newer runs Lucene 10; with an older one it is the last Lucene 9. */
export interface Java {
  home: string;
  version: number;
  lucene: string;
}

/** The newest Java that is here, or undefined. */
export function findJava(): Java | undefined {
  const homes = [process.env.JAVA_HOME, process.env.JDK_HOME];
  for (const folder of ['/usr/lib/jvm', '/Library/Java/JavaVirtualMachines', '/opt']) {
    if (!existsSync(folder)) continue;
    for (const name of readdirSync(folder)) homes.push(join(folder, name), join(folder, name, 'Contents/Home'));
  }
  let best: Java | undefined;
  for (const home of homes) {
    if (!home || !existsSync(join(home, 'bin/javac'))) continue;
    const said = spawnSync(join(home, 'bin/java'), ['-version'], { encoding: 'utf8' }).stderr ?? '';
    const version = Number(/version "(\d+)/.exec(said)?.[1] ?? 0);
    if (version >= 17 && version > (best?.version ?? 0)) {
      best = { home, version, lucene: version >= 21 ? '10.3.0' : '9.11.1' };
    }
  }
  return best;
}

export interface LuceneFiles {
  rules: string;
  articles: string;
  frequencies: string;
}

/** How its JVM is run. */
export function javaOptions(heapMegabytes: number): string[] {
  return [
    `-Xms${heapMegabytes}m`,
    `-Xmx${heapMegabytes}m`,
    '-XX:+AlwaysPreTouch',
    // The collector with the least cost for each allocation, since a pause hurts nobody here.
    '-XX:+UseParallelGC',
    // Lucene 10 reads postings with it.
    '--add-modules=jdk.incubator.vector',
    '--enable-native-access=ALL-UNNAMED',
  ];
}

/** Builds the program with Maven, if it is not built for this Lucene yet. Answers what went wrong, or undefined. */
export function buildProgram(java: Java): string | undefined {
  const jar = join(HERE, 'target/bench-lucene.jar');
  const source = join(HERE, 'src/main/java/MonitorBench.java');
  if (existsSync(jar) && existsSync(join(HERE, `target/lib/lucene-monitor-${java.lucene}.jar`))) {
    const newer = spawnSync('find', [source, '-newer', jar], { encoding: 'utf8' });
    if (newer.stdout === '') return undefined;
  }
  const { error, status, stdout } = spawnSync(
    'mvn',
    [
      '--batch-mode',
      '--quiet',
      'clean',
      'package',
      `-Dlucene.version=${java.lucene}`,
      `-Dmaven.compiler.release=${java.version >= 21 ? 21 : 17}`,
    ],
    { cwd: HERE, env: { ...process.env, JAVA_HOME: java.home }, encoding: 'utf8' },
  );
  if (error) return `Maven (mvn) cannot be run: ${error.message}`;
  return status === 0 ? undefined : `Maven did not build bench/lucene:\n${stdout}`;
}

/** A JVM with Lucene Monitor in it: one of the forks. */
export class LuceneMonitor {
  readonly version: string;
  readonly #engine: Engine;

  private constructor(engine: Engine, version: string) {
    this.#engine = engine;
    this.version = version;
  }

  /** Starts a JVM on the files that bench/lucene/write.ts wrote. The heap is fixed, and touched before it is needed. */
  static async start(java: Java, files: LuceneFiles, heapMegabytes: number): Promise<LuceneMonitor> {
    const engine = new Engine('Lucene', join(java.home, 'bin/java'), [
      ...javaOptions(heapMegabytes),
      '-cp',
      `${join(HERE, 'target/bench-lucene.jar')}:${join(HERE, 'target/lib')}/*`,
      'MonitorBench',
      files.rules,
      files.articles,
      files.frequencies,
    ]);
    const [, lucene, version] = (await engine.ask()).split(' ');
    return new LuceneMonitor(engine, `Lucene ${lucene} on Java ${version}`);
  }

  async build({ passes, weight, near }: Setting) {
    const [seconds, disjuncts, segments, heapBytes] = await this.#ask(`build ${passes} ${weight} ${near}`);
    return { seconds: seconds!, disjuncts: disjuncts!, segments: segments!, heapBytes: heapBytes! };
  }

  /** Writes the ordinals that each article meets to a file, a line an article, and answers how many they are. */
  async answers(batch: number, file: string): Promise<number> {
    const [matches] = await this.#ask(`answers ${batch} ${file}`);
    return matches!;
  }

  /** Whole passes over the articles, for at least so many seconds. */
  async time(batch: number, seconds: number): Promise<LuceneTiming> {
    const [passes, nanos, cpuNanos, gcMillis, candidates] = await this.#ask(`time ${batch} ${seconds}`);
    return {
      passes: passes!,
      seconds: nanos! / 1e9,
      cpuSeconds: cpuNanos! / 1e9,
      gcSeconds: gcMillis! / 1e3,
      candidates: candidates!,
    };
  }

  close(): Promise<void> {
    return this.#engine.close();
  }

  async #ask(order: string): Promise<number[]> {
    return (await this.#engine.ask(order)).split(' ').slice(1).map(Number);
  }
}
