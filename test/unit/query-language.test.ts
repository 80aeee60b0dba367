import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { explainedBeside, explainedInWords } from '../../bin/commands/explain-query.ts';
import { readArticles } from '../../bin/commands/given-articles.ts';
import { GUILLEMETS } from '../../bin/commands/marked-text.ts';
import { checkedInWords } from '../../bin/commands/query.ts';
import { metInWords, triedInWords, tryOn } from '../../bin/commands/try-query.ts';
import { type ArticleText, buildIndex, evaluate } from '../../core/matcher/index.ts';
import { expandTags, parseQuery, printQuery, type Query } from '../../core/query/index.ts';
import starter from '../../samples/tags.json' with { type: 'json' };

/*
 * Runs every example of the documents for editors. How they are read:
 *
 * - A table's columns are known by their headings. `code` in the column
 *     you type                  is a query without errors and warnings; in an overview nothing else is said of it
 *     you type, with a warning  is a query with a warning
 *     refused                   is a query with an error
 *     write instead             is as "you type"
 *     is read as                is printed like the row's query
 *     in …                      (`in Factiva`) is another product's: an error or a warning here, but for what SAME_WORDS names
 *   and an article in "is met by" or "is not met by" meets all of the row's queries, or none.
 * - ```query holds a query, and the lines "Met by:" and "Not met by:" after it are articles.
 * - ```console holds a command after a `$`, and what it answers to the letter.
 * - Indented lines are commands; what stands in 'single quotes' in them is a query (`tag add` makes a tag for what comes after).
 * - Any other `code` is a query that stands in one of these, a piece of the language (PIECES), or something that is typed in a
 *   shell. Anything else fails.
 *
 * An article is *slanted* words, one or several with commas between; a semicolon stands between two articles. The word before them
 * says what they are: headline, by, section, from, in. "… 60 words …" stands for 60 words.
 */

const DOCUMENTS = ['query-language.md', 'query-recipes.md'];
const PIECES = /^(?:=|(?:NEAR|THEN|ATLEAST)\/(?:n|\d+)|OF|EXCEPT|[a-z]+:)$/;
const SHELL = /^(?:--[a-z-]+(?: \w+)?|query (?:check|try|explain)|tag (?:add|edit)|why)$/;
const PLACE = { '': 'text', headline: 'title', by: 'author', section: 'section', from: 'source', in: 'lang' } as const;
const PIECE = /\s*(headline|by|section|from|in|) ?\*([^*]+)\*([,;.]?)/y;

/** What another product takes otherwise and nobody can tell from plain words, or what is the same here. */
const SAME_WORDS = [
  '"climate summit"',
  'election',
  'jaguar -car',
  'emerging markets',
  'chariot*',
  'vodafone same telecoms',
  'date after 20240101',
  'city',
];

type Heading = 'you type' | 'you type, with a warning' | 'refused' | 'write instead' | 'is read as';

interface Example {
  query: string;
  heading: Heading;
  where: string;
  met: ArticleText[];
  notMet: ArticleText[];
  /** What it is to be printed like. */
  like?: string;
}

interface Transcript {
  command: string;
  answer: string;
}

/** What a document holds. */
interface Read {
  examples: Example[];
  commands: string[];
  transcripts: Transcript[];
  /** Code that stands in running text. */
  mentioned: string[];
  /** Queries of other products. */
  elsewhere: string[];
}

const read = Object.fromEntries(DOCUMENTS.map((name) => [name, readDocument(name)]));
const tags = new Map<string, Query>();
for (const { name, query } of starter) tags.set(name, queryOf(query));
for (const command of Object.values(read).flatMap(({ commands }) => commands)) {
  const [, name, query] = /tag add (\S+) '(.+?)'/.exec(command) ?? [];
  if (name && query) tags.set(name, queryOf(query));
}

function queryOf(text: string): Query {
  const parsed = parseQuery(text, { tags });
  if (!parsed.ok) throw new Error(`${text}: ${parsed.errors[0]!.message}`);
  return parsed.query;
}

describe.each(DOCUMENTS)('%s', (name) => {
  const { examples, commands, transcripts, mentioned, elsewhere } = read[name]!;

  test.each(examples)('$where: $query', ({ query, heading, met, notMet, like }) => {
    const parsed = parseQuery(query, { tags });
    if (heading === 'refused') {
      expect(parsed.ok, 'is refused').toBe(false);
      return;
    }
    expect(parsed).toMatchObject({ ok: true });
    if (!parsed.ok) return;
    if (heading === 'you type, with a warning') expect(parsed.warnings).not.toEqual([]);
    else if (heading !== 'is read as') expect(parsed.warnings).toEqual([]);
    const expanded = expandTags(parsed.query, tags);
    const index = buildIndex([{ id: 'tried', query: parsed.query }], { tags });
    for (const [articles, isMet] of [[met, true] as const, [notMet, false] as const]) {
      for (const article of articles) {
        const answers = [evaluate(expanded, article), index.match(article).length === 1];
        expect(answers, `met by ${JSON.stringify(article)}`).toEqual([isMet, isMet]);
      }
    }
    if (like !== undefined) expect(printQuery(parsed.query)).toBe(printQuery(queryOf(like)));
  });

  test('every query in a command can be read', () => {
    for (const command of commands) {
      const queries = [...command.matchAll(/'(.+?)'/g)].map(([, query]) => parseQuery(query!, { tags }));
      expect(queries, command).toEqual(queries.map(() => expect.objectContaining({ ok: true, warnings: [] })));
    }
  });

  test.each(transcripts)('$command', async ({ command, answer }) => {
    expect(await answered(command)).toBe(answer);
  });

  test('every code span is a query that is tried, or no query', () => {
    const tried = new Set(Object.values(read).flatMap(({ examples }) => examples.map(({ query }) => query)));
    const names = new Set(tags.keys());
    const unknown = mentioned.filter(
      (span) => !tried.has(span) && !names.has(span) && !PIECES.test(span) && !SHELL.test(span),
    );
    expect(unknown).toEqual([]);
  });

  test('what is typed as in another product is told, but for plain words', () => {
    const silent = elsewhere.filter((query) => {
      const parsed = parseQuery(query, { tags });
      return parsed.ok && parsed.warnings.length === 0;
    });
    expect(silent).toEqual(elsewhere.length > 0 ? SAME_WORDS : []);
  });

  test('there are examples', () => {
    expect(examples.filter(({ met, notMet }) => met.length > 0 && notMet.length > 0).length).toBeGreaterThan(50);
  });
});

