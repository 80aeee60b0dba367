import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { admitArticle, readInput } from '../../core/article/index.ts';
import { buildIndex, matchedWords } from '../../core/matcher/index.ts';
import { parseQuery } from '../../core/query/index.ts';
import cases from './starter-tags.json' with { type: 'json' };

const samples = new URL('../../samples/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, samples));
const tags = (JSON.parse(read('tags.json').toString()) as { name: string; query: string }[]).map(({ name, query }) => {
  const parsed = parseQuery(query);
  if (!parsed.ok) throw new Error(`${name}: ${JSON.stringify(parsed.errors)}`);
  return { id: name, query: parsed.query, warnings: parsed.warnings };
});
const index = buildIndex(tags);

function tagged(article: { title: string; text: string }): Record<string, string[]> {
  const met = [...index.match(article)].map((ordinal) => {
    const explanation = index.explain(ordinal, article);
    if (!explanation.met) throw new Error('it is met, and explained as missed');
    return [index.idOf(ordinal), matchedWords(explanation.spans, article)] as const;
  });
  return Object.fromEntries(met.sort(([a], [b]) => (a < b ? -1 : 1)));
}

test('are read without a warning', () => {
  expect(tags.map(({ id, warnings }) => [id, warnings])).toEqual([
    ['china', []],
    ['cyber', []],
    ['microsoft exchange', []],
  ]);
});

test.each(cases)('$article: $tags, $why', ({ article, tags: expected }) => {
  expect(Object.keys(tagged({ title: '', text: article }))).toEqual(expected);
});

describe('the sample articles', () => {
  test.each([
    [
      'china-cyber.txt',
      [
        {
          china: ['China', 'Chinese'],
          cyber: ['cyber-espionage', 'cyber'],
          'microsoft exchange': ['Microsoft Exchange'],
        },
      ],
    ],
    ['moorbrand.txt', [{}]],
    ['beekeepers.txt', [{}]],
    ['harbour-bridge.html', [{}]],
    ['wire.json', [{ china: ['China'], cyber: ['cyber'] }, { china: ['China'] }]],
  ])('%s', (name, expected) => {
    const { inputs } = readInput(read(name), name);
    const found = inputs.map(({ input }) => {
      const admitted = admitArticle(input);
      if (!admitted.ok) throw new Error(admitted.reason);
      return tagged(admitted.article);
    });
    expect(found).toEqual(expected);
  });
});
