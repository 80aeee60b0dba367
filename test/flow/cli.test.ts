import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openClients } from '../../aws/clients.ts';
import { openWire, type Wire } from '../../aws/wire.ts';
import type { Report } from '../../bin/commands/report.ts';
import { admitArticle } from '../../core/article/index.ts';
import type { Message } from '../../local/carrier/index.ts';
import { readRunning } from '../../local/state.ts';
import { begin, bellwire, type Process } from './cli-process.ts';

/** A start synthesises, bundles and brings everything up: seconds, or many of them where others use the machine too. */
const SLOW = 120_000;

const folder = mkdtempSync(join(tmpdir(), 'bellwire-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const port =
  'Harbour cranes stopped by hackers\n\nChinese hackers struck a harbour on Monday. Its Microsoft Exchange server was the door, say cyber officials.\n';
const rail = JSON.stringify({
  title: 'Rail ticketing fails',
  text: 'A cyber attack stopped ticket sales in Beijing.',
  url: 'https://news.example.org/rail?utm_source=x',
});

describe('one run after the other on one state', () => {
  const state = join(folder, 'runs');

  test('a fresh state tells its four subscribers of the first article', { timeout: SLOW }, async () => {
    const args = ['start', '--once', '--json', '--port', '0', '--state', state, file('port.txt', port)];
    const { code, err, json } = await bellwire(args);
    const report: Report = json();
    expect(Object.keys(report)).toEqual(['articles', 'sends', 'errors']);
    expect(report.errors).toEqual([]);
    expect(report.articles).toEqual([
      expect.objectContaining({
        title: 'Harbour cranes stopped by hackers',
        tags: ['china', 'cyber', 'microsoft exchange'],
      }),
    ]);
    const told = report.sends.map(({ channel, to, state, matched }) => [
      channel,
      to,
      state,
      matched.map(({ watch }) => watch).join(),
    ]);
    expect(told).toEqual([
      ['email', 'ana@example.org', 'sent', 'china'],
      ['email', 'ben@example.org', 'sent', 'cyber,microsoft exchange'],
      ['sms', '+447700900123', 'sent', 'cyber'],
      ['sms', '+447700900456', 'sent', 'china'],
    ]);
    for (const send of report.sends) {
      expect(send.messageId).toMatch(/^[0-9a-f-]{36}$/);
      expect(send.text).toContain('Harbour cranes');
      expect(send.article).toBe(report.articles[0]?.id);
      if (send.channel === 'sms') expect(send.segments).toBe(1);
      else expect(send.subject).toBe('Harbour cranes stopped by hackers');
    }
    expect(err).toContain('4 sample subscribers, 3 tags');
    expect(err).not.toMatch(/Warning/);
    expect(code).toBe(0);
  });

  test('the same again sends nothing and says why; what is bad is named, and the others go through', {
    timeout: SLOW,
  }, async () => {
    mkdirSync(join(folder, 'a-folder'));
    const many = JSON.stringify([JSON.parse(rail), { title: 'x', text: 'y', url: 'javascript:alert(1)' }]);
    const good = [join(folder, 'port.txt'), file('many.json', many)];
    const bad = [
      file('empty.txt', ''),
      join(folder, 'missing.txt'),
      join(folder, 'a-folder'),
      file('broken.json', '{"title": }'),
    ];
    const { code, err, json } = await bellwire([
      'start',
      '--once',
      '--json',
      '--port',
      '0',
      '--state',
      state,
      ...bad,
      ...good,
    ]);
    const report: Report = json();
    expect(report.errors.map(({ input }) => input)).toEqual([...bad, expect.stringContaining('many.json')]);
    for (const { input, reason } of report.errors) expect(err).toContain(`${input}: ${reason}`);
    const [first, second] = report.articles;
    expect([first?.title, second?.title]).toEqual(['Harbour cranes stopped by hackers', 'Rail ticketing fails']);
    const of = (id: string | undefined) => report.sends.filter(({ article }) => article === id);
    expect(of(first?.id).map(({ state, reason, messageId }) => [state, reason?.slice(0, 16), messageId])).toEqual(
      Array(4).fill(['suppressed', 'already told on ', undefined]),
    );
    expect(of(second?.id).map((send) => send.state)).toEqual(Array(4).fill('sent'));
    expect(second?.url).toBe('https://news.example.org/rail');
    expect(code).toBe(1);
  });
});

test('several at once where no wire runs: each has its turn', { timeout: SLOW }, async () => {
  const state = ['--state', join(folder, 'at-once')];
  const [started, ...others] = await Promise.all([
    bellwire(['start', '--once', '--json', '--port', '0', ...state, file('at-once.txt', port)]),
    bellwire(['tag', 'list', '--json', ...state]),
    bellwire(['sends', '--json', ...state]),
  ]);
  for (const { code, err } of [started, ...others]) expect([code, /in use/.test(err)]).toEqual([0, false]);
  expect((started.json() as Report).sends).toHaveLength(4);
});

describe('a wire that runs', () => {
  const state = join(folder, 'running');
  let first: Process;
  let wire: Wire;
  let url = '';
  let sns = '';
  const through = (...args: string[]) => bellwire([...args, '--state', state]);
  const inbox = async (to: string): Promise<Message[]> => {
    const answer = await fetch(`${sns}/local/inbox?${new URLSearchParams({ to })}`);
    return ((await answer.json()) as { messages: Message[] }).messages;
  };

  beforeAll(async () => {
    first = begin(['start', '--port', '0', '--state', state]);
    [, url = ''] = await first.says(/Inbox and ledger {2}(\S+?)\/ /);
    const running = await readRunning(state);
    if (!running) throw new Error('it says that it runs, and cannot be found');
    sns = running.endpoints.sns;
    wire = openWire(running.resources, openClients(running.endpoints));
  }, SLOW);
  afterAll(async () => {
    first.child.kill('SIGKILL');
    await first.ended;
  });

  test('a second one on its state is refused, saying who has it', async () => {
    const { code, err, out } = await through('start');
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain(`process ${first.child.pid}`);
    expect(err).toContain(url);
  });

  test('a second one with an article goes through it', async () => {
    const { code, out } = await bellwire(['start', '-', '--state', state], { input: rail });
    expect(code).toBe(0);
    expect(out).toMatch(/^ {2}Rail ticketing fails\n {4}tags {3}china \(Beijing\) {3}cyber\n/);
    expect(out).toMatch(/^ {4}email {2}ana@example\.org {2}sent {2}[0-9a-f]{8}… {2}watches china$/m);
    expect(out).toMatch(/^ {4}sms {4}\+44 7700 900123 {2}sent {2}[0-9a-f]{8}… {2}1 segment {3}watches cyber$/m);
    expect(out.match(/ sent /g)).toHaveLength(4);
    expect(await inbox('ana@example.org')).toHaveLength(2);

    const again = await bellwire(['start', '-', '--state', state], { input: rail });
    expect([again.code, again.err]).toEqual([0, '']);
    expect(again.out).toMatch(/already in since .*: nothing sent/);
    expect(again.out.match(/suppressed .*already told on /g)).toHaveLength(4);
    expect(await inbox('ana@example.org')).toHaveLength(2);
  });

  test('an article by POST, with the token that the command gives', async () => {
    const token = (await through('token')).out.trim();
    const post = (authorization?: string) =>
      fetch(`${url}/articles`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
        body: JSON.stringify({ title: 'Quiet seas', text: 'No ship was late.' }),
      });
    expect((await post()).status).toBe(401);
    expect((await post(`Bearer ${token}`)).status).toBe(202);
    const { out } = await through('articles');
    expect(out).toMatch(/Quiet seas/);
  });

  test('the page shows what was sent, takes an article, and lets no other site do so', async () => {
    const page = await (await fetch(`${url}/`)).text();
    expect(page).toContain('Rail ticketing fails');
    expect(page).toContain('ana@example.org');
    const form = (headers: Record<string, string>) =>
      fetch(`${url}/local/articles`, {
        method: 'POST',
        headers,
        body: new URLSearchParams({ article: 'Beijing <b>opens</b> a bridge\r\n\r\nIt is long. It is in Beijing.' }),
      });
    expect((await form({ origin: 'https://evil.example' })).status).toBe(403);
    const answer = await form({ origin: url });
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('Taken in: Beijing')]);
    await expect
      .poll(async () => (await fetch(`${url}/`)).text(), { timeout: 10_000 })
      .toMatch(/Beijing[^<]*&lt;b&gt;opens|Beijing opens/);
  });

  test('tags: faults are pointed at, names are told apart, one that is watched stays', {
    timeout: 60_000,
  }, async () => {
    const wrong = await through('tag', 'add', 'moscow', 'moscow AND (kremlin');
    expect(wrong.code).toBe(1);
    expect(wrong.err).toMatch(/moscow AND \(kremlin\n {13}\^/);
    expect((await through('tag', 'add', ' Moscow ', 'moscow OR kremlin')).out).toMatch(
      /^of \d+ articles of the last 7 days it meets 0: no alert\nadded moscow: moscow OR kremlin\n$/,
    );
    expect((await through('tag', 'add', 'moscow', 'moscow')).out).toContain('it was: moscow OR kremlin');
    const { tags } = (await through('tag', 'list', '--json')).json() as { tags: { name: string; watchers: number }[] };
    expect(tags.map(({ name, watchers }) => [name, watchers])).toEqual([
      ['china', 2],
      ['cyber', 2],
      ['microsoft exchange', 1],
      ['moscow', 0],
    ]);
    const refused = await through('tag', 'remove', 'cyber');
    expect([refused.code, refused.err]).toEqual([1, expect.stringMatching(/2 watchers.*--force/)]);
    expect((await through('tag', 'remove', 'moscow')).code).toBe(0);
    expect((await through('tag', 'remove', 'moscow')).err).toMatch(/no tag moscow: there are china, cyber/);
  });

  test('a query is tried on what is stored, and explained beside one of it', { timeout: 60_000 }, async () => {
    const { out, code } = await through('query', 'try', 'title:rail beijing', '--last', '2d');
    expect(code).toBe(0);
    expect(out).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}[0-9a-z]{16} {2}«Rail» ticketing fails$/m);
    expect(out).toMatch(/^ {4}A cyber attack stopped ticket sales in «Beijing»\.$/m);
    expect(out).toMatch(/^met 1 of [3-5] articles of the last 2 days: 0\.5 alerts a day$/m);
    expect(out).toMatch(/the oldest of them came in within the last hour/);

    const tried = (await through('query', 'try', 'tag:china', '--json')).json() as {
      met: number;
      read: number;
      days: number;
      articles: { id: string; title: string; words: string[] }[];
    };
    expect(tried).toMatchObject({ query: 'tag:china', met: 2, days: 7, alertsADay: 2 / 7, errors: [] });
    const rail = tried.articles.find(({ title }) => title.startsWith('Rail'));
    expect(rail?.words).toEqual(['Beijing']);

    const id = rail?.id ?? '';
    const explained = await through('query', 'explain', 'tag:china raid', id);
    expect([explained.code, explained.err]).toEqual([0, '']);
    expect(explained.out).toMatch(/^not met: Rail ticketing fails\n/);
    expect(explained.out).toMatch(/✓ tag:china/);
    expect(explained.out).toMatch(/✗ raid +“raid” is not in the article/);
    const unknown = await through('query', 'try', 'tag:chima');
    expect([unknown.code, unknown.out]).toEqual([1, '']);
    expect(unknown.err).toMatch(/tag:chima\n {2,}\^/);
    expect((await through('query', 'check', 'tag:chima')).code).toBe(1);
    expect((await through('query', 'check', 'tag:china')).out).toMatch(/it can be read/);
  });

  test('a tag made of tags: what changes is shown, a cycle is refused, its part stays', {
    timeout: 60_000,
  }, async () => {
    expect((await through('tag', 'edit', 'asia', 'japan')).err).toMatch(/no tag asia: there are china, cyber/);
    expect((await through('tag', 'add', 'asia', 'tag:china OR japan')).code).toBe(0);
    const dry = await through('tag', 'edit', 'china', 'ticketing', '--dry-run');
    expect(dry.out).toMatch(/it met 2 and now meets 1: 0\.3 alerts a day before, 0\.1 alerts a day from now on\n/);
    expect(dry.out).toMatch(/^ {2}− «Beijing» .*opens/m);
    expect(dry.out).toMatch(/change with it: asia\nnothing is saved: china would be changed: ticketing\n {2}it was: /);
    const json = (await through('tag', 'edit', 'asia', 'korea', '--dry-run', '--json')).json();
    expect(json).toMatchObject({
      name: 'asia',
      before: 'tag:china OR japan',
      saved: false,
      preview: { before: 2, after: 0 },
    });
    const cycle = await through('tag', 'edit', 'china', 'beijing OR tag:asia');
    expect([cycle.code, cycle.err]).toEqual([1, expect.stringMatching(/china → asia → china/)]);
    const part = await through('tag', 'remove', 'china', '--force');
    expect([part.code, part.err]).toEqual([1, expect.stringMatching(/china is part of asia/)]);
    const quiet = await through('tag', 'edit', 'asia', 'korea', '--no-preview');
    expect(quiet.out).toBe('changed asia: korea\n  it was: tag:china OR japan\n');
    expect((await through('tag', 'remove', 'asia')).code).toBe(0);
  });

  test('a number signs up, enters its code, leaves; and why it was not told', { timeout: 60_000 }, async () => {
    const to = '+447700900789';
    expect((await through('subscribe', to, '--watch', 'china', '--watch', 'cyber')).code).toBe(0);
    const wrong = await through('confirm', to, '000000');
    expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('4 tries left')]);
    const code = /\d{6}/.exec((await inbox(to)).at(-1)?.body ?? '')?.[0] ?? '';
    expect((await through('confirm', to, code)).out).toMatch(/confirmed and watches china and cyber/);
    expect((await through('subscribers')).out).toMatch(/sms {4}\+44 7700 900789 {2}confirmed {2}watches china, cyber/);
    expect((await through('subscribers', '--json')).out).not.toContain('codeHash');

    const { articles } = (await through('articles', '--json')).json() as { articles: { id: string; title: string }[] };
    const railway = articles.find(({ title }) => title.startsWith('Rail'))?.id ?? '';
    expect((await through('why', railway, 'ana@example.org')).out).toMatch(/Told on .* by email to ana@example.org/);
    expect((await through('why', railway, to)).out).toMatch(/signed up on .*, after the article was tagged/);
    expect((await through('unsubscribe', to)).code).toBe(0);
    expect((await through('why', railway, to)).out).toMatch(/Not told: unsubscribed on .*by an editor/);
    expect((await through('why', railway, 'nobody@example.org')).err).toMatch(/never signed up/);
    expect(
      (await through('sends', '--article', railway)).out.split('\n').filter((line) => / sent /.test(line)),
    ).toHaveLength(5);
  });

  test('why nobody was told of an article: how near each watch came, tags and own queries', {
    timeout: 60_000,
  }, async () => {
    const { articles } = (await through('articles', '--json')).json() as { articles: { id: string; title: string }[] };
    const quiet = articles.find(({ title }) => title.startsWith('Quiet'))?.id ?? '';
    const missed = await through('why', quiet, 'ben@example.org');
    expect(missed.out).toMatch(/No watch met: the article met no tag at all\.\n {4}cyber {15}.*“cyber”/);
    expect(missed.out).toMatch(/^ {4}microsoft exchange {2}“/m);
    expect((await through('why', quiet, 'ben@example.org', '--json')).json()).toMatchObject({
      verdict: 'not told',
      misses: [{ watch: 'cyber' }, { watch: 'microsoft exchange' }],
    });
    const own = ['+447700900790', '--watch', 'glacier tunnel', '--watch', 'chima'];
    expect((await through('subscribe', ...own)).out).toContain('did you mean china?');
    const near = await through('why', quiet, '+447700900790');
    expect(near.out).toMatch(/^ {4}glacier tunnel {2}.*“glacier”.*“tunnel”/m);
    await through('subscribe', '+447700900790', '--watch', 'tag:"microsoft exchange" patch');
    const made = await through('tag', 'remove', 'microsoft exchange');
    expect([made.code, made.err]).toEqual([1, expect.stringMatching(/1 watcher and 1 own query made of it \(.*tag:/)]);
  });

  test('what failed for good rests with its error, and goes round again', { timeout: 60_000 }, async () => {
    expect((await through('dlq')).out).toBe('the dead-letter queues are empty\n');
    await wire.outgoing.send({ article: 'nosucharticle000', subscriber: 'ana000000000' });
    await expect.poll(() => wire.outgoingDead.size(), { timeout: 10_000 }).toMatchObject({ waiting: 1 });
    const { out } = await through('dlq');
    expect(out).toMatch(
      /^outgoing {2}article nosucharticle000 {2}subscriber ana000000000 {2}received \d times? +.*no article nosucharticle000/,
    );
    // It fails again, there still being no such article: nothing is lost, and the command ends.
    const again = await through('dlq', 'redrive', '--json');
    expect(again.json()).toMatchObject({ incoming: 0, outgoing: 1, unreadable: 0 });
    await expect
      .poll(async () => (await through('dlq', '--json')).out, { timeout: 20_000 })
      .toContain('nosucharticle000');
  });

  test('changes that could not be compiled: one message sent round does for all, and none of another hand', {
    timeout: 60_000,
  }, async () => {
    await wire.changesDead.sendAll([{}, {}, { rebuild: 'perhaps' }]);
    const { messages } = (await through('dlq', '--json')).json() as { messages: { queue: string; error: string }[] };
    const errors = messages.filter(({ queue }) => queue === 'changes').map(({ error }) => error);
    expect(errors.sort()).toEqual([
      "it is none of Bellwire's",
      ...Array(2).fill('the watch index could not be compiled: see the log of the function compile'),
    ]);
    expect((await through('dlq', 'redrive', '--json')).json()).toMatchObject({ changes: 1, unreadable: 1 });
    const { waiting, inFlight } = await wire.changesDead.size();
    expect(waiting + inFlight).toBe(1);
  });

  test('recover and teardown', async () => {
    expect((await through('recover', '--json')).json()).toMatchObject({ articles: 0, sends: 0, errors: [] });
    const named = (await through('teardown', '--json')).json() as { topics: string[]; removed: boolean };
    expect([named.topics.length, named.removed]).toEqual([2, false]);
    expect((await through('teardown', '--yes')).out).toBe('removed 2 topics\n');
    expect((await through('teardown')).out).toBe('there are no topics to remove\n');
    // The record says so at once, and why.
    const { subscribers } = (await through('subscribers', '--json')).json() as {
      subscribers: { channel: string; state: string; reason?: string }[];
    };
    for (const { channel, state, reason } of subscribers) {
      if (channel === 'email')
        expect({ state, reason }).toEqual({ state: 'unsubscribed', reason: expect.stringContaining('teardown') });
    }
  });

  test('Ctrl-C stops it cleanly; the samples do not come back to a state that had them', {
    timeout: SLOW,
  }, async () => {
    await through('tag', 'remove', 'china', '--force');
    first.child.kill('SIGINT');
    expect(await first.ended).toMatchObject({ code: 0 });
    expect(existsSync(join(state, 'lock.json'))).toBe(false);
    // Brought up for the moment, quietly.
    const { out, err } = await through('tag', 'list', '--json');
    expect((JSON.parse(out) as { tags: { name: string }[] }).tags.map(({ name }) => name)).toEqual([
      'cyber',
      'microsoft exchange',
    ]);
    expect(err).toBe('');
  });
});

