import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { StoredArticle } from '../../aws/articles.ts';
import { explainedBeside, explainedInWords } from '../../bin/commands/explain-query.ts';
import { pointAt } from '../../bin/commands/faults.ts';
import { BOLD, excerpt, GUILLEMETS, marked } from '../../bin/commands/marked-text.ts';
import { missedInWords, missedWatches } from '../../bin/commands/missed-watches.ts';
import { columns } from '../../bin/commands/print.ts';
import { checkedInWords } from '../../bin/commands/query.ts';
import {
  mayNameTags,
  queriesOf,
  readQuery,
  tagsNamedIn,
  tagsThatUse,
  UnreadableQuery,
} from '../../bin/commands/read-query.ts';
import { alertsADay, readPeriod } from '../../bin/commands/stored-articles.ts';
import { compare, previewAsJson, previewInWords } from '../../bin/commands/tag-preview.ts';
import { type Met, metInWords, triedInWords, tryOn } from '../../bin/commands/try-query.ts';
import { parseQuery } from '../../core/query/index.ts';
import cases from './query-commands.json' with { type: 'json' };

/** UPDATE_GOLDEN=1 writes the files anew: read the difference before it is kept. */
const update = process.env.UPDATE_GOLDEN === '1';
const folder = new URL('../golden/queries/', import.meta.url);
const written = new Set<string>();

function compareGolden(name: string, texts: string[]): void {
  const text = `${texts.join('\n\n')}\n`;
  written.add(name);
  const file = new URL(name, folder);
  if (update) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, text);
  }
  expect(existsSync(file), `test/golden/queries/${name} is missing: UPDATE_GOLDEN=1 writes it`).toBe(true);
  expect(text).toBe(readFileSync(file, 'utf8'));
}

const articles = cases.articles.map((article) => ({ state: 'done', ...article }) as StoredArticle);
const tags = queriesOf(Object.entries(cases.tags).map(([name, query]) => ({ name, query })));
const queryOf = (text: string) => readQuery(text, { tags }).query;
const now = new Date('2026-11-20T12:00:00Z');

describe('what a person reads', () => {
  test('of query check', () => {
    const said = cases.check.map(
      (text) => `$ query check '${text}'\n${checkedInWords(text, parseQuery(text, { tags }))}`,
    );
    compareGolden('check.txt', said);
  });

  test('of query try', async () => {
    const said = cases.try.map(async ({ query, limit = 20 }) => {
      const lines: string[] = [];
      const show = async (met: Met) => void lines.push(metInWords(met, GUILLEMETS));
      const page = articles.map((article) => ({ article, label: article.id }));
      const tried = await tryOn(queryOf(query), tags, [page], limit, show);
      lines.push(triedInWords({ ...tried, period: readPeriod('7d') }, now));
      return [`$ query try '${query}'`, ...lines].join('\n');
    });
    compareGolden('try.txt', await Promise.all(said));
  });

  test('of query explain', () => {
    const said = cases.explain.map(({ query, article }) => {
      const explained = explainedBeside(queryOf(query), articles[article]!, tags);
      return `$ query explain '${query}'\n${explainedInWords(explained)}`;
    });
    compareGolden('explain.txt', said);
  });

  test('before a tag is saved', async () => {
    const said = cases.changes.map(async ({ before, after }) => {
      const change = { before: before === undefined ? undefined : queryOf(before), after: queryOf(after), tags };
      const preview = await compare([articles], change, readPeriod('7d'));
      return `${before ?? '(new)'} → ${after}\n${previewInWords(preview, GUILLEMETS)}`;
    });
    compareGolden('tag-preview.txt', await Promise.all(said));
  });

  test('there is no file that nothing writes', () => {
    expect(readdirSync(folder).sort()).toEqual([...written].sort());
  });
});

test('a preview lists a few and counts the others', async () => {
  const many = Array.from({ length: 17 }, (_, at) => ({ ...articles[0]!, id: `many${at}`, title: `China ${at}` }));
  const change = { before: queryOf('zebra'), after: queryOf('china'), tags };
  const preview = await compare([many.slice(0, 9), many.slice(9)], change, readPeriod('7d'));
  const lines = previewInWords(preview, GUILLEMETS).split('\n');
  expect(lines).toHaveLength(7);
  expect(lines[1]).toBe('  + «China» 0');
  expect(lines.at(-1)).toBe('    and 12 more');
  expect(previewAsJson(preview)).toMatchObject({
    days: 7,
    read: 17,
    before: 0,
    after: 17,
    in: { count: 17 },
    out: { count: 0 },
  });
});

