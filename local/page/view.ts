import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { html, raw } from 'hono/html';
import type { StoredArticle } from '../../aws/articles.ts';
import { segmentSms } from '../../core/alert/index.ts';
import type { TagMatch } from '../../core/article/index.ts';
import type { Send } from '../../core/ledger/index.ts';
import { formatAddress } from '../../core/subscriber/index.ts';
import type { Message } from '../carrier/inbox.ts';
import { linkPieces } from './links.ts';

/** What the page shows; each list newest first. */
export interface View {
  messages: Message[];
  articles: StoredArticle[];
  sends: Send[];
  /** Where the HTTP API takes articles. */
  publicUrl: string;
  /** What became of an article sent by the page's own form, a line each. */
  notices?: string[];
}

const style = readFileSync(new URL('page.css', import.meta.url), 'utf8');
const script = readFileSync(new URL('refresh.js', import.meta.url), 'utf8');

const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/**
 * Nothing but the page's own style and script, each by its hash: even if a hostile article got markup past the escaping, it
 * could neither run nor load anything.
 */
export const securityPolicy = [
  "default-src 'none'",
  `style-src ${hash(style)}`,
  `script-src ${hash(script)}`,
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Mails that are open from the start; older ones show their heads. */
const OPEN_MAILS = 4;

/** The whole page. `html` escapes whatever is put into it. */
export function viewPage({ messages, articles, sends, publicUrl, notices = [] }: View) {
  const titles = new Map(articles.map(({ id, title }) => [id, title]));
  const mails = messages.filter(({ channel }) => channel === 'email');
  const texts = messages.filter(({ channel }) => channel === 'sms');
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Bellwire: inbox and ledger</title>
<style>${raw(style)}</style>
</head>
<body>
<header>
<h1>Bellwire</h1>
<p class="quiet">What subscribers were sent, and the record of it. Articles go to <code>POST ${publicUrl}/articles</code>. Times are UTC.</p>
<p class="status" id="status" role="status"></p>
${notices.length > 0 ? html`<div class="notice" role="alert"><ul>${notices.map((notice) => html`<li>${notice}</li>`)}</ul></div>` : ''}
<details class="send"${notices.length > 0 ? raw(' open') : ''}>
<summary>Send an article</summary>
<form method="post" action="/local/articles">
<label for="article">Its headline, then its text; or HTML, or JSON</label>
<textarea id="article" name="article" required></textarea>
<button>Send</button>
</form>
</details>
</header>
<main>
<nav id="parts" aria-label="Parts of the page">
<a href="#inbox">Inbox (${bounded(messages)})</a>
<a href="#articles">Articles (${bounded(articles)})</a>
<a href="#ledger">Ledger (${bounded(sends)})</a>
</nav>
<section aria-labelledby="inbox">
<h2 id="inbox">Inbox</h2>
${messages.length === 0 ? html`<p class="none">Nothing was sent yet.</p>` : ''}
<div class="columns">
${mails.length > 0 ? html`<div><h3>Email</h3>${mails.map((mail, at) => viewMail(mail, at < OPEN_MAILS))}</div>` : ''}
${texts.length > 0 ? html`<div><h3>SMS</h3>${texts.map(viewText)}</div>` : ''}
</div>
</section>
<section aria-labelledby="articles">
<h2 id="articles">Articles</h2>
${articles.length === 0 ? html`<p class="none">No article came in yet.</p>` : articles.map(viewArticle)}
</section>
<section aria-labelledby="ledger">
<h2 id="ledger">Ledger</h2>
${sends.length === 0 ? html`<p class="none">Nobody was told of anything yet.</p>` : viewLedger(sends, titles)}
</section>
</main>
<script type="module">${raw(script)}</script>
</body>
</html>
`;
}

/** The most of each list that the page shows. */
export const NEWEST = 100;

const bounded = (list: unknown[]) => (list.length >= NEWEST ? `newest ${NEWEST}` : `${list.length}`);

function viewMail(mail: Message, open: boolean) {
  const { id, at, from, to, subject, body } = mail;
  // SNS's own footer begins after the usual two dashes.
  const cut = body.search(/\n-- ?\n/);
  const [text, footer] = cut < 0 ? [body, ''] : [body.slice(0, cut), body.slice(cut + 1)];
  return html`<details class="mail" id="message-${id}"${open ? raw(' open') : ''}>
<summary id="subject-${id}"><h4 dir="auto">${subject ?? ''}</h4>
<div class="head"><span>${from ?? ''} to <b>${to}</b></span>${viewTime(at)}</div></summary>
<div class="body" id="body-${id}" data-scrolls dir="auto" tabindex="0">${viewLinks(text.trimEnd())}${footer ? html`<span class="footer">${viewLinks(footer.trimEnd())}</span>` : ''}</div>
</details>
`;
}

function viewText({ id, at, from, to, body }: Message) {
  const { encoding, units, segments } = segmentSms(body);
  return html`<article class="sms" id="message-${id}">
<div class="head"><span>${from ? `${from} ` : ''}to <b>${formatAddress('sms', to)}</b></span>${viewTime(at)}</div>
<div class="body" dir="auto">${viewLinks(body)}</div>
<div class="head"><span>${segments} segment${segments === 1 ? '' : 's'}, ${units} ${encoding === 'GSM-7' ? 'septets of GSM-7' : 'units of UCS-2'}</span></div>
</article>
`;
}

function viewArticle({
  id,
  title,
  url,
  source,
  publishedAt,
  acceptedAt,
  state,
  matched,
  text,
  lastError,
}: StoredArticle) {
  const link = url === undefined ? undefined : linkPieces(url).find((piece) => piece.kind === 'link');
  return html`<article class="article" id="article-${id}">
<h3 dir="auto">${title}</h3>
<div class="head"><span>${[
    source,
    publishedAt && `published ${minute(publishedAt)}`,
    `came in ${minute(acceptedAt)}`,
    state !== 'done' && state,
  ]
    .filter(Boolean)
    .join(' · ')} · <span class="id">${id}</span></span></div>
${link ? html`<div>${viewLink(link.href, link.text)}</div>` : ''}
${state !== 'done' && lastError ? html`<div class="failed">${lastError}</div>` : ''}
${matched === undefined ? '' : viewMatches(matched)}
<details id="text-${id}"><summary id="read-${id}">Text</summary><div class="body" dir="auto">${text}</div></details>
</article>
`;
}

/** The tags that an article met. Of subscribers' own queries there may be thousands: they are counted. */
function viewMatches(matched: TagMatch[]) {
  const tags = matched.filter(({ own }) => !own);
  const own = matched.length - tags.length;
  const none = tags.length > 0 ? '' : html`<div class="none">No tag met.</div>`;
  const list = html`<ul aria-label="Tags">${tags.map(({ tag, words }) => html`<li><b>${tag}</b>${words.length ? ` ${words.join(', ')}` : ''}</li>`)}</ul>`;
  const others =
    own === 0 ? '' : html`<div class="none">And ${own} ${own === 1 ? 'query' : 'queries'} of subscribers.</div>`;
  return html`${tags.length > 0 ? list : none}${others}`;
}

function viewLedger(sends: Send[], titles: Map<string, string>) {
  return html`<div class="wide" id="ledger-table" data-scrolls tabindex="0"><table>
<thead><tr><th scope="col">Time</th><th scope="col">Channel</th><th scope="col">To</th><th scope="col">State</th><th scope="col">Reason</th><th scope="col">Article</th><th scope="col">Watches</th><th scope="col">MessageId</th></tr></thead>
<tbody>${sends.map((send) => viewSend(send, titles.get(send.article)))}</tbody>
</table></div>
`;
}

function viewSend(send: Send, title: string | undefined) {
  const { at, channel, to, state, reason, article, matched, messageId, segments, maybeDuplicate } = send;
  const words = [
    reason,
    segments !== undefined && segments > 1 && `${segments} segments`,
    maybeDuplicate && 'perhaps told twice: an answer of SNS was lost',
  ];
  return html`<tr>
<td class="fixed">${viewTime(at)}</td><td>${channel}</td>
<td class="fixed">${channel === 'topic' ? to.slice(to.lastIndexOf(':') + 1) : formatAddress(channel, to)}</td>
<td class="fixed ${state}">${state}</td><td>${words.filter(Boolean).join('; ')}</td>
<td class="title" dir="auto">${title === undefined ? html`<span class="id">${article}</span>` : html`<a href="#article-${article}">${title}</a>`}</td>
<td>${matched.map(({ watch }) => watch).join(', ')}</td><td class="id">${messageId ?? ''}</td>
</tr>
`;
}

const viewLinks = (text: string) =>
  linkPieces(text).map((piece) => (piece.kind === 'text' ? piece.text : viewLink(piece.href, piece.text)));

const viewLink = (href: string, text: string) =>
  html`<a href="${href}" rel="noreferrer noopener" target="_blank">${text}</a>`;

const viewTime = (iso: string) => html`<time datetime="${iso}">${iso.slice(0, 19).replace('T', ' ')}</time>`;

const minute = (iso: string) => iso.slice(0, 16).replace('T', ' ');
