import { html } from 'hono/html';
import { type Html, messagePage, page } from './layout.ts';

/** After a sign-up by a form: what comes next, and for a number the field for its code. */
export function signedUpPage(channel: 'email' | 'sms', to: string, words: string): Html {
  if (channel === 'email') {
    return messagePage('Please confirm', words);
  }
  return page(
    'Please confirm',
    html`<h1>Please confirm</h1>
<p>${words}</p>
${codeForm(to)}`,
  );
}

/** After a code that was not taken: the same field once more. */
export function codeRefusedPage(to: string, words: string): Html {
  return page(
    'The code was not taken',
    html`<h1>The code was not taken</h1>
<p class="notice" role="status">${words}</p>
${codeForm(to)}`,
  );
}

function codeForm(to: string): Html {
  return html`<form method="post" action="/confirm">
<input type="hidden" name="to" value="${to}">
<label>Code <input type="text" name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="12" required></label>
<button type="submit">Confirm</button>
</form>`;
}
