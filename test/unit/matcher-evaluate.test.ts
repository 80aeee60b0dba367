import { describe, expect, test } from 'vitest';
import { type ArticleText, buildIndex, evaluate } from '../../core/matcher/index.ts';
import { parseQuery, type Query } from '../../core/query/index.ts';
import exactness from './evaluate-exactness.json' with { type: 'json' };
import nearness from './evaluate-nearness.json' with { type: 'json' };
import places from './evaluate-places.json' with { type: 'json' };
import words from './evaluate-words.json' with { type: 'json' };

interface Case {
  query: string;
  article: Partial<ArticleText>;
  expected: boolean;
  why: string;
}

function parsed(text: string): Query {
  const result = parseQuery(text);
  if (!result.ok) throw new Error(`${text}: ${JSON.stringify(result.errors)}`);
  return result.query;
}

const TABLES: [string, Case[]][] = [
  ['words', words],
  ['exactness', exactness],
  ['places', places],
  ['nearness', nearness],
];

describe.each(TABLES)('%s', (_, cases) => {
  test.each(cases)('$query in $article: $why', ({ query, article, expected }) => {
    const whole = { title: '', text: '', ...article };
    expect(evaluate(parsed(query), whole)).toBe(expected);
    const index = buildIndex([{ id: query, query: parsed(query) }]);
    expect(index.match(whole)).toHaveLength(Number(expected));
  });
});

test('a tag must be expanded first', () => {
  expect(() => evaluate({ kind: 'tag', name: 'china' }, { title: '', text: '' })).toThrow(TypeError);
});