test('a saved query whose tag has gone is compared with nothing', async () => {
  const change = { before: { kind: 'tag', name: 'gone' } as const, after: queryOf('china'), tags };
  expect(await compare([articles], change, readPeriod('7d'))).toMatchObject({ before: undefined, after: 2, read: 4 });
});

test('no article, no preview', () => {
  const none = { count: 0, newest: [] };
  const preview = { period: readPeriod('7d'), read: 0, before: 0, after: 0, in: none, out: none };
  expect(previewInWords(preview, GUILLEMETS)).toMatch(/^no article came in within the last 7 days/);
});

describe('marked text', () => {
  const text = 'China’s ports and Chinese ships, 中国 too';
  const spanOf = (word: string, from = 0) => {
    const start = text.indexOf(word, from);
    return { start, end: start + word.length };
  };

  test('each word between marks, bold on a terminal', () => {
    const spans = [spanOf('Chinese'), spanOf('China'), spanOf('中国')];
    expect(marked(text, spans, GUILLEMETS)).toBe('«China»’s ports and «Chinese» ships, «中国» too');
    expect(marked(text, spans.slice(0, 1), BOLD)).toBe('China’s ports and \u001b[1mChinese\u001b[22m ships, 中国 too');
  });

  test('what overlaps is marked once', () => {
    expect(
      marked(
        'cyber attack',
        [
          { start: 0, end: 12 },
          { start: 6, end: 12 },
          { start: 0, end: 5 },
        ],
        GUILLEMETS,
      ),
    ).toBe('«cyber attack»');
  });

  test('nothing in it moves the cursor', () => {
    expect(marked('a \u001b[31mred\r\nword', [{ start: 7, end: 10 }], GUILLEMETS)).toBe('a [31m«red» word');
  });

  test('an excerpt is where most words matched, cut at blanks', () => {
    const long = `port ${'filler '.repeat(60)}a port with a crane in it ${'filler '.repeat(60)}end`;
    const spans = [...long.matchAll(/port|crane/g)].map(({ index, 0: word }) => ({
      start: index,
      end: index + word.length,
    }));
    const shown = excerpt(long, spans, 100, GUILLEMETS);
    expect(shown).toContain('a «port» with a «crane» in it');
    expect(shown).toMatch(/^… filler .* filler …$/);
    expect(shown.length).toBeLessThan(130);
  });

  test('of a text without blanks it is cut between characters', () => {
    const shown = excerpt(`${'𝒞'.repeat(200)}中国${'𝒞'.repeat(200)}`, [{ start: 400, end: 402 }], 61, GUILLEMETS);
    expect(shown).toMatch(/^… 𝒞+«中国»𝒞+ …$/u);
    expect(shown.isWellFormed()).toBe(true);
  });

  test.each([
    ['', [], ''],
    ['short', [], ''],
    ['short', [{ start: 0, end: 5 }], '«short»'],
    ['x'.repeat(500), [{ start: 0, end: 500 }], `«${'x'.repeat(200)}» …`],
  ])('an excerpt of %j', (whole, spans, shown) => {
    expect(excerpt(whole, spans, 100, GUILLEMETS)).toBe(shown);
  });
});

describe('carets', () => {
  test('stand under wide characters too', () => {
    const [line = '', carets = ''] = pointAt('中国 (x', [{ message: 'm', at: 3, length: 1 }]).split('\n');
    expect([line, carets]).toEqual(['  中国 (x', '       ^']);
  });

  test('of a long query its part around the fault is shown', () => {
    const query = `${'alpha OR '.repeat(300)}(beta ${'OR gamma '.repeat(300)}`;
    const at = query.indexOf('(');
    const [line = '', carets = '', message] = pointAt(query, [{ message: 'm', at, length: 1, hint: 'h' }]).split('\n');
    expect(line.length).toBeLessThan(110);
    expect(line[carets.indexOf('^')]).toBe('(');
    expect(message).toBe('  m (h)');
  });

  test('of a fault longer than a line its beginning is shown', () => {
    const [line = '', carets = ''] = pointAt('x'.repeat(9000), [{ message: 'm', at: 0, length: 9000 }]).split('\n');
    expect([line.length, carets.length]).toEqual([52, 52]);
  });
});

