import { html } from 'hono/html';
import { type Html, messagePage, page } from './layout.ts';

/** Whoever holds the token of a link in an alert; `address` is masked, since an alert may be forwarded. */
export interface Reader {
  address: string;
  token: string;
}

/** The one thing that ends alerts: a form, which no scanner of links sends. */
export function stopForm(token: string): Html {
  return html`<form method="post" action="/unsubscribe">
<input type="hidden" name="t" value="${token}">
<button type="submit">Stop all alerts</button>
</form>`;
}

export function manageLink(token: string, words: string): Html {
  return html`<a href="/manage?t=${encodeURIComponent(token)}">${words}</a>`;
}

/** The page of the link to stop: one button. */
export function stopPage({ address, token }: Reader, watches: string[]): Html {
  return page(
    'Stop these alerts',
    html`<h1>Stop these alerts?</h1>
<p>Alerts to <strong>${address}</strong> about ${watches.join(', ')} will end at once.</p>
${stopForm(token)}
<p class="quiet">Or ${manageLink(token, 'choose what to be told of')}.</p>`,
  );
}

export function stoppedPage(address: string): Html {
  return messagePage(
    'No more alerts',
    html`<strong>${address}</strong> gets no more alerts. Whatever was on its way to you at this very moment may still come.`,
  );
}

/** For a link that was followed after its reader had left. */
export function notSubscribedPage(address: string): Html {
  return messagePage('Not subscribed', html`<strong>${address}</strong> gets no alerts. There is nothing to stop.`);
}
