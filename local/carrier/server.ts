import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { isLoopback } from '../loopback.ts';
import type { Fault, Faults } from './faults.ts';
import type { InboxQuery, Message } from './inbox.ts';
import { confirmToken, joiningActions, unsubscribeByLink } from './joining.ts';
import { page } from './pages.ts';
import { phoneActions, setOptedOut } from './phones.ts';
import type { Params } from './protocol.ts';
import { answerXml, errorXml, readForm, ServiceError } from './protocol.ts';
import { publishActions } from './publish.ts';
import { SecretError, type Secrets } from './secrets.ts';
import type { Action, Service } from './service.ts';
import { subscriptionActions } from './subscriptions.ts';
import { topicActions } from './topics.ts';

const actions = new Map<string, Action>(
  Object.entries({ ...topicActions, ...subscriptionActions, ...joiningActions, ...publishActions, ...phoneActions }),
);

/** What SNS lets anybody do who holds the link; everything else needs a signature. */
const open = new Set(['ConfirmSubscription', 'Unsubscribe']);

const largestBodyBytes = 1024 * 1024;

/** Calls kept for `calls()`; the oldest go first. */
const callsKept = 10_000;

/** Of a parameter, what `calls()` keeps: a thousand alerts of 256 KB are not worth their memory. */
const parameterKept = 1000;

/** One call of the API as it came in. */
export interface Call {
  action: string;
  /** ISO 8601, UTC. */
  at: string;
  /** Decoded, each cut at 1,000 characters. */
  params: Params;
  /** What met it, when it was met by a fault. */
  fault?: Fault['kind'];
  /** HTTP status of the answer; absent when there was none. */
  status?: number;
  /** The error's code, when the answer was an error. */
  code?: string;
}

/** The carrier behind the server: what its routes reach for. */
export interface Room {
  service: Service;
  secrets: Secrets;
  faults: Faults;
  calls: Call[];
  inbox: (query?: InboxQuery) => Message[];
}

interface Answer {
  status: number;
  type: string;
  body: string;
  /** The connection is cut instead of answering. */
  lost?: boolean;
}

const xml = 'text/xml; charset=utf-8';
const html = 'text/html; charset=utf-8';
const json = 'application/json; charset=utf-8';
const amzJson = 'application/x-amz-json-1.1';

/** The HTTP server of the carrier, not listening yet. */
export function createCarrierServer(room: Room): Server {
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    respond(room, request, response).catch((error: unknown) => {
      // The caller went away while it was sending: nobody is left to be answered.
      if (request.errored) return;
      // A bug or a full disk: the caller gets what the service would answer, the reader of the log gets the cause.
      console.error('carrier:', error);
      if (response.headersSent) response.destroy();
      else
        write(response, {
          status: 500,
          type: xml,
          body: errorXml(new ServiceError('InternalError', String(error)), randomUUID()),
        });
    });
  });
  return server;
}

async function respond(room: Room, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (!isLoopback(request.headers)) {
    request.resume();
    return write(response, { status: 403, type: json, body: problem('this server answers to loopback names only') });
  }
  const url = new URL(request.url ?? '/', 'http://carrier');
  const body = request.method === 'GET' || request.method === 'HEAD' ? '' : await readBody(request);
  if (body === undefined) {
    const error = new ServiceError('RequestEntityTooLarge', `the request has more than ${largestBodyBytes} bytes`);
    return write(response, { status: error.status, type: xml, body: errorXml(error, randomUUID()) });
  }
  const answer = await route(room, request, url, body);
  if (answer === 'hang') return;
  if (answer.lost) return void response.destroy();
  write(response, answer);
}

async function route(room: Room, request: IncomingMessage, url: URL, body: string): Promise<Answer | 'hang'> {
  const signed = request.headers.authorization !== undefined;
  if (url.pathname.startsWith('/local/')) return control(room, request.method ?? '', url, body);
  if (request.method === 'POST') {
    const target = request.headers['x-amz-target'];
    if (typeof target === 'string') return callSecrets(room, target, body);
    return callSns(room, readForm(body), signed);
  }
  if (request.method === 'GET') {
    if (url.pathname === '/confirm') return confirmPage(room, url);
    if (url.pathname === '/unsubscribe') return unsubscribePage(room, url);
    const params = readForm(url.search);
    if (open.has(params.Action ?? '')) return callSns(room, params, signed);
  }
  return { status: 404, type: html, body: page('Not found', ['There is no such page here.']) };
}

