import { request } from 'node:http';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { FunctionError } from '../../local/functions.ts';
import { type HttpServer, type Page, startHttp } from '../../local/http.ts';
import type { Route } from '../../local/template.ts';

const running: HttpServer[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop(100);
});

const keys = ['POST /articles', 'GET /a/{token}', 'GET /a/fixed', 'GET /deep/{rest+}', 'ANY /any', 'POST /any'];
const routes: Route[] = keys.map((key) => ({ logicalId: key, key, functionName: 'Console' }));

/** Serves the routes with a function in this process; by default it answers with its event. */
async function serve(answer: (event: Record<string, unknown>) => unknown = (event) => event, page?: Page) {
  const lines: string[] = [];
  const server = await startHttp({ port: 0, log: (line) => lines.push(line) });
  running.push(server);
  server.mount({
    template: { api: { id: 'abc123', name: 'test' }, routes },
    invoke: async (_name, event) => answer(event as Record<string, unknown>),
    ...(page ? { page } : {}),
  });
  return { server, lines, get: (path: string, init?: RequestInit) => fetch(server.url + path, init) };
}

/** A request with headers that `fetch` does not let one set. */
function raw(
  server: HttpServer,
  options: { path?: string; method?: string; headers?: Record<string, string>; body?: string },
) {
  return new Promise<{ status: number; text: string }>((done, failed) => {
    const sent = request({ host: '127.0.0.1', port: server.port, path: '/', ...options }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => done({ status: response.statusCode ?? 0, text }));
    });
    sent.on('error', failed).end(options.body);
  });
}

describe('the HTTP API', () => {
  it('gives the function an event of payload format 2.0', async () => {
    const { get } = await serve();
    const response = await get('/a/to%20ken?t=1&t=2&q=%C3%BC', {
      headers: { 'X-Mine': 'Yes', cookie: 'a=1; b=2', 'user-agent': 'test' },
    });
    expect(await response.json()).toMatchObject({
      version: '2.0',
      routeKey: 'GET /a/{token}',
      rawPath: '/a/to%20ken',
      rawQueryString: 't=1&t=2&q=%C3%BC',
      cookies: ['a=1', 'b=2'],
      headers: { 'x-mine': 'Yes' },
      queryStringParameters: { t: '1,2', q: 'ü' },
      pathParameters: { token: 'to ken' },
      requestContext: {
        apiId: 'abc123',
        stage: '$default',
        routeKey: 'GET /a/{token}',
        http: { method: 'GET', path: '/a/to%20ken', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'test' },
        time: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
      },
      isBase64Encoded: false,
    });
  });

  it.each([
    ['application/json', '{"a":"ü"}', false],
    ['application/problem+json; charset=utf-8', '{}', false],
    ['text/html', '<p>', false],
    ['application/x-www-form-urlencoded', 't=1', true],
    ['application/octet-stream', 'x', true],
    ['text/plain', Buffer.from([0xff, 0xfe, 0x41, 0x00]), true],
  ])('gives a body of %s as text or as base64', async (type, body, binary) => {
    const { get } = await serve();
    const event = (await (
      await get('/articles', { method: 'POST', body, headers: { 'content-type': type } })
    ).json()) as {
      body: string;
      isBase64Encoded: boolean;
    };
    expect(event.isBase64Encoded).toBe(binary);
    expect(Buffer.from(event.body, binary ? 'base64' : 'utf8')).toEqual(Buffer.from(body));
  });

  it.each([
    ['GET', '/a/fixed', 'GET /a/fixed'],
    ['GET', '/a/other', 'GET /a/{token}'],
    ['GET', '/deep/er/still', 'GET /deep/{rest+}'],
    ['POST', '/any', 'POST /any'],
    ['DELETE', '/any', 'ANY /any'],
  ])('finds the nearest route for %s %s', async (method, path, key) => {
    const { get } = await serve((event) => ({ statusCode: 200, body: event.routeKey }));
    expect(await (await get(path, { method })).text()).toBe(key);
  });

  it.each([
    ['GET', '/articles'],
    ['GET', '/a/'],
    ['GET', '/a/b/c'],
    ['GET', '/articles/'],
    ['GET', '/'],
  ])('answers 404 to %s %s', async (method, path) => {
    const { get } = await serve();
    const response = await get(path, { method });
    expect([response.status, await response.json()]).toEqual([404, { message: 'Not Found' }]);
  });

  it('answers as the function says', async () => {
    const { get } = await serve(() => ({
      statusCode: 202,
      headers: { 'content-type': 'image/png', 'x-number': 7 },
      cookies: ['a=1; Secure', 'b=2'],
      body: Buffer.from([1, 2, 255]).toString('base64'),
      isBase64Encoded: true,
    }));
    const response = await get('/a/x');
    expect(response.status).toBe(202);
    expect(response.headers.get('content-type')).toBe('image/png');
    expect(response.headers.get('x-number')).toBe('7');
    expect(response.headers.getSetCookie()).toEqual(['a=1; Secure', 'b=2']);
    expect([...new Uint8Array(await response.arrayBuffer())]).toEqual([1, 2, 255]);
  });

  it.each([
    ['throws', 'Error', 500],
    ['times out', 'Sandbox.Timedout', 503],
    ['is given too much', 'RequestEntityTooLarge', 413],
  ])('answers for a function that %s', async (_what, errorType, status) => {
    const { get } = await serve(() => {
      throw new FunctionError({ errorType, errorMessage: 'secret words', trace: [] });
    });
    const response = await get('/a/x');
    expect(response.status).toBe(status);
    expect(await response.text()).not.toContain('secret');
  });

  it('refuses a body over ten megabytes, whether its length is told or not', async () => {
    const { server, get } = await serve(() => ({ statusCode: 200, body: 'taken' }));
    const told = await get('/articles', { method: 'POST', body: new Uint8Array(10 * 1024 * 1024 + 1) });
    expect([told.status, await told.json()]).toEqual([413, { message: 'Request Entity Too Large' }]);
    const chunked = await raw(server, {
      path: '/articles',
      method: 'POST',
      headers: { 'transfer-encoding': 'chunked' },
      body: 'x'.repeat(10 * 1024 * 1024 + 1),
    });
    expect(chunked.status).toBe(413);
    const taken = await get('/articles', { method: 'POST', body: new Uint8Array(10 * 1024 * 1024) });
    expect(taken.status).toBe(200);
  });
});

