import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { handle } from 'hono/aws-lambda';
import { parseHTML } from 'linkedom';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { evaluate } from '../../core/matcher/index.ts';
import { parseQuery } from '../../core/query/index.ts';
import { signAlert, signStop, subscriberId } from '../../core/subscriber/index.ts';
import { createApp } from '../../lambdas/console/app.ts';
import { Scene } from '../faults/scene.ts';

const TAGS = ['china', 'cyber', 'whales'];

type Page = ReturnType<typeof parseHTML>['document'];

let scene: Scene;
let app: ReturnType<typeof createApp>;
let bearer: { Authorization: string };
let signingKey: string;
let person = 0;

beforeAll(async () => {
  scene = await Scene.open();
  for (const name of TAGS) await scene.hands.tags.put({ name, query: name, updatedAt: scene.clock.toISOString() });
  app = createApp({ wire: scene.wire, now: scene.now });
  const secret = await scene.hands.secret(scene.clock);
  ({ signingKey } = secret);
  bearer = { Authorization: `Bearer ${secret.apiToken}` };
});
afterAll(() => scene.close());

beforeEach(() => {
  scene.arm();
  scene.emulators.carrier.clearFaults();
  scene.wait(2 * 86_400);
  vi.restoreAllMocks();
});

const newEmail = () => `reader${person++}@example.org`;
const browser = { Accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8' };

/** A request as it comes through API Gateway: with the address that it saw. */
function request(path: string, init: RequestInit = {}, sourceIp = '203.0.113.1') {
  return app.request(path, init, { event: { requestContext: { http: { sourceIp } } } });
}

const json = (path: string, body: unknown, headers: Record<string, string> = {}, ip?: string) =>
  request(
    path,
    { method: 'POST', headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(body) },
    ip,
  );

const form = (path: string, fields: [string, string][], headers: Record<string, string> = browser) =>
  request(path, { method: 'POST', headers, body: new URLSearchParams(fields) });

const article = (headers: Record<string, string>, body: string) =>
  request('/articles', { method: 'POST', headers: { ...bearer, ...headers }, body });

async function expectProblem(response: Response, status: number, detail: string | RegExp): Promise<object> {
  expect(response.status).toBe(status);
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const problem = (await response.json()) as { detail: string };
  expect(problem).toMatchObject({ type: 'about:blank', title: expect.stringMatching(/\w/), status });
  expect(problem.detail).toMatch(detail);
  return problem;
}

async function pageOf(response: Response): Promise<Page> {
  expect(response.headers.get('content-type')).toMatch(/^text\/html/);
  expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/);
  expect(response.headers.get('referrer-policy')).toBe('no-referrer');
  expect(response.headers.get('x-robots-tag')).toMatch(/noindex/);
  expect(response.headers.get('cache-control')).toBe('no-store');
  return parseHTML(await response.text()).document;
}

const letters = (to: string) => scene.emulators.carrier.inbox({ to });
const stateOf = async (id: string) => (await scene.hands.subscribers.get(id))?.state;

