import { parseArgs } from 'node:util';
import { buildIndex, evaluate, WatchIndex } from '../core/matcher/index.ts';
import { printQuery } from '../core/query/index.ts';
import { Dice, randomArticle, randomRule } from './random-rules.ts';

/**
 * `npm run fuzz`: a million answers of the index beside those of the exact evaluator, over random rules and articles in mixed scripts.
 * Ends with 1 at the first that differs, and says with which seed it comes again.
 */
const RULES = 40;
const ARTICLES = 50;

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_007) },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log(
    'npm run fuzz -- [--cases 1000000] [--seed N]\nCompares the index with the exact evaluator on random rules.',
  );
} else {
  fuzz(Number(values.cases), Number(values.seed));
}

function fuzz(wanted: number, firstSeed: number): void {
  const started = performance.now();
  let cases = 0;
  let met = 0;
  for (let seed = firstSeed; cases < wanted; seed++) {
    const dice = new Dice(seed);
    const rules = Array.from({ length: RULES }, (_, i) => ({ id: `rule-${i}`, query: randomRule(dice) }));
    const index = WatchIndex.fromBytes(buildIndex(rules).toBytes());
    for (let i = 0; i < ARTICLES; i++) {
      const article = randomArticle(dice);
      const answer = index.match(article);
      const found = new Set(answer);
      if (found.size < answer.length) {
        console.error(`\nseed ${seed}: the index tells a rule twice\n  article  ${JSON.stringify(article)}`);
        process.exitCode = 1;
        return;
      }
      for (const [ordinal, { query }] of rules.entries()) {
        const expected = evaluate(query, article);
        cases++;
        if (expected) met++;
        if (found.has(ordinal) === expected) continue;
        console.error(`\nseed ${seed}: the index says ${!expected}, the evaluator ${expected}`);
        console.error(`  query    ${printQuery(query)}\n  article  ${JSON.stringify(article)}`);
        process.exitCode = 1;
        return;
      }
    }
    if ((seed - firstSeed) % 20 === 0) process.stderr.write(`\r${cases.toLocaleString('en')} answers compared`);
  }
  const seconds = Math.round((performance.now() - started) / 1000);
  process.stderr.write('\r');
  console.log(
    `${cases.toLocaleString('en')} answers compared, ${met.toLocaleString('en')} met, none differs (${seconds} s)`,
  );
}