test('killed with articles stored and not yet queued, the next start goes on', { timeout: 2 * SLOW }, async () => {
  const state = join(folder, 'killed');
  const killed = begin(['start', '--json', '--port', '0', '--state', state]);
  await killed.says(/Inbox and ledger/);
  const running = await readRunning(state);
  if (!running) throw new Error('it says that it runs, and cannot be found');
  const wire = openWire(running.resources, openClients(running.endpoints));
  for (const harbour of ['Antwerp', 'Busan', 'Callao']) {
    const admitted = admitArticle({
      title: `Hackers stop ${harbour}`,
      text: `Chinese cyber units did it in ${harbour}.`,
    });
    if (!admitted.ok) throw new Error(admitted.reason);
    // The door's first step; its second, the queue, is never reached.
    await wire.articles.put(admitted.article, new Date());
  }
  killed.child.kill('SIGKILL');
  await killed.ended;

  const { code, json, err } = await bellwire(['start', '--once', '--json', '--port', '0', '--state', state]);
  const report: Report = json();
  expect(report.errors, err).toEqual([]);
  expect(err).toContain('did not end by itself');
  expect(report.articles.map(({ title }) => title).sort()).toEqual([
    'Hackers stop Antwerp',
    'Hackers stop Busan',
    'Hackers stop Callao',
  ]);
  expect(report.sends.map(({ state }) => state)).toEqual(Array(12).fill('sent'));
  expect(code, err).toBe(0);
});