describe('POST /articles', () => {
  const one = {
    title: 'Lighthouse keepers return to Carrow Point',
    text: 'Two keepers moved back into the lighthouse at Carrow Point on Monday, twenty years after it was left to a machine.',
  };

  test.each([
    ['without a token', undefined],
    ['with another', 'Bearer abcdefghijklmnopqrstuvwxyz'],
    ['with an empty one', 'Bearer '],
    ['with another scheme', 'Basic YTpi'],
  ])('%s: 401, and nothing is read', async (_, Authorization) => {
    const headers = { 'Content-Type': 'application/json', ...(Authorization !== undefined && { Authorization }) };
    const response = await request('/articles', { method: 'POST', headers, body: '{' });
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/);
    await expectProblem(response, 401, /Authorization: Bearer/);
  });

  test('an object: 202 and an id; again: known, and the same id', async () => {
    const first = await article({ 'Content-Type': 'application/json; charset=utf-8' }, JSON.stringify(one));
    expect(first.status).toBe(202);
    const { articles, errors } = (await first.json()) as { articles: { id: string }[]; errors: [] };
    expect(articles).toEqual([{ id: expect.stringMatching(/^[0-9a-z]{16}$/), title: one.title, state: 'accepted' }]);
    expect(errors).toEqual([]);
    expect(await scene.hands.articles.get(articles[0]!.id)).toMatchObject({ state: 'accepted', title: one.title });
    const second = await article({ 'Content-Type': 'application/json' }, JSON.stringify(one));
    expect(await second.json()).toEqual({ articles: [{ ...articles[0], state: 'known' }], errors: [] });
  });

  test('what it says of itself is stored, and looked at', async () => {
    const said = { author: 'Jane Doe', section: 'Politics', source: 'carrow.example', lang: 'en' };
    const response = await article(
      { 'Content-Type': 'application/json' },
      JSON.stringify({ ...one, title: 'Keepers stand for the council', ...said }),
    );
    const { articles } = (await response.json()) as { articles: { id: string }[] };
    const stored = await scene.hands.articles.get(articles[0]!.id);
    expect(stored).toMatchObject(said);
    const parsed = parseQuery('section:politics author:"jane doe" source:carrow.example lang:en');
    expect(parsed.ok && evaluate(parsed.query, stored!)).toBe(true);
  });

  test('an array: what is bad is named, the rest goes on', async () => {
    const body = [
      { ...one, title: 'Ferry fares rise on the Sound of Erran' },
      { title: 'x', text: 'A text of some words.', url: 'javascript:alert(1)' },
      'no object',
      { ...one, title: 'Third of the three', publishedAt: 'the day before' },
    ];
    const response = await article({ 'Content-Type': 'application/json' }, JSON.stringify(body));
    expect(response.status).toBe(202);
    const { articles, errors } = (await response.json()) as { articles: object[]; errors: object[] };
    expect(articles).toHaveLength(1);
    expect(errors).toMatchObject([
      { input: 'body.json[1]', reason: expect.stringMatching(/url/) },
      { input: 'body.json[2]' },
      { input: 'body.json[3]', reason: expect.stringMatching(/publishedAt/) },
    ]);
  });

  test.each([
    ['text/plain', 'Market day moves to Thursday\n\nThe market of Lower Wenn moves to Thursday from the first of May.'],
    [
      'text/html; charset=utf-8',
      '<!doctype html><title>Mill wheel turns again</title><h1>Mill wheel turns again</h1><p>The wheel of the mill at Orrin turned on Sunday for the first time since the flood, to the applause of the village.</p>',
    ],
  ])('%s is read too', async (type, body) => {
    const response = await article({ 'Content-Type': type }, body);
    expect(await response.json()).toMatchObject({ articles: [{ state: 'accepted' }], errors: [] });
    expect(response.status).toBe(202);
  });

  test('more than 1 MiB: 413, whatever its length says', async () => {
    const large = 'a '.repeat(512 * 1024 + 1);
    await expectProblem(await article({ 'Content-Type': 'text/plain' }, large), 413, /1 MiB/);
    const stream = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(large));
        controller.close();
      },
    });
    const init = { method: 'POST', headers: { ...bearer, 'Content-Type': 'text/plain' }, body: stream, duplex: 'half' };
    await expectProblem(await request('/articles', init as RequestInit), 413, /1 MiB/);
  });

  test('more than a thousand at once: 413, and nothing is taken', async () => {
    const title = 'Ferry timetable, first of a thousand and one';
    const many = JSON.stringify([{ title }, ...Array.from({ length: 1000 }, () => 0)]);
    await expectProblem(await article({ 'Content-Type': 'application/json' }, many), 413, /1,001 articles.* 1,000/);
    const alone = await article({ 'Content-Type': 'application/json' }, JSON.stringify({ title }));
    expect(await alone.json()).toMatchObject({ articles: [{ state: 'accepted' }] });
  });

  test.each([
    ['application/json', '{"title": "x",\n  "text": }', 400, /line 2, column 11/],
    ['application/json', '[]', 400, /no article in it/],
    ['application/json', '7', 400, /neither an object/],
    ['text/plain', '', 400, /empty/],
    ['text/plain', '   \n', 400, /empty/],
    ['text/plain', '\u0000\u0001\u0002'.repeat(100), 400, /binary/],
    ['application/json', '{"title": null}', 422, /neither a title nor a text/],
    ['application/json', '[{"title": "a"}, {"text": 3}]', 202, ''],
    ['application/x-www-form-urlencoded', 'title=x', 415, /Content-Type/],
    ['', 'some text', 415, /Content-Type/],
  ])('%s %j: %i', async (type, body, status, detail) => {
    const response = await article({ 'Content-Type': type }, body);
    if (status === 202) expect(response.status).toBe(202);
    else {
      const problem = await expectProblem(response, status, detail);
      if (status === 400 || status === 422)
        expect(problem).toMatchObject({ errors: [{ input: expect.any(String), reason: expect.any(String) }] });
    }
  });

  test('the same article five times at once, and again later: tagged once, and one alert', async () => {
    const to = newEmail();
    const id = await scene.person(to, ['whales']);
    const body = JSON.stringify({
      title: 'Two whales pass the Sound of Erran',
      text: 'A ferry stopped on Monday to let the whales pass, a mother and her calf, on their way to the north.',
    });
    const post = async () => {
      const { articles } = (await (await article({ 'Content-Type': 'application/json' }, body)).json()) as {
        articles: { id: string; state: string }[];
      };
      return articles[0]!;
    };
    const posted = await Promise.all(Array.from({ length: 5 }, post));
    expect(posted.map(({ state }) => state).sort()).toEqual(['accepted', 'known', 'known', 'known', 'known']);
    await scene.settle();
    const tagged = await scene.hands.articles.get(posted[0]!.id);
    const sends = await scene.hands.sends.byArticle(posted[0]!.id);
    expect(tagged).toMatchObject({ state: 'done', matched: [{ tag: 'whales' }], recipients: 2 });
    expect(sends.map(({ subscriber, state }) => `${subscriber} ${state}`).sort()).toEqual(
      [`${id} sent`, 'machines sent'].sort(),
    );

    scene.wait(3600);
    expect(await post()).toMatchObject({ id: posted[0]!.id, state: 'known' });
    await scene.settle();
    await scene.recover();
    await scene.settle();
    expect(await scene.hands.articles.get(posted[0]!.id)).toEqual(tagged);
    expect(await scene.hands.sends.byArticle(posted[0]!.id)).toEqual(sends);
    expect(scene.received(to, 'Sound of Erran')).toHaveLength(1);
  });

  test.each([
    ['text/html', 'elements a hundred thousand deep', `${'<div>'.repeat(100_000)}A text of some words`],
    ['text/html', 'an element with a hundred thousand attributes', `<p ${'a=b '.repeat(100_000)}>`],
    ['text/html', 'nothing but brackets', '<'.repeat(1_000_000)],
    ['text/html', 'tables in tables', '<table><tr><td>'.repeat(30_000)],
    ['application/json', 'lists a hundred thousand deep', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['application/json', 'a list that never ends', '['.repeat(500_000)],
    ['application/json', 'half of a surrogate pair', '{"title":"a \\ud800 b","text":"\\udc00 of some words"}'],
    ['application/json', 'a prototype', '{"__proto__":{"title":"x"},"text":"A text of some words"}'],
    ['text/plain', 'a million blanks', `A title${' '.repeat(1_000_000)}and its text`],
    ['text/plain', 'half a million hyphens', `A title\n${'a-'.repeat(500_000)}`],
  ])('%s of %s is taken or refused, and soon', async (type, _, body) => {
    const started = performance.now();
    const response = await article({ 'Content-Type': type }, body);
    expect([202, 400, 422]).toContain(response.status);
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  test('what is stored but not queued is accepted: recover brings it to the queue', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    const bring = (title: string) => article({ 'Content-Type': 'application/json' }, JSON.stringify({ ...one, title }));
    await bring('A boat that wakes the secret');
    scene.arm();
    await bring('A boat with a queue');
    expect(scene.calls.at(-1)).toMatch(/^sqs/);
    scene.arm({ call: scene.calls.length, when: 'before' });
    const response = await bring('A boat without a queue');
    expect(scene.dead).toBe(true);
    expect(response.status).toBe(202);
    expect(await response.json()).toMatchObject({ articles: [{ state: 'accepted' }] });
  });
});

