import type { Context } from 'hono';
import { type Admission, takeIn } from '../../aws/door.ts';
import type { Wire } from '../../aws/wire.ts';
import { readInput } from '../../core/article/index.ts';
import { messagePage } from '../../site/index.ts';
import { answer, problem } from './answer.ts';
import { mediaType, readBytes } from './body.ts';

const MAX_BYTES = 1024 * 1024;

/**
 * Of one request. A thousand are seconds of the half minute that it may take, and each may need a line in the answer, of which
 * Lambda lets 6 MB through.
 */
const MAX_ARTICLES = 1000;

/** How many articles of one request are taken in side by side. */
const AT_ONCE = 10;

/** What a body is called, where it is named in `errors`; the end tells the reader how to read it. */
const names: Record<string, string> = {
  'application/json': 'body.json',
  'text/html': 'body.html',
  'application/xhtml+xml': 'body.html',
  'text/plain': 'body.txt',
};

/**
 * `POST /articles`: takes in what the body holds, each on its own. 202 with an id for each that is stored (`known`: it was
 * before) and the reason of each that is refused; 400 or 422 where none is left.
 */
export async function postArticles(c: Context, wire: Wire, now: Date): Promise<Response> {
  const name = names[mediaType(c)];
  if (!name) {
    return problem(c, 415, 'send application/json, text/plain or text/html, and say so in Content-Type');
  }
  const bytes = await readBytes(c, MAX_BYTES);
  if (!bytes) return problem(c, 413, 'the body is larger than 1 MiB: send the articles in several requests');
  const { inputs, errors } = readInput(bytes, name);
  const count = inputs.length + errors.length;
  if (count > MAX_ARTICLES) {
    const words = `the body holds ${count.toLocaleString('en')} articles, and nothing was taken: send at most ${MAX_ARTICLES.toLocaleString('en')} in one request`;
    return problem(c, 413, words);
  }
  const articles: { id: string; title: string; state: 'accepted' | 'known' }[] = [];
  const refused = [...errors];
  for (let start = 0; start < inputs.length; start += AT_ONCE) {
    const taken = inputs.slice(start, start + AT_ONCE);
    const admissions = await Promise.allSettled(taken.map(({ input }) => takeIn(wire, input, now)));
    for (const [index, settled] of admissions.entries()) {
      // Whoever sends it all again is told `known` of what was stored.
      if (settled.status === 'rejected') throw settled.reason;
      record(settled.value, taken[index]!.label);
    }
  }
  function record(admission: Admission, label: string): void {
    if (admission.kind === 'refused') refused.push({ input: label, reason: admission.reason });
    else articles.push({ id: admission.article.id, title: admission.article.title, state: admission.kind });
  }

  if (articles.length === 0) {
    const [first] = refused;
    const detail = first ? `no article was taken: ${first.input}: ${first.reason}` : 'there is no article in the body';
    return problem(c, inputs.length === 0 ? 400 : 422, detail, { errors: refused });
  }
  return answer(c, 202, {
    json: { articles, errors: refused },
    page: messagePage('Accepted', ...articles.map(({ title }) => title)),
  });
}
