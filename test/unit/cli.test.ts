import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterAll, describe, expect, test } from 'vitest';
import { pointAt } from '../../bin/commands/faults.ts';
import { columns, plain, quoted, sendRow, tagInWords, tagsInWords } from '../../bin/commands/print.ts';
import { createProgram } from '../../bin/commands/program.ts';
import { MAX_FILE_BYTES, readFiles } from '../../bin/commands/read-files.ts';
import { inLines, type Ran, reportOf } from '../../bin/commands/report.ts';
import { takeInAll } from '../../bin/commands/take-in.ts';
import type { TagMatch } from '../../core/article/index.ts';
import type { Send } from '../../core/ledger/index.ts';
import { parseQuery } from '../../core/query/index.ts';

const since = '2026-11-20T12:00:00.000Z';
const now = new Date('2026-11-20T12:00:05Z');

const send = (over: Partial<Send>): Send => ({
  subscriber: 'ana000000000',
  story: 'article000000001',
  channel: 'email',
  article: 'article000000001',
  to: 'ana@example.org',
  state: 'sent',
  matched: [{ tag: 'china', watch: 'china', words: ['China', 'Chinese'] }],
  text: 'the text',
  messageId: 'a1b2c3d4-0000',
  attempts: 1,
  failures: 0,
  createdAt: '2026-11-20T12:00:01.000Z',
  at: '2026-11-20T12:00:02.000Z',
  ...over,
});

const ran = (over: Partial<Ran> = {}): Ran => ({
  article: {
    id: 'article000000001',
    title: 'Harbour talks go on',
    text: 'The text.',
    state: 'done',
    acceptedAt: '2026-11-20T12:00:01.000Z',
    matched: [
      { tag: 'china', words: ['China', 'Chinese', 'Beijing', 'Sino'] },
      { tag: 'microsoft exchange', words: ['Microsoft Exchange'] },
    ],
    recipients: 3,
  },
  sends: [
    send({ channel: 'sms', to: '+447700900123', subscriber: 'sms000000000', segments: 1, messageId: 'c3d4e5f6-0000' }),
    send({}),
    send({ channel: 'topic', to: 'arn:aws:sns:eu-west-1:000000000000:Bellwire-alerts', subscriber: 'machines' }),
  ],
  atRest: true,
  known: false,
  ...over,
});