async function answered(command: string): Promise<string> {
  const [, verb, text = '', rest = ''] = /^npx bellwire query (check|try|explain) '(.+)' ?(.*)$/.exec(command) ?? [];
  if (verb === 'check') return checkedInWords(text, parseQuery(text, { tags }));
  const files = rest.split(' ').map((file) => new URL(`../../${file}`, import.meta.url).pathname);
  const { articles } = await readArticles(files);
  if (verb === 'explain') return explainedInWords(explainedBeside(queryOf(text), articles[0]!.article, tags));
  if (verb !== 'try') throw new Error(`no such command: ${command}`);
  const lines: string[] = [];
  const show = async (met: Parameters<typeof metInWords>[0]) => void lines.push(metInWords(met, GUILLEMETS));
  const named = articles.map(({ article }, i) => ({ article, label: rest.split(' ')[i]! }));
  const tried = await tryOn(queryOf(text), tags, [named], 20, show);
  return [...lines, triedInWords(tried)].join('\n');
}

function readDocument(name: string): Read {
  const found: Read = { examples: [], commands: [], transcripts: [], mentioned: [], elsewhere: [] };
  const lines = readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8').split('\n');
  let head: string[] | undefined;
  let fence: string[] | undefined;
  let last: Example | undefined;
  for (const [i, line] of lines.entries()) {
    const where = `line ${i + 1}`;
    if (fence) {
      if (line !== '```') fence.push(line);
      else {
        const [kind, ...content] = fence;
        if (kind === '```query') {
          last = { query: content.join('\n'), heading: 'you type', where, met: [], notMet: [] };
          found.examples.push(last);
        } else if (kind === '```console') {
          found.transcripts.push({ command: content[0]!.slice(2), answer: content.slice(1).join('\n') });
        } else throw new Error(`${name}, ${where}: unknown fence ${kind}`);
        fence = undefined;
      }
    } else if (line.startsWith('```')) fence = [line];
    else if (line.startsWith('    ')) found.commands.push(line);
    else if (line.startsWith('|')) {
      const cells = line.split(/(?<!\\)\|/).slice(1, -1);
      if (!head) head = cells.map((cell) => cell.trim());
      else if (!/^[|\s-]+$/.test(line)) readRow(head, cells, where, found);
      continue;
    } else {
      const [, not, articles] = /^(Not m|M)et by:(.*)/.exec(line) ?? [];
      if (articles && last) last[not === 'M' ? 'met' : 'notMet'].push(...articlesIn(articles));
      else found.mentioned.push(...codeIn(line));
    }
    head = undefined;
  }
  return found;
}

function readRow(head: string[], cells: string[], where: string, found: Read): void {
  if (cells.length !== head.length) throw new Error(`${where}: ${cells.length} cells under ${head.length} headings`);
  const rows: Example[] = [];
  const add = (heading: Heading, cell: string) =>
    codeIn(cell).map((query) => ({ query, heading, where, met: [], notMet: [] }) as Example);
  for (const [i, heading] of head.entries()) {
    const cell = cells[i]!;
    if (heading === 'you type' || heading === 'you type, with a warning' || heading === 'refused') {
      rows.push(...add(heading, cell));
      if (rows.length === 0) throw new Error(`${where}: no query`);
    } else if (heading === 'write instead') found.examples.push(...add(heading, cell));
    else if (heading === 'is read as') {
      const [like] = add(heading, cell);
      found.examples.push(like!);
      for (const row of rows) row.like = like!.query;
    } else if (heading === 'is met by') for (const row of rows) row.met.push(...articlesIn(cell));
    else if (heading === 'is not met by') for (const row of rows) row.notMet.push(...articlesIn(cell));
    else if (heading.startsWith('in '))
      found.elsewhere.push(...codeIn(cell).map((code) => code.replaceAll('\\|', '|')));
    else found.mentioned.push(...codeIn(cell));
  }
  found.examples.push(...rows);
}

function codeIn(markdown: string): string[] {
  return [...markdown.matchAll(/`([^`]+)`/g)].map(([, code]) => code!);
}

function articlesIn(cell: string): ArticleText[] {
  const articles: ArticleText[] = [];
  const text = cell.trim();
  let article: ArticleText = { title: '', text: '' };
  PIECE.lastIndex = 0;
  while (PIECE.lastIndex < text.length) {
    const from = PIECE.lastIndex;
    const piece = PIECE.exec(text);
    if (!piece) throw new Error(`no article: ${text.slice(from)}`);
    const [, label, words, end] = piece;
    const place = PLACE[label as keyof typeof PLACE];
    const said = words!.replace(/… (\d+) words …/g, (_, count) => 'word '.repeat(Number(count)));
    const isAddress = place === 'source' && said.startsWith('https:');
    article = { ...article, [isAddress ? 'url' : place]: said };
    if (end !== ',') {
      articles.push(article);
      article = { title: '', text: '' };
    }
  }
  return articles;
}
