import { html } from 'hono/html';
import type { Article } from '../core/article/article.ts';
import { type Html, page } from './layout.ts';
import { manageLink, type Reader, stopForm } from './leave.ts';

/** Characters of an article's text that the page shows where there is no link to read on at. */
const beginning = 600;

/**
 * The page of the one link in a short SMS: the headline, the way to the article, a button to stop. `reader` is absent
 * where there is nothing to stop; `article` where it is no longer kept.
 */
export function alertPage(article: Article | undefined, reader: Reader | undefined): Html {
  const title = article?.title ?? 'This article is no longer kept here';
  return page(
    title,
    html`<h1 dir="auto">${title}</h1>
${article ? about(article) : ''}
${
  reader
    ? html`<p class="quiet">This alert went to <strong>${reader.address}</strong>. ${manageLink(reader.token, 'Choose what to be told of')}, or:</p>
${stopForm(reader.token)}`
    : ''
}`,
  );
}

function about(article: Article): Html {
  const from = [article.source, article.publishedAt && day(article.publishedAt)].filter(Boolean).join(', ');
  const link = webAddress(article.url);
  return html`${from ? html`<p class="quiet" dir="auto">${from}</p>` : ''}
${
  link
    ? html`<p><a class="button" href="${link}" rel="noopener noreferrer">Read the article</a></p>`
    : html`<p class="text" dir="auto">${start(article.text)}</p>`
}`;
}

/** An article's URL is checked when it comes in; a page that strangers open checks once more before it makes a link of it. */
function webAddress(url: string | undefined): string | undefined {
  return url && /^https?:$/.test(URL.parse(url)?.protocol ?? '') ? url : undefined;
}

function start(text: string): string {
  if (text.length <= beginning) return text;
  const cut = text.slice(0, beginning);
  const atWord = cut.search(/\s\S*$/u);
  return `${(atWord > beginning / 2 ? cut.slice(0, atWord) : cut.replace(/[\uD800-\uDBFF]$/, '')).trimEnd()} …`;
}

function day(instant: string): string {
  const date = new Date(instant);
  if (Number.isNaN(date.getTime())) return '';
  return `${new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' }).format(date)} UTC`;
}