describe('a period', () => {
  test.each([
    ['7d', 7, 'the last 7 days'],
    ['1d', 1, 'the last day'],
    ['24h', 1, 'the last day'],
    ['12h', 0.5, 'the last 12 hours'],
    ['1h', 1 / 24, 'the last hour'],
    ['2w', 14, 'the last 14 days'],
  ])('%s', (text, days, words) => {
    expect(readPeriod(text)).toEqual({ days, words });
  });

  test.each(['', '7', 'd', '0d', '-1d', '1.5d', '9999w', 'week'])('%j is none', (text) => {
    expect(() => readPeriod(text)).toThrow(/such as 7d/);
  });

  test.each([
    [0, 7, 'no alert'],
    [12, 7, '1.7 alerts a day'],
    [7, 7, '1 alert a day'],
    [1, 7, '0.1 alerts a day'],
    [1, 30, 'an alert in about 30 days'],
    [840, 7, '120 alerts a day'],
    [20_000, 7, '2,857 alerts a day'],
  ])('%i alerts in %i days', (met, days, words) => {
    expect(alertsADay(met, days)).toBe(words);
  });
});

describe('tags that are made of tags', () => {
  const chain = queriesOf([
    { name: 'china', query: 'china' },
    { name: 'asia', query: 'tag:china OR japan' },
    { name: 'world', query: 'europe OR (tag:asia -shop)' },
    { name: 'broken', query: 'x AND (' },
  ]);

  test('one that cannot be read is not there', () => {
    expect([...chain.keys()]).toEqual(['china', 'asia', 'world']);
  });

  test('are found in a query, and by what they are made of', () => {
    expect([...tagsNamedIn(chain.get('world')!)]).toEqual(['asia']);
    expect(tagsThatUse('china', chain)).toEqual(['asia', 'world']);
    expect(tagsThatUse('world', chain)).toEqual([]);
  });

  test('an unknown one is refused, and a cycle is named', () => {
    expect(() => readQuery('tag:asai', { tags: chain })).toThrow(UnreadableQuery);
    expect(() => readQuery('tag:world', { tags: chain, name: 'china' })).toThrow(/china → world → asia → china/);
    expect(readQuery('tag:asai').query).toEqual({ kind: 'tag', name: 'asai' });
  });

  test.each([
    ['china', false],
    ['tag:china', true],
    ['x -TAG:"microsoft exchange"', true],
  ])('%j may name some: %j', (text, may) => {
    expect(mayNameTags(text)).toBe(may);
  });
});

test('the watches that an article missed, each with what was missing', () => {
  const at = '2026-11-01T00:00:00.000Z';
  const list = [
    { name: 'asia', query: 'tag:china OR japan', updatedAt: at },
    { name: 'china', query: 'china', updatedAt: '2026-11-30T00:00:00.000Z' },
    { name: 'cyber', query: 'cyber sabotage', updatedAt: at },
  ];
  const missed = missedWatches(
    {
      watches: ['asia', 'china', 'cyber', 'gone', 'raid tag:china title:port'],
      queries: ['raid tag:china title:port'],
    },
    list,
    articles[0]!,
  );
  expect(missed.map(({ watch, miss, note }) => [watch, miss?.missing.map(({ clause }) => clause), note])).toEqual([
    ['asia', undefined, 'as it is now, the article meets it'],
    ['china', undefined, expect.stringMatching(/^its query was changed on 30 November 2026.*the article meets it$/)],
    ['cyber', ['sabotage'], undefined],
    ['gone', undefined, 'there is no such tag any more'],
    ['raid tag:china title:port', ['title:port'], undefined],
  ]);
  expect(columns(missed.slice(2, 4).map(missedInWords), '')).toEqual([
    'cyber  “sabotage” is not in the article',
    'gone   there is no such tag any more',
  ]);
});
