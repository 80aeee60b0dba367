import { html, raw } from 'hono/html';
import { style, styleSource } from './style.ts';

/** A page, or a part of one, in which every text that came from outside is escaped. */
export type Html = ReturnType<typeof html>;

/** The frame of every page. */
export function page(title: string, body: Html): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title} · Bellwire</title>
<style>${raw(style)}</style>
</head>
<body>
<main>
${body}
</main>
<footer class="quiet">Bellwire sends news alerts to people who asked for them.</footer>
</body>
</html>
`;
}

/**
 * What a browser is told of each page. Nothing may be loaded or run, and a form leads only here; the address, which holds
 * the reader's token, goes to no other site, into no cache and no search engine.
 */
export const pageHeaders: Record<string, string> = {
  'Content-Security-Policy': `default-src 'none'; style-src ${styleSource}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  'Referrer-Policy': 'no-referrer',
  'X-Robots-Tag': 'noindex, nofollow',
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-store',
};

/** A page of a heading and a few paragraphs: what was done, or what went wrong. */
export function messagePage(title: string, ...paragraphs: (string | Html)[]): Html {
  return page(title, html`<h1>${title}</h1>${paragraphs.map((paragraph) => html`\n<p>${paragraph}</p>`)}`);
}
