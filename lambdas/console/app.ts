import { Hono, type Context as HonoContext, type MiddlewareHandler } from 'hono';
import { confirm, setWatches, subscribe, unsubscribe } from '../../aws/signup.ts';
import type { Wire } from '../../aws/wire.ts';
import {
  checkBearer,
  readAddress,
  readAlert,
  readStop,
  type Subscriber,
  signStop,
  subscriberId,
} from '../../core/subscriber/index.ts';
import {
  alertPage,
  type Choice,
  codeRefusedPage,
  managePage,
  maskedAddress,
  messagePage,
  notSubscribedPage,
  pageHeaders,
  type Reader,
  signedUpPage,
  stopPage,
  stoppedPage,
} from '../../site/index.ts';
import { answer, problem, sentence, wantsPage } from './answer.ts';
import { postArticles } from './articles.ts';
import { type Fields, readFields } from './body.ts';

export interface Console {
  wire: Wire;
  now: () => Date;
  /** A whole number from 0 up to, not including, `max`; for codes. The operating system's by default. */
  random?: (max: number) => number;
}

/** What API Gateway says of a request (payload format 2.0). */
interface Bindings {
  event?: { requestContext?: { http?: { sourceIp?: string } } };
}

type Context = HonoContext<{ Bindings: Bindings }>;

/** Why a link was not taken: forged, cut short by a mail program, or of a key that was changed. Nothing is said of which. */
const BAD_LINK = 'this link is not complete, or not one of ours: open it from the alert itself';

/** One answer for every code or link that is refused: which of them it was would tell a stranger who is subscribed. */
const NOT_CONFIRMED =
  'it is wrong, has expired, was tried too often, or has done its work already: if no alerts come, sign up again';

