import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import type { ArticleText } from '../../core/matcher/index.ts';
import type { Query } from '../../core/query/index.ts';
import { distinctTokens, notationOf, tokenLine } from './notation.ts';

/** Writes rules as MonitorBench.java reads them, a line each, never more than some thousands of them in memory. */
export async function writeRules(file: string, rules: Iterable<Query>): Promise<void> {
  const out = createWriteStream(file);
  let lines: string[] = [];
  const flush = async () => {
    if (lines.length > 0 && !out.write(`${lines.join('\n')}\n`)) await once(out, 'drain');
    lines = [];
  };
  for (const query of rules) {
    lines.push(notationOf(query));
    if (lines.length === 2000) await flush();
  }
  await flush();
  out.end();
  await once(out, 'finish');
}

/** Writes articles as MonitorBench.java reads them: words already cut, so that no engine's analyser is measured. */
export async function writeArticles(file: string, articles: readonly ArticleText[]): Promise<void> {
  await writeFile(file, articles.map((article) => `${tokenLine(article)}\n`).join(''));
}

/** Writes in how many of the articles each token is, for Lucene's weights by document frequency. */
export async function writeFrequencies(file: string, articles: readonly ArticleText[]): Promise<void> {
  const counts = new Map<string, number>();
  for (const article of articles) {
    for (const token of distinctTokens(article)) counts.set(token, (counts.get(token) ?? 0) + 1);
  }
  await writeFile(file, Array.from(counts, ([token, count]) => `${token} ${count}\n`).join(''));
}
