import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  type ArticleText,
  buildIndex,
  matchedWords,
  type Span,
  WatchIndex,
  WatchIndexError,
} from '../../core/matcher/index.ts';
import { parseQuery } from '../../core/query/index.ts';
import tagCases from './matcher-tags.json' with { type: 'json' };
import wordCases from './matcher-words.json' with { type: 'json' };

function rule(id: string, query: string) {
  const result = parseQuery(query);
  if (!result.ok) throw new Error(`${query}: ${JSON.stringify(result.errors)}`);
  return { id, query: result.query };
}

function indexOf(...queries: string[]): WatchIndex {
  return buildIndex(queries.map((query) => rule(query, query)));
}

/** The spans of a query that the article meets. */
function spansOf(query: string, article: ArticleText): Span[] {
  const explanation = indexOf(query).explain(0, article);
  if (!explanation.met) throw new Error(`${query} is not met: ${JSON.stringify(explanation.miss)}`);
  return explanation.spans;
}

describe('an index', () => {
  test('answers the ordinals of the rules met, each rule with its own', () => {
    const index = indexOf('port', 'cyber*', 'shop', 'port', 'china port');
    const found = index.match({ title: 'China', text: 'a port, cybersecurity' });
    expect(found).toBeInstanceOf(Uint32Array);
    const met = [...found].sort();
    expect(met).toEqual([0, 1, 3, 4]);
    expect(met.map((ordinal) => index.idOf(ordinal))).toEqual(['port', 'cyber*', 'port', 'china port']);
  });

  test('of no rules answers nothing', () => {
    expect(buildIndex([]).match({ title: 'China', text: 'port' })).toHaveLength(0);
  });

  test('takes an article with more to it, and an empty one', () => {
    const article = { title: 'China', text: '', url: 'https://example.org/port', lang: 'en' };
    expect([...indexOf('china', 'port').match(article)]).toEqual([0]);
    expect(indexOf('china').match({ title: '', text: '' })).toHaveLength(0);
  });

  test('reads a changed article anew', () => {
    const index = indexOf('china');
    const article = { title: '', text: 'China' };
    expect(index.match(article)).toHaveLength(1);
    article.text = 'Iran';
    expect(index.match(article)).toHaveLength(0);
  });

  test('refuses an ordinal that is none', () => {
    expect(() => indexOf('china').idOf(1)).toThrow(RangeError);
    expect(() => indexOf('china').explain(1, { title: '', text: '' })).toThrow(/No rule has the ordinal 1/);
  });

  test('refuses a query that requires nothing', () => {
    const query = { kind: 'not', part: { kind: 'word', word: 'china' } } as const;
    expect(() => buildIndex([{ id: 'x', query }])).toThrow(TypeError);
  });
});

describe('explain', () => {
  test('tells each occurrence, headline first, then by its start', () => {
    const article = { title: 'Beijing port', text: 'China’s port. China-Beijing talks' };
    const spans = spansOf('china (beijing OR port)', article);
    expect(spans).toEqual([
      { place: 'title', start: 0, end: 7, text: 'Beijing' },
      { place: 'title', start: 8, end: 12, text: 'port' },
      { place: 'text', start: 0, end: 5, text: 'China' },
      { place: 'text', start: 8, end: 12, text: 'port' },
      { place: 'text', start: 14, end: 19, text: 'China' },
      { place: 'text', start: 20, end: 27, text: 'Beijing' },
    ]);
  });

  test('tells one place once, though two terms are met there', () => {
    const spans = spansOf('cyber* OR cyber', { title: '', text: 'cyber' });
    expect(spans).toEqual([{ place: 'text', start: 0, end: 5, text: 'cyber' }]);
  });
});

describe('the words that matched', () => {
  test.each(wordCases)('$query in "$text": $why', ({ query, text, words, ...rest }) => {
    const article = { title: 'title' in rest ? (rest.title ?? '') : '', text };
    expect(matchedWords(spansOf(query, article), article)).toEqual(words);
  });

  test('leave out the author and the section', () => {
    const article = { title: '', text: '', author: 'Jane Doe', section: 'China' };
    const place = (name: 'author' | 'section', text: string): Span => ({
      place: name,
      start: 0,
      end: text.length,
      text,
    });
    expect(matchedWords([place('author', 'Jane'), place('section', 'China')], article)).toEqual([]);
  });

  test('of a text that is one endless compound stay short, and are found soon', () => {
    const article = { title: '', text: 'cyber-'.repeat(50_000) };
    const started = performance.now();
    expect(matchedWords(spansOf('cyber', article), article)).toEqual(['cyber']);
    expect(performance.now() - started).toBeLessThan(3000);
  });
});

describe('bytes', () => {
  const bytes = indexOf('china', '"microsoft exchange*" -(shop OR 中国)').toBytes();

  test('give the same index', () => {
    const index = WatchIndex.fromBytes(bytes);
    expect(index.size).toBe(2);
    expect(index.idOf(0)).toBe('china');
    expect([...index.match({ title: '', text: 'Microsoft exchanges' })]).toEqual([1]);
    expect(index.toBytes()).toEqual(bytes);
  });

  test('of a newer version are refused by its number', () => {
    expect(() => WatchIndex.fromBytes(bytes.with(4, 3))).toThrow(/of version 3; this program reads version 2/);
  });

  test('that are something else, cut, or changed in any one place are refused', () => {
    for (const wrong of [new Uint8Array(), new TextEncoder().encode('{"rules":[]}')]) {
      expect(() => WatchIndex.fromBytes(wrong)).toThrow('These bytes are not a watch index.');
    }
    for (let length = 0; length < bytes.length; length++) {
      expect(() => WatchIndex.fromBytes(bytes.slice(0, length))).toThrow(WatchIndexError);
      expect(() => WatchIndex.fromBytes(bytes.with(length, bytes[length]! ^ 1))).toThrow(WatchIndexError);
    }
  });

  test('are read from within a larger buffer', () => {
    const larger = Buffer.concat([Buffer.from('xyz'), bytes]);
    expect(WatchIndex.fromBytes(larger.subarray(3)).size).toBe(2);
  });
});

describe('the starter tags', () => {
  const tags = JSON.parse(readFileSync(new URL('../../samples/tags.json', import.meta.url), 'utf8')) as {
    name: string;
    query: string;
  }[];

  test('are read without a warning', () => {
    expect(tags.map(({ name }) => name)).toEqual(['china', 'cyber', 'microsoft exchange']);
    for (const { query } of tags) expect(parseQuery(query)).toMatchObject({ ok: true, warnings: [] });
  });

  test.each(tagCases)('$article: $tags, $why', ({ article, tags: expected }) => {
    const index = buildIndex(tags.map(({ name, query }) => rule(name, query)));
    expect([...index.match({ title: '', text: article })].map((ordinal) => index.idOf(ordinal))).toEqual(expected);
  });
});
