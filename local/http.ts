import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { FunctionError } from './functions.ts';
import { account, type ResolvedTemplate, type Route, region } from './template.ts';

/** Serves what the template does not: gives undefined for a path that is none of its own. */
export type Page = (request: Request) => Promise<Response | undefined>;

export interface HttpOptions {
  /** The port that is tried first; 0 for any that is free. 4400 by default. */
  port?: number;
  /** Told of a port that is in use. */
  log?: (line: string) => void;
}

export interface HttpServer {
  port: number;
  /** `http://127.0.0.1:4400`, without a slash at the end. */
  url: string;
  /** Serves the template's routes, and the page beside them. Until then every request is answered 503. */
  mount(parts: {
    template: Pick<ResolvedTemplate, 'api' | 'routes'>;
    invoke: (functionName: string, event: unknown) => Promise<unknown>;
    page?: Page | undefined;
  }): void;
  /** Takes no more; lets the requests that are being answered end, for at most `graceMs`. */
  stop(graceMs?: number): Promise<void>;
}

/** API Gateway's bound on a request's body (HTTP API quotas). */
const bodyBytes = 10 * 1024 * 1024;

/**
 * Listens on loopback: on `port`, or on the next that is free, and says so. A request whose Host is not loopback is refused, so
 * that no web page can reach this machine through a name of its own (DNS rebinding).
 */
export async function startHttp(options: HttpOptions = {}): Promise<HttpServer> {
  const log = options.log ?? (() => {});
  let mounted: Parameters<HttpServer['mount']>[0] | undefined;
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      log(`${request.method} ${request.url}: ${error instanceof Error ? error.message : error}`);
      if (response.headersSent) response.destroy();
      else message(response, 500, 'Internal Server Error');
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const host = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/i.exec(request.headers.host ?? '')?.[0];
    if (!host) return message(response, 403, 'This is a local stack: reach it as 127.0.0.1 or localhost');
    const [path = '/', ...rest] = (request.url ?? '/').split('?');
    const query = rest.join('?');
    if (path === '/local/health') return json(response, 200, { service: 'bellwire', pid: process.pid });
    if (!mounted) return message(response, 503, 'Service Unavailable');
    const match = findRoute(mounted.template.routes, request.method ?? 'GET', path);
    if (match) {
      const body = await readBody(request);
      if (!body) return tooLarge(request, response);
      const event = requestEvent(request, { path, query, body, match, apiId: mounted.template.api?.id ?? 'local' });
      try {
        return lambdaResponse(response, await mounted.invoke(match.route.functionName, event));
      } catch (error) {
        if (!(error instanceof FunctionError)) throw error;
        if (error.errorType === 'RequestEntityTooLarge') return tooLarge(request, response);
        const unavailable = ['Sandbox.Timedout', 'Local.Stopping'].includes(error.errorType);
        return unavailable
          ? message(response, 503, 'Service Unavailable')
          : message(response, 500, 'Internal Server Error');
      }
    }
    const served = mounted.page && (await pageResponse(mounted.page, request, response, host));
    if (!served) message(response, 404, 'Not Found');
  }

  const port = await listen(server, options.port ?? 4400, log);
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    mount(parts) {
      mounted = parts;
    },
    stop: (graceMs = 5000) => closeServer(server, graceMs),
  };
}

/** Closes a server: what is being answered may end, for at most `graceMs`; connections that are merely kept open may not. */
export function closeServer(server: Server, graceMs: number): Promise<void> {
  return new Promise((done) => {
    const end = Date.now() + graceMs;
    const sweep = setInterval(() => {
      if (Date.now() >= end) server.closeAllConnections();
      else server.closeIdleConnections();
    }, 20);
    server.close(() => {
      clearInterval(sweep);
      done();
    });
    server.closeIdleConnections();
  });
}

