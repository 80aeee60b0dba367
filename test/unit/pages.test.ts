import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { parseHTML } from 'linkedom';
import { expect, test } from 'vitest';
import {
  alertPage,
  codeRefusedPage,
  type Html,
  managePage,
  maskedAddress,
  messagePage,
  notSubscribedPage,
  pageHeaders,
  signedUpPage,
  stopPage,
  stoppedPage,
} from '../../site/index.ts';

const reader = { address: 'a…@example.org', token: '0123456789abABCDEF_-xy' };
const article = {
  id: '0123456789abcdef',
  title: 'Harbour town votes to keep its night ferry',
  text: 'The council of Port Ellery voted on Tuesday to keep the night ferry.\n\nThe boat carries about forty people a night.',
  url: 'https://news.example/ferry?a=1&b=2',
  source: 'Ellery Post',
  publishedAt: '2026-11-24T07:05:00.000Z',
};
const { url: _url, ...unlinked } = article;

const pages: Record<string, Html> = {
  stop: stopPage(reader, ['china', 'microsoft exchange']),
  stopped: stoppedPage(reader.address),
  'not-subscribed': notSubscribedPage(reader.address),
  manage: managePage(reader, [
    { name: 'china', watched: true },
    { name: 'cyber', watched: false },
    { name: 'whales', watched: true, removed: true },
  ]),
  'manage-saved': managePage(reader, [{ name: 'china', watched: true }], 'Saved.'),
  'alert-linked': alertPage(article, reader),
  'alert-without-link': alertPage(unlinked, reader),
  'alert-not-subscribed': alertPage(article, undefined),
  'alert-gone': alertPage(undefined, reader),
  'signed-up-email': signedUpPage('email', 'ana@example.org', 'A mail asks to confirm.'),
  'signed-up-sms': signedUpPage('sms', '+447700900123', 'A text has a code.'),
  'code-refused': codeRefusedPage('+447700900123', 'It is wrong, or has expired.'),
  message: messagePage('This link does not work', 'Open it from the alert itself.'),
};

test.each(Object.keys(pages))('the page %s reads as it should', async (name) => {
  const html = String(await pages[name]).replace(/<style>[^<]*<\/style>/, '<style>…</style>');
  await expect(html).toMatchFileSnapshot(`../golden/pages/${name}.html`);
});

test.each(Object.keys(pages))('the page %s is whole, in English, titled, and without a script', async (name) => {
  const { document } = parseHTML(String(await pages[name]));
  expect(document.documentElement?.getAttribute('lang')).toBe('en');
  expect(document.title).toMatch(/\S · Bellwire$/);
  expect(document.querySelectorAll('h1')).toHaveLength(1);
  expect(document.querySelectorAll('script, iframe, img, link, object, [style]')).toHaveLength(0);
  for (const form of document.querySelectorAll('form')) {
    expect(form.getAttribute('method')).toBe('post');
    expect(form.getAttribute('action')).toMatch(/^\/(unsubscribe|manage|confirm)$/);
    expect(form.querySelectorAll('button')).toHaveLength(1);
  }
  for (const input of document.querySelectorAll('input:not([type=hidden])')) {
    expect(input.closest('label')?.textContent?.trim()).toBeTruthy();
  }
});

test('the page of the link to stop has one button, and it is a form', async () => {
  const { document } = parseHTML(String(await pages.stop));
  expect(document.querySelectorAll('button')).toHaveLength(1);
  expect(document.querySelector('form input[name=t]')?.getAttribute('value')).toBe(reader.token);
});

test('the policy allows the page’s own style and nothing else', async () => {
  const css = /<style>([^<]*)<\/style>/.exec(String(await pages.stop))?.[1] as string;
  const hash = createHash('sha256').update(css).digest('base64');
  expect(pageHeaders['Content-Security-Policy']).toBe(
    `default-src 'none'; style-src 'sha256-${hash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  );
});

const hostile = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "'><svg/onload=alert(1)>",
  '</title><script>alert(1)</script>',
  '</style><script>alert(1)</script>',
  '&lt;b&gt; &amp;amp; <!-- -->',
  '{{ 7 * 7 }} <%= 7 * 7 %>',
];

test.each(hostile)('hostile text %j is text, wherever it stands', async (text) => {
  const all = [
    alertPage({ ...unlinked, title: text, text, source: text, publishedAt: text }, { address: text, token: text }),
    alertPage({ ...article, title: text, url: `https://news.example/?q=${text}` }, reader),
    stopPage({ address: text, token: text }, [text]),
    managePage({ address: text, token: text }, [{ name: text, watched: true, removed: true }], text),
    signedUpPage('sms', text, text),
    signedUpPage('email', text, text),
    codeRefusedPage(text, text),
    messagePage(text, text),
  ];
  for (const page of all) {
    const html = String(await page);
    const { document } = parseHTML(html);
    expect(document.querySelectorAll('script, img, svg, b')).toHaveLength(0);
    expect(document.querySelectorAll('style')).toHaveLength(1);
    expect(document.querySelectorAll('[onerror], [onload]')).toHaveLength(0);
    expect(document.body.textContent).toContain(text === hostile[5] ? '&lt;b&gt; &amp;amp; <!-- -->' : text);
  }
});

test('any headline comes back from the page as it went in, and adds no element', async () => {
  const plain = parseHTML(String(await alertPage({ ...article, title: 'x' }, reader))).document.querySelectorAll('*');
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: fc.constantFrom(...'<>&"\'/=!- aé漢'), minLength: 1 }), async (title) => {
      const { document } = parseHTML(String(await alertPage({ ...article, title }, reader)));
      expect(document.querySelector('h1')?.textContent).toBe(title);
      expect(document.querySelectorAll('*')).toHaveLength(plain.length);
    }),
  );
});

test.each(['javascript:alert(1)', 'data:text/html,x', 'JaVaScRiPt:alert(1)', 'not a url', '//evil.example', ''])(
  'an article whose link is %j gets no link',
  async (url) => {
    const { document } = parseHTML(String(await alertPage({ ...article, url }, reader)));
    expect(document.querySelector('a.button')).toBeNull();
    expect(document.querySelector('.text')?.textContent).toContain('night ferry');
  },
);

test('a long text is cut at a word, one long word between characters', async () => {
  const shown = async (text: string) =>
    parseHTML(String(await alertPage({ ...unlinked, text }, undefined))).document.querySelector('.text')?.textContent;
  expect(await shown('word '.repeat(200))).toMatch(/word …$/);
  expect(((await shown('word '.repeat(200))) as string).length).toBeLessThan(603);
  expect(await shown('字'.repeat(700))).toBe(`${'字'.repeat(600)} …`);
  expect((await shown(`x${'😀'.repeat(400)}`)) as string).not.toMatch(/\uFFFD|[\uD800-\uDBFF](?![\uDC00-\uDFFF])/);
});

test.each([
  ['email', 'ana@example.org', 'a…@example.org'],
  ['sms', '+447700900123', 'the number ending in 123'],
] as const)('an address by %s is masked', (channel, to, masked) => {
  expect(maskedAddress(channel, to)).toBe(masked);
});
