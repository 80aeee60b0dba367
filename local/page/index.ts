import { takeIn } from '../../aws/door.ts';
import type { Wire } from '../../aws/wire.ts';
import { readInput } from '../../core/article/index.ts';
import type { Carrier } from '../carrier/index.ts';
import { NEWEST, securityPolicy, viewPage } from './view.ts';

/** What one pasted article may hold, as at every other door. */
const MAX_ARTICLE_BYTES = 1024 * 1024;

/**
 * The local page: `GET /` shows the inbox (each email and SMS as its reader sees it), the articles and the ledger, the newest
 * {@link NEWEST} of each; `POST /local/articles` takes the article of its form in by the one door. Answers undefined for
 * any other path. Who may ask at all is decided by whoever serves it (local/http.ts: loopback names, this very origin).
 */
export function page({
  wire,
  carrier,
}: {
  wire: Wire;
  carrier: Pick<Carrier, 'inbox'>;
}): (request: Request) => Promise<Response | undefined> {
  async function show(now: Date, status = 200, notices: string[] = []): Promise<Response> {
    const [articles, sends] = await Promise.all([wire.articles.recent(NEWEST, now), wire.sends.recent(NEWEST, now)]);
    const messages = carrier.inbox({ limit: NEWEST }).toReversed();
    const { publicUrl } = wire.resources;
    const body = await viewPage({ messages, articles, sends, publicUrl, notices });
    return new Response(String(body), {
      status,
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'content-security-policy': securityPolicy,
        // Not `no-referrer`: under it the browser sends the form with `Origin: null`, which no check of origin can let in.
        'referrer-policy': 'same-origin',
        'x-content-type-options': 'nosniff',
      },
    });
  }

  async function take(request: Request, now: Date): Promise<Response> {
    const form = await request.formData().catch(() => undefined);
    const text = form?.get('article');
    if (typeof text !== 'string') return show(now, 400, ['The form came without an article.']);
    const bytes = new TextEncoder().encode(text);
    if (bytes.length > MAX_ARTICLE_BYTES) return show(now, 413, ['The article is over 1 MiB, which is the most.']);
    const { inputs, errors } = readInput(bytes, 'the article');
    const notices = errors.map(({ input, reason }) => `${input}: ${reason}`);
    for (const { label, input } of inputs) {
      const admission = await takeIn(wire, input, now);
      if (admission.kind === 'refused') notices.push(`${label}: ${admission.reason}`);
      else if (admission.kind === 'known')
        notices.push(`Already in, nothing is done twice: ${admission.article.title}`);
      else notices.push(`Taken in: ${admission.article.title}`);
    }
    return show(now, inputs.length === 0 ? 422 : 200, notices);
  }

  return async (request) => {
    const { pathname } = new URL(request.url);
    const wanted = `${request.method} ${pathname}`;
    const now = new Date();
    if (wanted === 'GET /' || wanted === 'HEAD /') return show(now);
    if (wanted === 'POST /local/articles') return take(request, now);
    // Where the form leaves a reader who loads its answer anew.
    if (wanted === 'GET /local/articles') return new Response(null, { status: 303, headers: { location: '/' } });
    return undefined;
  };
}