describe('what a person reads of a run', () => {
  test('headline, tags with the first three words, and a line for each person', () => {
    expect(inLines(ran(), since, now)).toBe(
      [
        '  Harbour talks go on',
        '    tags   china (China, Chinese, Beijing…)   microsoft exchange',
        '    email  ana@example.org  sent  a1b2c3d4…  watches china',
        '    sms    +44 7700 900123  sent  c3d4e5f6…  1 segment   watches china',
      ].join('\n'),
    );
  });

  test('whoever was told before the run began was not told by it', () => {
    const before = '2026-11-19T08:30:00.000Z';
    const again = ran({ known: true, sends: ran().sends.map((one) => ({ ...one, at: before })) });
    again.article.acceptedAt = before;
    const lines = inLines(again, since, now);
    expect(lines).toContain('already in since 19 November 2026, 08:30 UTC: nothing sent');
    expect(lines).toMatch(/email {2}ana@example.org {2}suppressed .*already told on 19 November 2026, 08:30 UTC/);
    expect(lines).not.toContain('a1b2c3d4');

    const { sends } = reportOf([again], [], since, now);
    expect(sends.map(({ state, reason, messageId }) => [state, reason, messageId])).toEqual([
      ['suppressed', 'already told on 19 November 2026, 08:30 UTC', undefined],
      ['suppressed', 'already told on 19 November 2026, 08:30 UTC', undefined],
    ]);
  });

  test('an article that met nothing, and one that waits', () => {
    const quiet = ran({ sends: [] });
    quiet.article.matched = [];
    expect(inLines(quiet, since, now)).toContain('tags   none met: nobody is told');
    const waiting = ran({ sends: [] });
    delete waiting.article.matched;
    waiting.article.state = 'accepted';
    waiting.article.lastError = 'Error: the table\nis gone';
    expect(inLines(waiting, since, now)).toContain('not tagged yet: Error: the table is gone');
  });

  test('a query of somebody’s own is no tag of the article; it stands with whoever watches it', () => {
    const own: TagMatch = { tag: 'giant NEAR/3 squid', words: ['giant', 'squid'], own: true };
    const squid = ran({ sends: [send({ matched: [{ ...own, watch: own.tag }] })] });
    squid.article.matched = [{ tag: 'sea', words: ['sea'] }, own];
    expect(inLines(squid, since, now)).toMatch(
      /^ {4}tags {3}sea {3}and 1 query of subscribers\n.* watches giant NEAR\/3 squid$/m,
    );
    const { articles, sends } = reportOf([squid], [], since, now);
    expect(articles[0]?.tags).toEqual(['sea']);
    expect(sends[0]?.matched).toEqual([{ ...own, watch: own.tag }]);

    expect(tagsInWords([own, { ...own, tag: 'squid' }])).toBe('no tag, but 2 queries of subscribers');
    expect(tagsInWords([])).toBe('');
    // Nobody watches it any more; that it is somebody's tag is not said.
    squid.article.matched = [own];
    squid.sends = [];
    expect(inLines(squid, since, now)).toMatch(/tags {3}no tag, but 1 query of subscribers$/);
  });

  test('the machine-readable report lists people alone, with the keys that were promised', () => {
    const report = reportOf([ran()], [{ input: 'a.txt', reason: 'it is empty' }], since, now);
    expect(report.articles).toEqual([
      {
        id: 'article000000001',
        title: 'Harbour talks go on',
        text: 'The text.',
        url: null,
        source: null,
        publishedAt: null,
        tags: ['china', 'microsoft exchange'],
      },
    ]);
    expect(report.sends.map(({ channel }) => channel)).toEqual(['email', 'sms']);
    expect(report.sends[1]).toEqual({
      article: 'article000000001',
      story: 'article000000001',
      subscriber: 'sms000000000',
      channel: 'sms',
      to: '+447700900123',
      state: 'sent',
      messageId: 'c3d4e5f6-0000',
      text: 'the text',
      segments: 1,
      matched: [{ tag: 'china', watch: 'china', words: ['China', 'Chinese'] }],
      at: '2026-11-20T12:00:02.000Z',
    });
    expect(report.errors).toEqual([{ input: 'a.txt', reason: 'it is empty' }]);
  });
});

describe('a terminal', () => {
  test.each([
    ['\u001b[31mred\u001b[0m', '[31mred [0m'],
    ['one\r\ntwo\tthree', 'one two three'],
    ['safe \u202egnp.exe', 'safe gnp.exe'],
    ['a\u0000b\u009bc', 'a b c'],
  ])('%j is shown as %j', (text, shown) => {
    expect(plain(text)).toBe(shown);
  });

  test('columns are as wide as what stands in them, and empty ones are not there', () => {
    expect(columns([['a', '', 'x'], ['中文', '', 'y'], ['']], '')).toEqual(['a     x', '中文  y', '']);
  });

  test.each([
    [{ tag: 'cyber', words: ['Cyber'] }, 'cyber'],
    [{ tag: 'cyber', words: ['cyber-attack', 'cyber'] }, 'cyber (cyber-attack, cyber)'],
    [{ tag: 'cyber', words: ['a', 'b', 'c'] }, 'cyber (a, b, c)'],
    [{ tag: 'cyber', words: ['a', 'b', 'c', 'd'] }, 'cyber (a, b, c…)'],
    [{ tag: 'quiet', words: [] }, 'quiet'],
  ])('the words of %j', (match, shown) => {
    expect(tagInWords(match)).toBe(shown);
  });

  test('who was not told is listed with the reason', () => {
    const row = sendRow(send({ state: 'failed', reason: 'SNS refused it', messageId: '', matched: [] }));
    expect(row).toEqual(['email', 'ana@example.org', 'failed', '', 'SNS refused it']);
  });
});