/** The HTTP API and its pages, for Lambda and for tests. */
export function createApp({ wire, now, random }: Console): Hono<{ Bindings: Bindings }> {
  const app = new Hono<{ Bindings: Bindings }>();

  app.use(async (c, next) => {
    await next();
    for (const [name, value] of Object.entries(pageHeaders)) c.header(name, value);
  });

  /** The owner or an editor, by the API's token; `wrong` where there is a token and it is another. */
  const callerOf = async (c: Context): Promise<'trusted' | 'public' | 'wrong'> => {
    const header = c.req.header('authorization');
    if (header === undefined) return 'public';
    return checkBearer(header, (await wire.secret(now())).apiToken) ? 'trusted' : 'wrong';
  };

  const unauthorised = (c: Context) => {
    c.header('WWW-Authenticate', 'Bearer realm="Bellwire"');
    return problem(c, 401, 'this needs the header "Authorization: Bearer TOKEN" with the API token of this stack');
  };

  /** The subscriber for whom a link was made, or undefined where it was made for nobody. */
  const readerOf = async (token: string | undefined): Promise<(Reader & { subscriber: Subscriber }) | undefined> => {
    const { signingKey } = await wire.secret(now());
    const id = token === undefined ? undefined : readStop(signingKey, token);
    const subscriber = id === undefined ? undefined : await wire.subscribers.get(id);
    return subscriber && { token: token!, subscriber, address: maskedAddress(subscriber.channel, subscriber.to) };
  };

  const choicesOf = async ({ watches, queries = [] }: Subscriber): Promise<Choice[]> => {
    const tags = (await wire.tags.list()).map(({ name }) => name);
    const others = watches
      .filter((name) => !tags.includes(name))
      .map((name) => ({ name, watched: true, ...(!queries.includes(name) && { removed: true }) }));
    return [...tags.map((name) => ({ name, watched: watches.includes(name) })), ...others];
  };

  app.post('/articles', async (c) => {
    if ((await callerOf(c)) !== 'trusted') return unauthorised(c);
    return postArticles(c, wire, now());
  });

  app.post('/subscribe', async (c) => {
    const caller = await callerOf(c);
    if (caller === 'wrong') return unauthorised(c);
    const body = await readFields(c);
    if (!body.ok) return problem(c, body.status, body.reason);
    const to = one(body.fields, 'to');
    if (!to) return problem(c, 422, 'say to whom: an email address or a phone number, as "to"');
    const watches = body.fields.get('watch') ?? [];
    const from = c.env?.event?.requestContext?.http?.sourceIp;
    const trusted = caller === 'trusted';
    const result = await subscribe(wire, { to, watches, trusted, from }, now(), random);
    if (result.ok) {
      const { subscriber, did, words } = result;
      return answer(c, did.endsWith('sent') ? 202 : 200, {
        // To the public nothing but words that are the same for everybody.
        json: { did, words, ...(trusted && { subscriber: shown(subscriber) }) },
        page: signedUpPage(subscriber.channel, subscriber.to, words),
      });
    }
    switch (result.kind) {
      case 'limit':
        c.header('Retry-After', String(result.retryAfterSeconds));
        return problem(c, 429, result.reason);
      case 'unavailable':
        c.header('Retry-After', '60');
        return problem(c, 503, result.reason);
      default:
        return problem(c, 422, result.reason);
    }
  });

  app.post('/confirm', async (c) => {
    const caller = await callerOf(c);
    if (caller === 'wrong') return unauthorised(c);
    const body = await readFields(c);
    if (!body.ok) return problem(c, body.status, body.reason);
    const to = one(body.fields, 'to');
    const code = one(body.fields, 'code');
    const token = one(body.fields, 'token');
    if (!to || (code === undefined) === (token === undefined)) {
      return problem(c, 422, 'give "to", and either "code" (for a phone number) or "token" (for an email address)');
    }
    const result = await confirm(wire, code === undefined ? { to, token: token! } : { to, code }, now());
    if (result.ok) {
      return answer(c, 200, {
        json: { did: result.did, words: result.words, subscriber: shown(result.subscriber) },
        page: messagePage('Confirmed', result.words),
      });
    }
    if (result.kind === 'unavailable') {
      c.header('Retry-After', '60');
      return problem(c, 503, result.reason);
    }
    if (result.kind === 'invalid' || caller === 'trusted') return problem(c, 422, result.reason);
    if (code !== undefined && wantsPage(c)) return c.html(codeRefusedPage(to, sentence(NOT_CONFIRMED)), 422);
    return problem(c, 422, NOT_CONFIRMED);
  });

  const askToStop = async (c: Context) => {
    const reader = await readerOf(c.req.query('t'));
    if (!reader) return c.html(messagePage('This link does not work', sentence(BAD_LINK)), 404);
    if (reader.subscriber.state === 'unsubscribed') return c.html(notSubscribedPage(reader.address));
    return c.html(stopPage(reader, reader.subscriber.watches));
  };
  app.get('/u', askToStop);
  app.get('/unsubscribe', askToStop);

  app.post('/unsubscribe', async (c) => {
    const caller = await callerOf(c);
    if (caller === 'wrong') return unauthorised(c);
    const body = await readFields(c);
    if (!body.ok) return problem(c, body.status, body.reason);
    const token = one(body.fields, 't');
    const to = one(body.fields, 'to');
    const watch = one(body.fields, 'watch');
    if (token === undefined && to !== undefined) {
      if (caller !== 'trusted') return unauthorised(c);
      const address = readAddress(to, { countries: wire.resources.smsCountries.split(',') });
      if (!address.ok) return problem(c, 422, address.reason);
      const id = subscriberId(address.channel, address.to);
      const left = await unsubscribe(wire, { id, reason: 'by an editor', watch }, now());
      if (!left.ok) return problem(c, 404, left.reason);
      const { did, words, subscriber } = left;
      return answer(c, 200, { json: { did, words, subscriber: shown(subscriber) }, page: messagePage('Done', words) });
    }
    if (token === undefined) return problem(c, 422, 'give the token of the link in an alert, as "t"');
    const reader = await readerOf(token);
    if (!reader) return problem(c, 404, BAD_LINK);
    const left = await unsubscribe(wire, { id: reader.subscriber.id, reason: 'by the link in an alert', watch }, now());
    if (!left.ok) return problem(c, 404, BAD_LINK);
    const { did, words, subscriber } = left;
    return answer(c, 200, {
      json: { did, state: subscriber.state, watches: subscriber.state === 'unsubscribed' ? [] : subscriber.watches },
      page: subscriber.state === 'unsubscribed' ? stoppedPage(reader.address) : messagePage('Done', words),
    });
  });

  app.get('/manage', async (c) => {
    const reader = await readerOf(c.req.query('t'));
    if (!reader) return c.html(messagePage('This link does not work', sentence(BAD_LINK)), 404);
    if (reader.subscriber.state === 'unsubscribed') return c.html(notSubscribedPage(reader.address));
    return c.html(managePage(reader, await choicesOf(reader.subscriber)));
  });

  app.post('/manage', async (c) => {
    const body = await readFields(c);
    if (!body.ok) return problem(c, body.status, body.reason);
    const reader = await readerOf(one(body.fields, 't'));
    if (!reader) return problem(c, 404, BAD_LINK);
    const result = await setWatches(wire, reader.subscriber.id, body.fields.get('watch') ?? [], now());
    if (result.ok) {
      return answer(c, 200, {
        json: { did: result.did, watches: result.subscriber.watches },
        page: managePage(reader, await choicesOf(result.subscriber), 'Saved.'),
      });
    }
    if (result.kind === 'unsubscribed') {
      return answer(c, 200, { json: { did: 'nothing', watches: [] }, page: notSubscribedPage(reader.address) });
    }
    if (result.kind === 'invalid' && wantsPage(c)) {
      const notice = 'Nothing was changed: choose at least one, or stop all alerts below.';
      return c.html(managePage(reader, await choicesOf(reader.subscriber), notice), 422);
    }
    return problem(c, result.kind === 'unknown' ? 404 : 422, result.reason);
  });

  app.get('/a/:token', async (c) => {
    const { signingKey } = await wire.secret(now());
    const named = readAlert(signingKey, c.req.param('token'));
    if (!named) return c.html(messagePage('This link does not work', sentence(BAD_LINK)), 404);
    const [article, reader] = await Promise.all([
      wire.articles.get(named.article),
      readerOf(signStop(signingKey, named.subscriber)),
    ]);
    const mayStop = reader?.subscriber.state !== 'unsubscribed';
    return c.html(alertPage(article, mayStop ? reader : undefined), article ? 200 : 404);
  });

  for (const [path, methods] of Object.entries(METHODS)) app.all(path, only(methods));
  app.notFound((c) => problem(c, 404, 'there is no such page or route here'));
  app.onError((error, c) => {
    // The path's first part alone: what follows it, and the query, may be somebody's token.
    const route = `${c.req.method} /${c.req.path.split('/')[1] ?? ''}`;
    console.error(JSON.stringify({ message: 'a request failed', route, error: error.stack ?? String(error) }));
    for (const [name, value] of Object.entries(pageHeaders)) c.header(name, value);
    return problem(c, 500, 'the fault is on our side, and on record: try again in a few minutes');
  });
  return app;
}

/** Routes that are there, but not for every method. */
const METHODS: Record<string, string> = {
  '/articles': 'POST',
  '/subscribe': 'POST',
  '/confirm': 'POST',
  '/unsubscribe': 'GET, HEAD, POST',
  '/u': 'GET, HEAD',
  '/manage': 'GET, HEAD, POST',
  '/a/:token': 'GET, HEAD',
};

const only =
  (methods: string): MiddlewareHandler =>
  async (c) => {
    c.header('Allow', methods);
    return problem(c, 405, `this answers to ${methods} only`);
  };

const one = (fields: Fields, name: string): string | undefined => fields.get(name)?.[0];

const shown = ({ id, channel, to, state, watches }: Subscriber) => ({ id, channel, to, state, watches });