function write(response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.status, {
    'content-type': answer.type,
    'content-length': Buffer.byteLength(answer.body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  });
  response.end(response.req.method === 'HEAD' ? '' : answer.body);
}

function problem(reason: string): string {
  return JSON.stringify({ error: reason });
}

/** The body as text; undefined when it is larger than allowed, after the rest of it was read and dropped. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    // A sender sees an answer only once it has sent all; one that never ends is cut.
    if (size > 16 * largestBodyBytes) request.destroy();
    else if (size <= largestBodyBytes) chunks.push(chunk);
    else chunks.length = 0;
  }
  return size > largestBodyBytes ? undefined : Buffer.concat(chunks).toString('utf8');
}

function record(room: Room, action: string, params: Params): Call {
  const kept = Object.fromEntries(Object.entries(params).map(([name, value]) => [name, value.slice(0, parameterKept)]));
  const call: Call = { action, at: room.service.now().toISOString(), params: kept };
  room.calls.push(call);
  if (room.calls.length > callsKept) room.calls.shift();
  return call;
}

async function callSns(room: Room, params: Params, signed: boolean): Promise<Answer | 'hang'> {
  const name = params.Action ?? '';
  const call = record(room, name, params);
  const requestId = randomUUID();
  const fault = room.faults.take(name, params);
  if (fault) call.fault = fault.kind;
  if (fault?.kind === 'hang') return 'hang';
  try {
    if (fault && fault.kind !== 'lost answer') throw snsFault(fault);
    const action = actions.get(name);
    if (!action)
      throw new ServiceError('InvalidAction', `The action ${name || '(none)'} is not one that the local carrier knows`);
    if (!signed && !open.has(name))
      throw new ServiceError('MissingAuthenticationToken', 'Request is missing Authentication Token');
    const result = await action(room.service, params, { signed });
    if (fault) return { status: 200, type: xml, body: '', lost: true };
    call.status = 200;
    return { status: 200, type: xml, body: answerXml(name, result, requestId) };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    if (fault?.kind === 'lost answer') return { status: error.status, type: xml, body: '', lost: true };
    call.status = error.status;
    call.code = error.code;
    return { status: error.status, type: xml, body: errorXml(error, requestId) };
  }
}

/** What the faults that answer answer: code and message. */
const snsFaults: Partial<Record<Fault['kind'], [code: string, message: string]>> = {
  throttle: ['Throttled', 'Rate exceeded'],
  unavailable: ['ServiceUnavailable', 'Service is unavailable'],
  internal: ['InternalError', 'Internal error'],
  refuse: ['InvalidParameter', 'Invalid parameter: refused by a fault'],
};

function snsFault(fault: Fault): ServiceError {
  const [code, message] = snsFaults[fault.kind] ?? ['InternalError', fault.kind];
  return new ServiceError(fault.code ?? code, fault.message ?? message);
}

async function callSecrets(room: Room, target: string, body: string): Promise<Answer | 'hang'> {
  const name = target.split('.').at(-1) ?? '';
  const params = readJson(body);
  const call = record(room, name, params ?? {});
  const fault = room.faults.take(name, params ?? {});
  if (fault) call.fault = fault.kind;
  if (fault?.kind === 'hang') return 'hang';
  try {
    if (fault && fault.kind !== 'lost answer') throw secretsFault(fault);
    if (target !== 'secretsmanager.GetSecretValue') {
      throw new SecretError(
        'UnknownOperationException',
        `The action ${target} is not one that the local carrier knows`,
      );
    }
    if (!params) throw new SecretError('SerializationException', 'The body is not a JSON object of texts');
    const value = room.secrets.get(params);
    if (fault) return { status: 200, type: amzJson, body: '', lost: true };
    call.status = 200;
    return { status: 200, type: amzJson, body: JSON.stringify(value) };
  } catch (error) {
    if (!(error instanceof SecretError)) throw error;
    if (fault?.kind === 'lost answer') return { status: error.status, type: amzJson, body: '', lost: true };
    call.status = error.status;
    call.code = error.code;
    const answer = JSON.stringify({ __type: error.code, message: error.message });
    return { status: error.status, type: amzJson, body: answer };
  }
}