test('every command says what it does, and has --json, --state and --stack', () => {
  const leaves = (command: Command): Command[] =>
    command.commands.length > 0 ? command.commands.flatMap(leaves) : [command];
  const commands = leaves(createProgram('0.0.0'));
  expect(commands.length).toBeGreaterThan(15);
  for (const command of commands) {
    const flags = command.options.map(({ long }) => long);
    expect(flags, command.name()).toEqual(expect.arrayContaining(['--json', '--state', '--stack']));
    expect(command.description(), command.name()).not.toBe('');
  }
});

test('carets stand under the fault, whatever stands before it', () => {
  const query = '"𝒞hina watch" OR (moscow';
  const parsed = parseQuery(query);
  if (parsed.ok) throw new Error('it should not parse');
  const [line = '', carets = ''] = pointAt(query, parsed.errors.slice(0, 1)).split('\n');
  expect([...line][carets.indexOf('^')]).toBe('(');
});

describe('reading files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bellwire-read-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const file = (name: string, content: string | Uint8Array) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };

  test('each that cannot be read is named with a reason, and the others are read', async () => {
    mkdirSync(join(folder, 'sub'));
    const names = [
      join(folder, 'missing.txt'),
      join(folder, 'sub'),
      file('large.txt', 'x'.repeat(MAX_FILE_BYTES + 1)),
      file('empty.txt', ''),
      file(
        'binary.bin',
        Uint8Array.from({ length: 4096 }, (_, index) => (index * 197) % 256),
      ),
      file('broken.json', '{"title": "x",\n "text": }'),
      join(file('good.txt', 'A headline\n\nA text of one sentence.'), 'below-a-file'),
      join(folder, 'good.txt'),
    ];
    const { given, refused } = await readFiles(names);
    expect(given.map(({ label }) => label)).toEqual([names.at(-1)]);
    expect(refused.map(({ input }) => input)).toEqual(names.slice(0, -1));
    expect(refused.map(({ reason }) => reason)).toEqual([
      'there is no such file',
      'it is a folder: name the files in it',
      'it is too large (1,048,577 bytes): 1 MiB is the most',
      expect.stringMatching(/empty/),
      expect.stringMatching(/binary/),
      expect.stringMatching(/line 2, column 10/),
      'there is no such file',
    ]);
  });

  test('a file of exactly 1 MiB is read', async () => {
    const { given, refused } = await readFiles([
      file('full.txt', `A headline\n\n${'word '.repeat(MAX_FILE_BYTES)}`.slice(0, MAX_FILE_BYTES)),
    ]);
    expect([given.length, refused]).toEqual([1, []]);
  });

  test('what has no size is read no further than is allowed', async () => {
    const { refused } = await readFiles(['/dev/zero']);
    expect(refused).toEqual([{ input: '/dev/zero', reason: 'it is too large (over 1 MiB): 1 MiB is the most' }]);
  });
});

test('what a run was given and did not come to before it was stopped is named', async () => {
  const given = [{ label: 'a.txt', input: { title: 'China', text: 'China' } }];
  // No wire: nothing may be asked of it any more.
  expect(await takeInAll(undefined as never, given, AbortSignal.abort())).toEqual({
    taken: [],
    refused: [{ input: 'a.txt', reason: 'not taken in: the run was stopped before its turn, so give it again' }],
  });
});

test.each([
  ['.bellwire', '.bellwire'],
  ['/tmp/my state', '"/tmp/my state"'],
  ['C:\\state', 'C:\\state'],
])('the path %s is shown as %s, to be pasted', (path, shown) => {
  expect(quoted(path)).toBe(shown);
});