describe('signing up', () => {
  test('by email: a mail, a pasted link, confirmed', async () => {
    const to = newEmail();
    const response = await json('/subscribe', { to, watch: ['china', 'cyber'] });
    expect(response.status).toBe(202);
    expect(await response.json()).toEqual({ did: 'confirmation sent', words: expect.stringContaining(to) });
    const [mail] = letters(to);
    expect(mail?.kind).toBe('confirmation');
    const done = await json('/confirm', { to, token: mail?.confirmUrl });
    expect(done.status).toBe(200);
    expect(await done.json()).toMatchObject({
      did: 'confirmed',
      subscriber: { state: 'confirmed', watches: ['china', 'cyber'] },
    });
  });

  test('by SMS from a browser: a page with a field for the code, a wrong one, the right one', async () => {
    const to = '+447700900500';
    const asked = await pageOf(
      await form('/subscribe', [
        ['to', '+44 7700 900500'],
        ['watch', 'china'],
        ['watch', 'whales'],
      ]),
    );
    expect(asked.querySelector('form')?.getAttribute('action')).toBe('/confirm');
    expect(asked.querySelector('input[name=to]')?.getAttribute('value')).toBe(to);
    const code = /\d{6}/.exec(letters(to).at(-1)?.body ?? '')?.[0] as string;
    const wrong = await form('/confirm', [
      ['to', to],
      ['code', code === '000000' ? '000001' : '000000'],
    ]);
    expect(wrong.status).toBe(422);
    expect((await pageOf(wrong)).querySelector('input[name=code]')).toBeTruthy();
    // A plus sign that nobody encoded is a blank in a form.
    const right = await form('/confirm', [
      ['to', to.replace('+', ' ')],
      ['code', code],
    ]);
    expect(right.status).toBe(200);
    expect((await pageOf(right)).body.textContent).toMatch(/confirmed and watches china and whales/);
  });

  test('a stranger learns nothing of who is subscribed, and changes nothing', async () => {
    const known = '+447700900501';
    const id = await scene.person(known, ['china']);
    const before = await scene.hands.subscribers.get(id);
    const pending = '+447700900502';
    const answers = await Promise.all(
      [known, pending].map(async (to) => {
        const asked = await json('/subscribe', { to, watch: 'whales' });
        const body = (await asked.text()).replace(/900 ?50\d/g, 'X');
        const guessed = await json('/confirm', { to, code: '123456' });
        return { status: asked.status, body, guessStatus: guessed.status, guess: await guessed.text() };
      }),
    );
    expect(answers[0]).toEqual(answers[1]);
    const unheardOf = await json('/confirm', { to: '+447700900503', code: '123456' });
    expect(await unheardOf.text()).toBe(answers[0]?.guess);
    expect(await scene.hands.subscribers.get(id)).toEqual(before);
  });

  test('an editor, with the token, adds watches and sees the subscriber', async () => {
    const to = newEmail();
    const id = await scene.person(to, ['china']);
    const response = await json('/subscribe', { to, watch: 'whales' }, bearer);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      did: 'watches changed',
      subscriber: { id, channel: 'email', to, state: 'confirmed', watches: ['china', 'whales'] },
    });
    const wrong = await json('/subscribe', { to, watch: 'cyber' }, { Authorization: 'Bearer wrong' });
    await expectProblem(wrong, 401, /API token/);
    expect((await scene.hands.subscribers.get(id))?.watches).toEqual(['china', 'whales']);
  });

  test.each([
    [{ to: 'nobody', watch: 'china' }, 422, /neither an email address/],
    [
      { to: 'ana@example.org', watch: 'china OR (cyber' },
      422,
      /the query “china OR \(cyber” cannot be read: character 10:/,
    ],
    [{ to: 'ana@example.org' }, 422, /at least one tag/],
    [{ watch: 'china' }, 422, /"to"/],
    [{ to: 7, watch: 'china' }, 400, /"to" must be a string/],
    [{ to: 'ana@example.org', watch: [null] }, 400, /"watch" must be a string/],
    [{ to: 'ana@example.org', watch: { $gt: '' } }, 400, /"watch" must be a string/],
    [['china'], 400, /not an object/],
    ['china', 400, /not an object/],
    [{ to: 'a'.repeat(20_000) }, 413, /16 KiB/],
    [{ ['__proto__']: 'x', to: 'constructor', watch: 'toString' }, 422, /./],
  ])('%j: %i', async (body, status, detail) => {
    await expectProblem(await json('/subscribe', body), status, detail);
  });

  test('broken JSON, and a body of another kind', async () => {
    const post = (type: string, body: string) =>
      request('/subscribe', { method: 'POST', headers: { 'Content-Type': type }, body });
    await expectProblem(await post('application/json', '{"to": '), 400, /not JSON/);
    await expectProblem(await post('multipart/form-data; boundary=x', '--x--'), 415, /Content-Type/);
  });

  test('429 with Retry-After, by the address that API Gateway saw and no header', async () => {
    const sign = (ip: string, forwarded: string) =>
      json('/subscribe', { to: newEmail(), watch: 'china' }, { 'X-Forwarded-For': forwarded }, ip);
    for (let count = 0; count < 10; count++) {
      expect((await sign('198.51.100.7', `192.0.2.${count}`)).status).toBe(202);
    }
    const refused = await sign('198.51.100.7', '192.0.2.99');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    await expectProblem(refused, 429, /too many sign-ups from this network/);
    const page = await form('/subscribe', [
      ['to', newEmail()],
      ['watch', 'china'],
    ]);
    expect(page.status).toBe(202);
    expect((await sign('198.51.100.8', '198.51.100.7')).status).toBe(202);
  });

  test('503 with Retry-After while SNS cannot be reached', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    scene.emulators.carrier.fault({ action: 'CreateTopic', kind: 'throttle' });
    const response = await json('/subscribe', { to: newEmail(), watch: 'china' });
    expect(response.headers.get('retry-after')).toBe('60');
    await expectProblem(response, 503, /SNS/);
  });

  test.each([
    [{ to: 'ana@example.org' }, /either "code"/],
    [{ to: 'ana@example.org', code: '123456', token: 'x' }, /either "code"/],
    [{ code: '123456' }, /"to"/],
    [{ to: 'ana@example.org', code: '123456' }, /a code confirms a phone number/],
    [{ to: '+447700900999', token: 'x'.repeat(40) }, /needs its code/],
    [{ to: 'ana@example.org', token: 'x' }, /not the link/],
  ])('POST /confirm %j: 422', async (body, detail) => {
    await expectProblem(await json('/confirm', body), 422, detail);
  });
});