async function listen(server: Server, first: number, log: (line: string) => void): Promise<number> {
  for (let port = first; ; port += 1) {
    try {
      await new Promise<void>((listening, failed) => {
        server.once('error', failed);
        server.listen(port, '127.0.0.1', () => {
          server.off('error', failed);
          listening();
        });
      });
      const taken = (server.address() as AddressInfo).port;
      if (first !== 0 && taken !== first) log(`port ${first} is in use: this wire is on ${taken}`);
      return taken;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EACCES')
        throw new Error(`port ${port} may not be used: choose one over 1023 with --port`, { cause: error });
      if (code !== 'EADDRINUSE') throw error;
      if (port - first >= 50 || port >= 65535)
        throw new Error(`the ports ${first} to ${port} are in use: choose another with --port`, { cause: error });
    }
  }
}

interface Match {
  route: Route;
  parameters: Record<string, string>;
}

/**
 * API Gateway's order: a path that is written out goes before one with a variable, that before a greedy one, and `$default`
 * comes last; in each, the method before ANY. ("Working with routes for HTTP APIs")
 */
function findRoute(routes: Route[], method: string, path: string): Match | undefined {
  let best: (Match & { rank: number }) | undefined;
  for (const route of routes) {
    const [verb, pattern] = route.key === '$default' ? ['ANY', '$default'] : (route.key.split(' ') as [string, string]);
    if (verb !== 'ANY' && verb !== method) continue;
    const parameters = pattern === '$default' ? {} : matchPath(pattern, path);
    if (!parameters) continue;
    const kind = pattern === '$default' ? 0 : pattern.includes('+}') ? 1 : pattern.includes('{') ? 2 : 3;
    const rank = kind * 2 + (verb === 'ANY' ? 0 : 1);
    if (!best || rank > best.rank) best = { route, parameters, rank };
  }
  return best;
}

function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  const names: string[] = [];
  const expression = pattern
    .split(/(\{[^}]+\})/)
    .map((part) => {
      const name = /^\{([^}+]+)(\+?)\}$/.exec(part);
      if (!name) return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      names.push(name[1]!);
      return name[2] ? '(.+)' : '([^/]+)';
    })
    .join('');
  const found = new RegExp(`^${expression}$`).exec(path);
  return found ? Object.fromEntries(names.map((name, index) => [name, decode(found[index + 1]!)])) : undefined;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The body, or undefined when it is over the bound; then the rest of it is left unread. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > bodyBytes) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += (chunk as Buffer).length;
    if (size > bodyBytes) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

/** The event of payload format 2.0 ("Working with AWS Lambda proxy integrations for HTTP APIs"). */
function requestEvent(
  request: IncomingMessage,
  { path, query, body, match, apiId }: { path: string; query: string; body: Buffer; match: Match; apiId: string },
) {
  const { cookie, ...others } = request.headers;
  const headers = Object.fromEntries(
    Object.entries(others).map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : (value ?? '')]),
  );
  const parameters = new URLSearchParams(query);
  const queryStringParameters = Object.fromEntries(
    [...new Set(parameters.keys())].map((name) => [name, parameters.getAll(name).join(',')]),
  );
  const now = new Date();
  const text = asText(body, headers['content-type']);
  return {
    version: '2.0',
    routeKey: match.route.key,
    rawPath: path,
    rawQueryString: query,
    ...(cookie ? { cookies: cookie.split(/; ?/) } : {}),
    headers,
    ...(query ? { queryStringParameters } : {}),
    ...(Object.keys(match.parameters).length > 0 ? { pathParameters: match.parameters } : {}),
    requestContext: {
      accountId: account,
      apiId,
      domainName: `${apiId}.execute-api.${region}.amazonaws.com`,
      domainPrefix: apiId,
      http: {
        method: request.method ?? 'GET',
        path,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: randomUUID(),
      routeKey: match.route.key,
      stage: '$default',
      time: clfTime(now),
      timeEpoch: now.getTime(),
    },
    ...(body.length > 0 ? { body: text ?? body.toString('base64') } : {}),
    isBase64Encoded: body.length > 0 && text === undefined,
  };
}

