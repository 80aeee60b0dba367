import { describe, expect, test } from 'vitest';
import { type ArticleText, explain } from '../../core/matcher/index.ts';
import { parseQuery, type Query } from '../../core/query/index.ts';
import spanCases from './explain-spans.json' with { type: 'json' };
import missCases from './nearest-miss.json' with { type: 'json' };

function parsed(text: string): Query {
  const result = parseQuery(text);
  if (!result.ok) throw new Error(`${text}: ${JSON.stringify(result.errors)}`);
  return result.query;
}

function whole(article: Partial<ArticleText>): ArticleText {
  return { title: '', text: '', ...article };
}

describe('the spans of what is met', () => {
  test.each(spanCases)('$query in $article: $why', ({ query, article, spans }) => {
    const expected = spans.map((span) => ({ ...span, end: span.start + span.text.length }));
    expect(explain(parsed(query), whole(article))).toEqual({ met: true, spans: expected });
  });
});

describe('the nearest miss', () => {
  test.each(missCases)('$query in $article: $why', ({ query, article, met, missing }) => {
    const explanation = explain(parsed(query), whole(article));
    if (explanation.met) throw new Error('It is met.');
    const { miss } = explanation;
    expect({ met: miss.met.map(({ clause }) => clause), missing: miss.missing }).toEqual({ met, missing });
  });

  test('shows where the words are that are there', () => {
    const explanation = explain(parsed('china NEAR/1 port'), { title: 'China', text: 'China has a port' });
    expect(explanation).toMatchObject({
      met: false,
      miss: {
        met: [
          {
            clause: 'china',
            spans: [
              { place: 'title', start: 0, end: 5, text: 'China' },
              { place: 'text', start: 0, end: 5, text: 'China' },
            ],
          },
          { clause: 'port', spans: [{ place: 'text', start: 12, end: 16, text: 'port' }] },
        ],
      },
    });
  });
});