describe('the links in an alert', () => {
  test.each(['/u', '/unsubscribe', '/manage'])('GET %s changes nothing, by GET or HEAD', async (path) => {
    const id = await scene.person(newEmail(), ['china', 'cyber']);
    const before = await scene.hands.subscribers.get(id);
    for (const method of ['GET', 'HEAD']) {
      const response = await request(`${path}?t=${signStop(signingKey, id)}&watch=whales`, { method });
      expect(response.status).toBe(200);
    }
    expect(await scene.hands.subscribers.get(id)).toEqual(before);
  });

  test('the page has one button, and its form ends all alerts; the link then says so', async () => {
    const to = newEmail();
    const id = await scene.person(to, ['china']);
    const page = await pageOf(await request(`/u?t=${signStop(signingKey, id)}`));
    expect(page.querySelectorAll('button')).toHaveLength(1);
    expect(page.body.textContent).not.toContain(to);
    const token = page.querySelector('form[action="/unsubscribe"] input[name=t]')?.getAttribute('value') as string;
    const stopped = await pageOf(await form('/unsubscribe', [['t', token]]));
    expect(stopped.body.textContent).toMatch(/no more alerts/);
    expect(await scene.hands.subscribers.get(id)).toMatchObject({
      state: 'unsubscribed',
      reason: 'by the link in an alert',
    });
    expect((await pageOf(await form('/unsubscribe', [['t', token]]))).body.textContent).toMatch(/no more alerts/);
    expect((await pageOf(await request(`/u?t=${token}`))).querySelector('form')).toBeNull();
    expect((await pageOf(await request(`/manage?t=${token}`))).querySelector('form')).toBeNull();
    const again = await form('/manage', [
      ['t', token],
      ['watch', 'china'],
    ]);
    expect((await pageOf(again)).body.textContent).toMatch(/gets no alerts/);
    expect(await stateOf(id)).toBe('unsubscribed');
  });

  test('JSON does it too, for one tag as well', async () => {
    const id = await scene.person(newEmail(), ['china', 'cyber']);
    const t = signStop(signingKey, id);
    const one = await json('/unsubscribe', { t, watch: 'cyber' });
    expect(await one.json()).toEqual({ did: 'watch removed', state: 'confirmed', watches: ['china'] });
    expect(await (await json('/unsubscribe', { t })).json()).toEqual({
      did: 'unsubscribed',
      state: 'unsubscribed',
      watches: [],
    });
  });

  test('an editor ends alerts by the address, with the token alone', async () => {
    const to = newEmail();
    const id = await scene.person(to, ['china']);
    await expectProblem(await json('/unsubscribe', { to }), 401, /Bearer/);
    await expectProblem(await json('/unsubscribe', { to }, { Authorization: 'Bearer x' }), 401, /Bearer/);
    await expectProblem(await json('/unsubscribe', { to: 'nobody@example.org' }, bearer), 404, /no such subscriber/);
    await expectProblem(await json('/unsubscribe', { to: 'nobody' }, bearer), 422, /neither/);
    await expectProblem(await json('/unsubscribe', {}, bearer), 422, /"t"/);
    expect(await stateOf(id)).toBe('confirmed');
    expect((await json('/unsubscribe', { to }, bearer)).status).toBe(200);
    expect(await scene.hands.subscribers.get(id)).toMatchObject({ state: 'unsubscribed', reason: 'by an editor' });
  });

  test('a token that is forged, cut or for another use opens nothing', async () => {
    const id = await scene.person(newEmail(), ['china']);
    const token = signStop(signingKey, id);
    const other = subscriberId('email', 'other@example.org');
    const bad = [
      '',
      token.slice(0, -1),
      `${token}x`,
      token.slice(0, -1) + (token.endsWith('A') ? 'B' : 'A'),
      other + token.slice(12),
      signStop(signingKey, other),
      signAlert(signingKey, '0'.repeat(16), id),
      '../../etc/passwd',
      '<script>alert(1)</script>',
      'é'.repeat(22),
    ];
    for (const t of bad) {
      const query = new URLSearchParams({ t });
      for (const path of ['/u', '/unsubscribe', '/manage']) {
        const response = await request(`${path}?${query}`);
        expect(response.status).toBe(404);
        const page = await pageOf(response);
        expect(page.querySelectorAll('form, script')).toHaveLength(0);
      }
      expect((await form('/unsubscribe', [['t', t]])).status).toBe(404);
      expect(
        (
          await form('/manage', [
            ['t', t],
            ['watch', 'whales'],
          ])
        ).status,
      ).toBe(404);
      await expectProblem(await json('/unsubscribe', { t }), 404, /link/);
      expect((await request(`/a/${encodeURIComponent(t)}`)).status).toBe(404);
    }
    expect((await request('/u')).status).toBe(404);
    expect(await scene.hands.subscribers.get(id)).toMatchObject({ state: 'confirmed', watches: ['china'] });
  });

  test('tags are chosen on the page: a box for each, at least one', async () => {
    const id = await scene.person(newEmail(), ['china']);
    const t = signStop(signingKey, id);
    const boxes = (page: Page) =>
      [...page.querySelectorAll('input[type=checkbox]')].map((box) => [
        box.getAttribute('value'),
        box.hasAttribute('checked'),
      ]);
    const page = await pageOf(await request(`/manage?t=${t}`));
    expect(boxes(page)).toEqual([
      ['china', true],
      ['cyber', false],
      ['whales', false],
    ]);
    const saved = await form('/manage', [
      ['t', t],
      ['watch', 'cyber'],
      ['watch', 'whales'],
    ]);
    expect(boxes(await pageOf(saved))).toEqual([
      ['china', false],
      ['cyber', true],
      ['whales', true],
    ]);
    const none = await form('/manage', [['t', t]]);
    expect(none.status).toBe(422);
    expect((await pageOf(none)).querySelector('.notice')?.textContent).toMatch(/Nothing was changed/);
    expect(
      (
        await form('/manage', [
          ['t', t],
          ['watch', 'opera AND'],
        ])
      ).status,
    ).toBe(422);
    expect((await scene.hands.subscribers.get(id))?.watches).toEqual(['cyber', 'whales']);
    expect(await (await json('/manage', { t, watch: ['china'] })).json()).toEqual({
      did: 'watches changed',
      watches: ['china'],
    });
    await expectProblem(await json('/manage', { t, watch: [] }), 422, /at least one/);
  });

  test('a tag that is gone stays in the list of whoever watches it', async () => {
    await scene.hands.tags.put({ name: 'opera', query: 'opera', updatedAt: scene.clock.toISOString() });
    const id = await scene.person(newEmail(), ['china', 'opera']);
    await scene.hands.tags.remove('opera');
    const page = await pageOf(await request(`/manage?t=${signStop(signingKey, id)}`));
    expect(page.querySelector('input[value=opera]')?.hasAttribute('checked')).toBe(true);
  });

  test('a query of the reader’s own is on their page, and on nobody else’s', async () => {
    const to = newEmail();
    const response = await json('/subscribe', { to, watch: ['china', 'Quay OR "lost pier"'] });
    expect(response.status).toBe(202);
    const id = await scene.person(to, ['china']);
    const own = '"lost pier" OR quay';
    expect(await scene.hands.subscribers.get(id)).toMatchObject({ state: 'confirmed', watches: [own, 'china'] });
    const t = signStop(signingKey, id);
    const boxes = (page: Awaited<ReturnType<typeof pageOf>>) =>
      [...page.querySelectorAll('input[name=watch]')].map((box) => [
        box.getAttribute('value'),
        box.hasAttribute('checked'),
        box.parentElement?.querySelector('.quiet')?.textContent,
      ]);
    const shown = boxes(await pageOf(await request(`/manage?t=${t}`)));
    expect(shown).toContainEqual([own, true, undefined]);
    // The form sends it back as it is.
    const saved = await form('/manage', [
      ['t', t],
      ['watch', own],
    ]);
    expect(boxes(await pageOf(saved))).toContainEqual([own, true, undefined]);
    expect(await scene.hands.subscribers.get(id)).toMatchObject({ watches: [own], queries: [own] });
    const other = await scene.person(newEmail(), ['china']);
    const others = boxes(await pageOf(await request(`/manage?t=${signStop(signingKey, other)}`)));
    expect(others.map(([value]) => value)).not.toContain(own);
  });

  test('the page of one alert: headline, the way to the article, a button to stop', async () => {
    const title = 'Storm <b>"Ada"</b> & the <script>alert(1)</script> pier';
    const text = 'The pier at Lower Wenn lost forty metres in the storm on Friday night, and nobody was hurt.';
    const url = 'https://news.example/pier?a=1&b=2';
    const id = await scene.person(newEmail(), ['china']);
    const linked = await scene.bring({ title, text, url });
    const plain = await scene.bring({ title: 'Pier to be rebuilt', text });

    const stored = await scene.hands.articles.get(linked);
    const page = await pageOf(await request(`/a/${signAlert(signingKey, linked, id)}`));
    expect(page.querySelector('h1')?.textContent).toBe(stored?.title);
    expect(page.querySelectorAll('h1 *, script')).toHaveLength(0);
    expect(page.querySelector('a.button')?.getAttribute('href')).toBe(stored?.url);
    expect(page.querySelectorAll('button')).toHaveLength(1);

    const token = signAlert(signingKey, plain, id);
    const unlinked = await pageOf(await request(`/a/${token}`));
    expect(unlinked.querySelector('.text')?.textContent).toContain('forty metres');
    const t = unlinked.querySelector('form[action="/unsubscribe"] input[name=t]')?.getAttribute('value') as string;
    await form('/unsubscribe', [['t', t]]);
    expect(await stateOf(id)).toBe('unsubscribed');
    expect((await pageOf(await request(`/a/${token}`))).querySelector('form')).toBeNull();

    const gone = await request(`/a/${signAlert(signingKey, 'z'.repeat(16), id)}`);
    expect(gone.status).toBe(404);
    expect((await pageOf(gone)).body.textContent).toMatch(/no longer kept/);
  });
});