/** What the API takes for text goes as it is; everything else, form fields too, as base64. */
function asText(body: Buffer, contentType: string | undefined): string | undefined {
  if (!/^\s*(text\/|application\/([\w.-]+\+)?(json|xml|javascript)\b)/i.test(contentType ?? '')) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return undefined;
  }
}

/** `24/Nov/2026:10:02:03 +0000` */
function clfTime(now: Date): string {
  const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(now.toUTCString()) ?? [];
  return `${day}/${month}/${year}:${time} +0000`;
}

/** Answers as the function says: in the form of payload 2.0, or, for anything else, with the value itself as JSON. */
function lambdaResponse(response: ServerResponse, value: unknown): void {
  const given = value as {
    statusCode?: unknown;
    headers?: Record<string, string | number | boolean>;
    cookies?: string[];
    body?: unknown;
    isBase64Encoded?: boolean;
  } | null;
  if (typeof given !== 'object' || given?.statusCode === undefined) {
    json(response, 200, value);
    return;
  }
  const body = given.body === undefined || given.body === null ? '' : given.body;
  const bytes =
    given.isBase64Encoded && typeof body === 'string'
      ? Buffer.from(body, 'base64')
      : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  response.statusCode = Number(given.statusCode);
  response.setHeader('content-type', 'text/plain;charset=UTF-8');
  for (const [name, content] of Object.entries(given.headers ?? {})) response.setHeader(name, String(content));
  if (given.cookies) response.setHeader('set-cookie', given.cookies);
  response.setHeader('content-length', bytes.length);
  response.end(bytes);
}

/**
 * Answers by the local page. It has no password, so what changes something is refused when a page of another site asks for
 * it: browsers say which by `Origin` and `Sec-Fetch-Site`.
 */
async function pageResponse(
  page: Page,
  request: IncomingMessage,
  response: ServerResponse,
  host: string,
): Promise<boolean> {
  const method = request.method ?? 'GET';
  const reading = method === 'GET' || method === 'HEAD';
  const { origin } = request.headers;
  const site = request.headers['sec-fetch-site'];
  if (!reading && ((origin !== undefined && origin !== `http://${host}`) || site === 'cross-site')) {
    message(response, 403, 'Only this page itself may do that');
    return true;
  }
  const body = reading ? undefined : await readBody(request);
  if (!reading && !body) {
    tooLarge(request, response);
    return true;
  }
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  const url = new URL(request.url ?? '/', `http://${host}`);
  const asked = new Request(url, {
    method,
    headers,
    ...(body && body.length > 0 ? { body: new Uint8Array(body) } : {}),
  });
  const answered = await page(asked);
  if (!answered) return false;
  response.statusCode = answered.status;
  answered.headers.forEach((value, name) => {
    if (name !== 'set-cookie') response.setHeader(name, value);
  });
  const cookies = answered.headers.getSetCookie();
  if (cookies.length > 0) response.setHeader('set-cookie', cookies);
  if (!answered.body || method === 'HEAD') response.end();
  // A reader that goes away in the middle is no error.
  else await pipeline(Readable.fromWeb(answered.body as never), response).catch(() => response.destroy());
  return true;
}

function tooLarge(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('connection', 'close');
  message(response, 413, 'Request Entity Too Large');
  // What is still coming is taken and dropped for a moment: a connection that is cut would hide the answer.
  request.resume();
  setTimeout(() => request.destroy(), 2000).unref();
}

/** API Gateway's own words for what never reached a function. */
function message(response: ServerResponse, status: number, text: string): void {
  json(response, status, { message: text });
}

function json(response: ServerResponse, status: number, value: unknown): void {
  const body = JSON.stringify(value) ?? 'null';
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