const secretsFaults: Partial<Record<Fault['kind'], [code: string, status: number]>> = {
  throttle: ['ThrottlingException', 400],
  unavailable: ['ServiceUnavailable', 503],
  internal: ['InternalServiceError', 500],
  refuse: ['InvalidParameterException', 400],
};

function secretsFault(fault: Fault): SecretError {
  const [code, status] = secretsFaults[fault.kind] ?? ['InternalServiceError', 500];
  return new SecretError(fault.code ?? code, fault.message ?? 'refused by a fault', status);
}

/** A JSON object whose values are texts; undefined for anything else. */
function readJson(text: string): Params | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return Object.fromEntries(Object.entries(value).filter(([, part]) => typeof part === 'string')) as Params;
  } catch {
    return undefined;
  }
}

/** What a person sees who follows the link of a confirmation mail (or the way back in a cancellation mail). */
function confirmPage(room: Room, url: URL): Answer {
  try {
    const done = confirmToken(room.service, url.searchParams.get('Token') ?? '');
    return {
      status: 200,
      type: html,
      body: page(
        'Subscription confirmed!',
        [
          `${done.endpoint} is subscribed to the topic:`,
          done.topicArn,
          `The subscription's id is ${done.subscriptionArn}`,
        ],
        {
          href: `/unsubscribe?${new URLSearchParams({ SubscriptionArn: done.subscriptionArn, Endpoint: done.endpoint })}`,
          text: 'If this was not your intention, click here to unsubscribe',
        },
      ),
    };
  } catch (error) {
    return failedPage(error, 'This confirmation link is not valid (any more).');
  }
}

function unsubscribePage(room: Room, url: URL): Answer {
  const arn = url.searchParams.get('SubscriptionArn') ?? '';
  try {
    const { topicArn, endpoint } = unsubscribeByLink(room.service, arn);
    return {
      status: 200,
      type: html,
      body: page('Subscription removed!', [
        `${endpoint} will get no more messages from the topic:`,
        topicArn,
        'If this was not your intention, the mail that is on its way now has a link to subscribe again.',
      ]),
    };
  } catch (error) {
    return failedPage(error, 'This subscription does not exist (any more).');
  }
}

function failedPage(error: unknown, sentence: string): Answer {
  if (!(error instanceof ServiceError)) throw error;
  const told = error.code === 'AuthorizationError' ? error.message : sentence;
  return { status: error.status, type: html, body: page('Nothing was changed', [told]) };
}

/** For other processes on this machine, which have no hold of the carrier itself: the inbox, and what STOP from a phone does. */
function control(room: Room, method: string, url: URL, body: string): Answer {
  const answer = (status: number, value: unknown): Answer => ({ status, type: json, body: JSON.stringify(value) });
  const wanted = `${method} ${url.pathname}`;
  if (wanted === 'GET /local/inbox') {
    const query = readInboxQuery(url);
    return query ? answer(200, { messages: room.inbox(query) }) : answer(400, { error: 'after and limit are numbers' });
  }
  if (wanted === 'POST /local/optout' || wanted === 'POST /local/optin') {
    const { phone = '' } = readJson(body) ?? {};
    const optedOut = wanted.endsWith('out');
    try {
      setOptedOut(room.service, phone, optedOut);
    } catch (error) {
      if (error instanceof ServiceError) return answer(400, { error: error.message });
      throw error;
    }
    return answer(200, { phone, optedOut });
  }
  return answer(404, { error: `there is no ${wanted}` });
}

function readInboxQuery(url: URL): InboxQuery | undefined {
  const query: Record<string, string | number> = {};
  for (const name of ['channel', 'to', 'kind', 'topicArn', 'messageId']) {
    const value = url.searchParams.get(name);
    if (value !== null) query[name] = value;
  }
  for (const name of ['after', 'limit']) {
    const value = url.searchParams.get(name);
    if (value === null) continue;
    if (!/^\d{1,15}$/.test(value)) return undefined;
    query[name] = Number(value);
  }
  return query as InboxQuery;
}