describe('around the routes', () => {
  test('what is not there: 404; another method: 405 with those there are', async () => {
    await expectProblem(await request('/nowhere'), 404, /no such/);
    expect((await pageOf(await request('/nowhere', { headers: browser }))).querySelector('h1')?.textContent).toMatch(
      /nothing here/,
    );
    for (const [method, path, allow] of [
      ['GET', '/articles', 'POST'],
      ['PUT', '/subscribe', 'POST'],
      ['DELETE', '/unsubscribe', 'GET, HEAD, POST'],
      ['POST', '/u', 'GET, HEAD'],
      ['POST', '/a/x', 'GET, HEAD'],
    ] as const) {
      const response = await request(path, { method });
      expect(response.headers.get('allow')).toBe(allow);
      await expectProblem(response, 405, allow);
    }
  });

  test('a fault of ours: 500 that says nothing of the inside, one line in the log, no token in it', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});
    const id = subscriberId('email', 'ana@example.org');
    const token = signStop(signingKey, id);
    const alert = signAlert(signingKey, '0'.repeat(16), id);
    const die = () => scene.arm({ call: 1, when: 'before' });
    for (const ask of [
      () => request(`/u?t=${token}`),
      () => request(`/a/${alert}`),
      () => json('/unsubscribe', { t: token }),
      () => json('/manage', { t: token, watch: 'china' }),
      () => json('/subscribe', { to: 'ana@example.org', watch: 'china' }),
    ]) {
      log.mockClear();
      die();
      const response = await ask();
      scene.arm();
      const body = await response.clone().text();
      await expectProblem(response, 500, /on our side/);
      expect(body).not.toMatch(/Crash|process dies|at .*\.ts/);
      expect(response.headers.get('content-security-policy')).toBeTruthy();
      expect(log).toHaveBeenCalledTimes(1);
      const line = JSON.parse(log.mock.calls[0]?.[0] as string) as object;
      expect(line).toMatchObject({ message: 'a request failed', route: expect.stringMatching(/^(GET|POST) \/\w+$/) });
      expect(JSON.stringify(line)).not.toContain(token);
      expect(JSON.stringify(line)).not.toContain(alert);
    }
    die();
    const page = await pageOf(await request(`/u?t=${token}`, { headers: browser }));
    expect(page.querySelector('h1')?.textContent).toMatch(/went wrong here/);
  });

  test('through Lambda, as API Gateway calls it', async () => {
    const handler = handle(app);
    const call = async (method: string, path: string, query: string, headers: Record<string, string>, body?: string) =>
      (await handler(
        {
          version: '2.0',
          routeKey: `${method} ${path}`,
          rawPath: path,
          rawQueryString: query,
          headers,
          requestContext: {
            domainName: 'x.execute-api.eu-west-1.amazonaws.com',
            http: { method, path, protocol: 'HTTP/1.1', sourceIp: '203.0.113.77', userAgent: 'curl' },
          },
          body: body === undefined ? undefined : Buffer.from(body).toString('base64'),
          isBase64Encoded: true,
        } as unknown as APIGatewayProxyEventV2 as never,
        {} as Context as never,
      )) as APIGatewayProxyStructuredResultV2;

    const id = await scene.person(newEmail(), ['china']);
    const page = await call('GET', '/u', `t=${signStop(signingKey, id)}`, browser);
    expect(page).toMatchObject({ statusCode: 200, isBase64Encoded: false });
    expect(page.body).toContain('Stop all alerts');
    const accepted = await call(
      'POST',
      '/articles',
      '',
      { ...bearer, 'content-type': 'text/plain; charset=utf-8' },
      'Zürich opens its longest tram\n\nThe tram runs from the lake to the hill, and it is forty-five metres long.',
    );
    expect(accepted.statusCode).toBe(202);
    expect(JSON.parse(accepted.body as string)).toMatchObject({
      articles: [{ title: 'Zürich opens its longest tram' }],
    });
  });
});
