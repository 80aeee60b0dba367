import { createHash } from 'node:crypto';
import { parseHTML } from 'linkedom';
import { describe, expect, test } from 'vitest';
import type { StoredArticle } from '../../aws/articles.ts';
import type { Send } from '../../core/ledger/index.ts';
import type { Message } from '../../local/carrier/index.ts';
import { linkPieces } from '../../local/page/links.ts';
import { NEWEST, securityPolicy, type View, viewPage } from '../../local/page/view.ts';
import cases from './page-links.json' with { type: 'json' };

const at = '2026-11-20T12:00:05.123Z';
/** As bad as a headline can be: markup, an attribute's end, an entity, and an override of the reading direction. */
const hostile = `</h4></script><script>alert(1)</script><img src=x onerror="alert(2)"> " ' & &lt; \u202eevil`;

const mail: Message = {
  id: 7,
  at,
  channel: 'email',
  to: 'ana@example.org',
  from: 'Bellwire <no-reply@sns.amazonaws.com>',
  subject: hostile,
  body: `${hostile}\n\nRead: https://example.org/a?b=1&c=2.\n\n--\nIf you wish to stop: http://127.0.0.1:9/unsubscribe?x=1`,
  kind: 'notification',
  messageId: 'a1b2',
};
const text: Message = {
  id: 8,
  at,
  channel: 'sms',
  to: '+447700900123',
  body: `${'x'.repeat(170)} ${hostile}`,
  kind: 'sms',
  messageId: 'c3d4',
};
const article: StoredArticle = {
  id: 'article000000001',
  title: hostile,
  text: hostile,
  url: 'javascript:alert(3)',
  source: hostile,
  state: 'done',
  acceptedAt: at,
  matched: [{ tag: hostile, words: [hostile] }],
};
const send: Send = {
  subscriber: 'ana000000000',
  story: 'article000000001',
  channel: 'email',
  article: 'article000000001',
  to: 'ana@example.org',
  state: 'suppressed',
  reason: hostile,
  matched: [{ tag: hostile, watch: hostile, words: [] }],
  attempts: 0,
  failures: 0,
  createdAt: at,
  at,
};

async function show(view: Partial<View> = {}) {
  const whole = {
    messages: [text, mail],
    articles: [article],
    sends: [send],
    publicUrl: 'http://127.0.0.1:4400',
    ...view,
  };
  const source = String(await viewPage(whole));
  return { source, document: parseHTML(source).document };
}

test('a hostile headline is text wherever it stands', async () => {
  const { source, document } = await show({ notices: [hostile] });
  expect(document.querySelectorAll('script')).toHaveLength(1);
  expect(document.querySelectorAll('img, iframe, object, [onerror], [style]')).toHaveLength(0);
  expect(source).not.toContain('<script>alert');
  for (const place of ['.mail h4', '.article h3', '.article .body', '.notice li', 'td.title a']) {
    expect(document.querySelector(place)?.textContent, place).toBe(hostile);
  }
  // An override is held inside the element that it stands in.
  for (const place of ['.mail h4', '.mail .body', '.sms .body', '.article h3', 'td.title']) {
    expect(document.querySelector(place)?.getAttribute('dir'), place).toBe('auto');
  }
});

test('only http and https can be followed, and no page that is opened learns where from', async () => {
  const { document } = await show();
  const links = [...document.querySelectorAll('main a')].filter((link) => !link.getAttribute('href')?.startsWith('#'));
  expect(links.map((link) => link.getAttribute('href'))).toEqual([
    'https://example.org/a?b=1&c=2',
    'http://127.0.0.1:9/unsubscribe?x=1',
  ]);
  for (const link of links) expect(link.getAttribute('rel')).toBe('noreferrer noopener');
});

test('a mail and an SMS are shown as their readers see them', async () => {
  const { document } = await show();
  const head = document.querySelector('.mail .head')?.textContent;
  expect(head).toContain('Bellwire <no-reply@sns.amazonaws.com> to ana@example.org');
  expect(document.querySelector('.mail .footer')?.textContent).toMatch(/^--\nIf you wish/);
  const sms = document.querySelector('.sms')?.textContent;
  expect(sms).toContain('to +44 7700 900123');
  expect(sms).toMatch(/[45] segments, \d+ units of UCS-2/);
});

test('the ledger says who was not told, and why', async () => {
  const { document } = await show({ sends: [{ ...send, reason: 'unsubscribed' }] });
  const cells = [...document.querySelectorAll('#ledger-table tbody td')].map((cell) => cell.textContent);
  expect(cells.slice(0, 5)).toEqual(['2026-11-20 12:00:05', 'email', 'ana@example.org', 'suppressed', 'unsubscribed']);
});

test('an empty wire says so in words', async () => {
  const { document } = await show({ messages: [], articles: [], sends: [] });
  expect([...document.querySelectorAll('.none')].map((none) => none.textContent)).toEqual([
    'Nothing was sent yet.',
    'No article came in yet.',
    'Nobody was told of anything yet.',
  ]);
});

test('a full page says that it is the newest alone', async () => {
  const { document } = await show({ sends: Array.from({ length: NEWEST }, () => send) });
  expect(document.querySelector('nav')?.textContent).toContain(`Ledger (newest ${NEWEST})`);
});

test('the policy lets in just the style and the script that the page has', async () => {
  const { document } = await show();
  const hash = (element: string) =>
    `'sha256-${createHash('sha256')
      .update(document.querySelector(element)?.textContent ?? '')
      .digest('base64')}'`;
  expect(securityPolicy).toContain(`style-src ${hash('style')}`);
  expect(securityPolicy).toContain(`script-src ${hash('script')}`);
  expect(securityPolicy).toContain("default-src 'none'");
  expect(securityPolicy).not.toContain('unsafe');
});

describe('addresses in a text', () => {
  test.each(cases)('$text', ({ text, links }) => {
    const pieces = linkPieces(text);
    expect(pieces.filter(({ kind }) => kind === 'link').map((piece) => piece.text)).toEqual(links);
    // Nothing is lost on the way.
    expect(pieces.map((piece) => piece.text).join('')).toBe(text);
  });
});