describe('the local page', () => {
  const page: Page = async (asked) => {
    const { pathname } = new URL(asked.url);
    if (pathname === '/') return new Response('<h1>inbox</h1>', { headers: { 'content-type': 'text/html' } });
    if (pathname === '/local/confirm') return new Response(`${asked.method} ${await asked.text()}`, { status: 201 });
    if (pathname === '/articles') return new Response('never');
    return undefined;
  };

  it("serves what is not the template's, and only that", async () => {
    const { get } = await serve(undefined, page);
    expect(await (await get('/')).text()).toBe('<h1>inbox</h1>');
    expect((await get('/local/nothing')).status).toBe(404);
    const confirmed = await get('/local/confirm', { method: 'POST', body: 'token=1' });
    expect([confirmed.status, await confirmed.text()]).toEqual([201, 'POST token=1']);
    const article = await get('/articles', { method: 'POST', body: '{}' });
    expect(await article.json()).toMatchObject({ routeKey: 'POST /articles' });
  });

  it('is not reached under another name than loopback', async () => {
    const { server } = await serve(undefined, page);
    for (const host of ['evil.example', 'evil.example:4400', '127.0.0.1.evil.example', '192.168.0.7:4400'])
      expect((await raw(server, { headers: { host } })).status).toBe(403);
    for (const host of ['127.0.0.1', 'localhost:4400', '[::1]:4400', 'LOCALHOST'])
      expect((await raw(server, { headers: { host } })).status).toBe(200);
  });

  it('does nothing for a page of another site', async () => {
    const { server } = await serve(undefined, page);
    const post = (headers: Record<string, string>) =>
      raw(server, { path: '/local/confirm', method: 'POST', headers: { host: 'localhost:1', ...headers } });
    expect((await post({ origin: 'https://evil.example' })).status).toBe(403);
    expect((await post({ origin: 'null' })).status).toBe(403);
    expect((await post({ 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await post({ origin: 'http://localhost:1' })).status).toBe(201);
    expect((await post({})).status).toBe(201);
  });

  it('fails without a word of why, which goes into the log', async () => {
    const { get, lines } = await serve(undefined, async () => {
      throw new Error('secret words');
    });
    const response = await get('/');
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('secret');
    expect(lines).toEqual(['GET /: secret words']);
  });
});

describe('the port', () => {
  it('is the next that is free, and says so', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((listening) => taken.once('listening', listening));
    const { port } = taken.address() as { port: number };
    const lines: string[] = [];
    const server = await startHttp({ port, log: (line) => lines.push(line) });
    running.push(server);
    expect(server.port).toBeGreaterThan(port);
    expect(lines).toEqual([`port ${port} is in use: this wire is on ${server.port}`]);
    taken.close();
  });

  it('is given up as soon as the last request is answered', async () => {
    const { server, get } = await serve(
      () => new Promise((answered) => setTimeout(() => answered({ statusCode: 204 }), 200)),
    );
    await get('/a/x');
    const last = get('/a/y');
    await new Promise((resume) => setTimeout(resume, 50));
    const started = performance.now();
    await server.stop(5000);
    expect((await last).status).toBe(204);
    expect(performance.now() - started).toBeLessThan(1500);
  });

  it('answers before anything is mounted', async () => {
    const server = await startHttp({ port: 0 });
    running.push(server);
    expect((await fetch(`${server.url}/articles`)).status).toBe(503);
    expect(await (await fetch(`${server.url}/local/health`)).json()).toEqual({ service: 'bellwire', pid: process.pid });
  });
});
