import { html } from 'hono/html';
import type { Html } from './layout.ts';
import { page } from './layout.ts';
import type { Reader } from './leave.ts';

/** A tag with whether the reader watches it; `removed` where the editors have it no more. */
export interface Choice {
  name: string;
  watched: boolean;
  removed?: boolean;
}

/** The page on which a reader chooses tags. `notice`: what was just done, or what is wrong. */
export function managePage({ address, token }: Reader, choices: Choice[], notice?: string): Html {
  return page(
    'Your alerts',
    html`<h1>Your alerts</h1>
${notice === undefined ? '' : html`<p class="notice" role="status">${notice}</p>`}
<form method="post" action="/manage">
<input type="hidden" name="t" value="${token}">
<fieldset>
<legend>Alerts to <strong>${address}</strong> about:</legend>
${choices.map(checkbox)}
</fieldset>
<button type="submit">Save</button>
</form>
<p><a href="/u?t=${encodeURIComponent(token)}">Stop all alerts</a></p>`,
  );
}

function checkbox({ name, watched, removed }: Choice): Html {
  return html`<label><input type="checkbox" name="watch" value="${name}" ${watched ? 'checked' : ''}>${name}${
    removed ? html` <span class="quiet">(has no articles at present)</span>` : ''
  }</label>
`;
}
