/**
 * Bellwire's matcher as an engine of the bench: a process that obeys a line of JSON at a time, and answers with one.
 *
 *     node bench/ours.ts        orders on standard input, see `Orders`
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { type ArticleText, buildIndex, evaluate, type Rule, WatchIndex } from '../core/matcher/index.ts';
import { Scanner } from '../core/matcher/scan.ts';
import { parseQuery, printQuery, type Query } from '../core/query/index.ts';
import { frequenciesFrom, type LanguageName, languageOf } from './articles.ts';
import type { Timing } from './engine.ts';
import { Random } from './shapes/random.ts';
import { Rules, type Shape } from './shapes/rules.ts';

/** Which rules: the first `count` of a shape. */
export interface Batch {
  shape: Shape;
  language: LanguageName;
  count: number;
  /** Of every hundred rules, how many are of the shape; the others are selective. */
  percent?: number;
}

/** What is asked, and what is answered. Times in seconds, sizes in bytes. */
export interface Orders {
  /** Builds an index and writes its bytes to a file. */
  build: {
    ask: Batch & { frequencies: string; file: string };
    answer: { seconds: number; bytes: number; idBytes: number; literals: number; heldBefore: number; peak: number };
  };
  /** Reads the file, makes it an index and asks it of one article: what an AWS Lambda does that has just started. */
  first: { ask: { file: string; articles: string }; answer: { seconds: number } };
  /** Takes the articles of a file of JSON, so that nothing that makes articles is in this process's memory. */
  articles: { ask: { file: string }; answer: { count: number } };
  load: { ask: { file: string }; answer: { rules: number } };
  /** Writes the ordinals that each article meets, ascending, a line an article. */
  answers: { ask: { file: string }; answer: { matches: number } };
  time: { ask: { seconds: number }; answer: Timing & { matches: number } };
  /** The floor: the articles are cut into words, and no more. */
  floor: { ask: { seconds: number }; answer: Timing };
  /** Asks the exact evaluator of some rules by chance and of some that match. Answers those of which it thinks otherwise. */
  check: { ask: Batch & { articles: number }; answer: { asked: number; different: string[] } };
  resident: { ask: Record<never, never>; answer: { now: number; peak: number } };
}

let index: WatchIndex | undefined;
let articles: ArticleText[] = [];

const obey: { [Name in keyof Orders]: (ask: Orders[Name]['ask']) => Orders[Name]['answer'] } = {
  build({ frequencies, file, ...batch }) {
    const frequencyOf = frequenciesFrom(frequencies);
    const rules = rulesOf(batch);
    globalThis.gc?.();
    const heldBefore = process.memoryUsage().rss;
    const start = performance.now();
    const built = buildIndex(rules, { frequencyOf });
    const bytes = built.toBytes();
    const seconds = since(start);
    writeFileSync(file, bytes);
    const idBytes = rules.reduce((sum, { id }) => sum + Buffer.byteLength(id), 0);
    const literals = rules.reduce((sum, { query }) => sum + literalsOf(query), 0);
    return { seconds, bytes: bytes.length, idBytes, literals, heldBefore, peak: peak() };
  },
  first({ file, articles: from }) {
    const [article] = readArticles(from);
    const start = performance.now();
    const first = WatchIndex.fromBytes(readFileSync(file));
    first.match(article!);
    return { seconds: since(start) };
  },
  articles({ file }) {
    articles = readArticles(file);
    return { count: articles.length };
  },
  load({ file }) {
    index = WatchIndex.fromBytes(readFileSync(file));
    return { rules: index.size };
  },
  answers({ file }) {
    let matches = 0;
    const lines = articles.map((article) => {
      const ordinals = index!.match(article).slice().sort();
      matches += ordinals.length;
      return `${ordinals.join(' ')}\n`;
    });
    writeFileSync(file, lines.join(''));
    return { matches };
  },
  time({ seconds }) {
    let matches = 0;
    const timing = passes(seconds, (article) => {
      matches += index!.match(article).length;
    });
    return { ...timing, matches: matches / timing.passes };
  },
  floor({ seconds }) {
    const scanner = new Scanner();
    let tokens = 0;
    const timing = passes(seconds, ({ title, text }) => {
      scanner.reset();
      scanner.scan(title);
      scanner.scan(text);
      tokens += scanner.count;
    });
    if (tokens === 0) throw new Error('articles without words');
    return timing;
  },
  check({ articles: count, ...batch }) {
    const random = new Random('check');
    const rules = queriesOf(batch);
    const different: string[] = [];
    let asked = 0;
    const ordinals = Array.from({ length: 500 }, () => random.between(0, batch.count));
    for (const ordinal of ordinals.slice(0, 100)) {
      const printed = printQuery(rules(ordinal));
      const again = parseQuery(printed);
      if (!again.ok || printQuery(again.query) !== printed)
        different.push(`printed otherwise: ${printed.slice(0, 200)}`);
    }
    for (const article of articles.slice(0, count)) {
      const met = index!.match(article).slice();
      const meets = new Set(met);
      for (const ordinal of [...ordinals, ...met.slice(0, 300)]) {
        asked++;
        if (evaluate(rules(ordinal), article) === meets.has(ordinal)) continue;
        different.push(`rule ${ordinal}, ${article.title}: ${printQuery(rules(ordinal)).slice(0, 200)}`);
      }
    }
    return { asked, different: different.slice(0, 5) };
  },
  resident: () => ({ now: process.memoryUsage().rss, peak: peak() }),
};

function readArticles(file: string): ArticleText[] {
  return JSON.parse(readFileSync(file, 'utf8'));
}

function queriesOf({ shape, language, percent = 100 }: Batch): (ordinal: number) => Query {
  const rules = new Rules(shape, languageOf(language));
  if (percent === 100) return (ordinal) => rules.query(ordinal);
  const others = new Rules('selective', languageOf(language));
  return (ordinal) => (ordinal % 100 < percent ? rules : others).query(ordinal);
}

function rulesOf(batch: Batch): Rule[] {
  const queryOf = queriesOf(batch);
  return Array.from({ length: batch.count }, (_, ordinal) => ({ id: `watch-${ordinal}`, query: queryOf(ordinal) }));
}

function literalsOf(query: Query): number {
  switch (query.kind) {
    case 'and':
    case 'or':
    case 'of':
      return query.parts.reduce((sum, part) => sum + literalsOf(part), 0);
    case 'not':
      return literalsOf(query.part);
    case 'near':
      return query.operands.reduce((sum, { terms }) => sum + terms.length, 0);
    default:
      return 1;
  }
}

function passes(seconds: number, ask: (article: ArticleText) => void): Timing {
  const start = performance.now();
  let count = 0;
  do {
    for (const article of articles) ask(article);
    count++;
  } while (since(start) < seconds);
  return { passes: count, seconds: since(start) / count };
}

function since(start: number): number {
  return (performance.now() - start) / 1000;
}

function peak(): number {
  return process.resourceUsage().maxRSS * 1024;
}

for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'quit') break;
  const [name, ask] = JSON.parse(line) as [keyof Orders, never];
  console.log(JSON.stringify(obey[name](ask)));
}
process.exit(0);
