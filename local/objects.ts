import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { escapeXml } from './carrier/protocol.ts';
import { closeServer } from './http.ts';
import { isLoopback } from './loopback.ts';

/**
 * S3 in small, for the calls that Bellwire makes: GetObject, HeadObject, PutObject and DeleteObject, with their conditions. fauxqs
 * ignores If-Match and If-None-Match on a put, and stops at 11 MiB; the watch index of a million rules is three times that, and
 * two compilers are kept apart by that very condition. Versions are not kept: nothing of ours reads an older one.
 */
export interface ObjectServer {
  /** `http://127.0.0.1:<port>`; the SDK puts the bucket into the path where the host is an IP address. */
  url: string;
  stop(): Promise<void>;
}

export interface ObjectsOptions {
  /** Keeps the objects, a file each; in memory without one. */
  folder?: string | undefined;
  /** The buckets that there are. */
  buckets: string[];
  now?: () => Date;
}

/** What is kept of an object beside its bytes; the first line of its file. */
interface About {
  key: string;
  etag: string;
  type: string;
  /** ISO 8601 UTC. */
  at: string;
  /** Headers that come back as they were given: `x-amz-meta-*` and the checksum. */
  headers: Record<string, string>;
}

interface Kept {
  about: About;
  bytes: Buffer;
}

/** S3 itself takes 5 GB in one PutObject. */
const largestBytes = 512 * 1024 * 1024;

/** An error as S3 names it. */
class ObjectError extends Error {
  override name = 'ObjectError';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Starts it on a free loopback port. What is acknowledged is on disk, whole: a kill -9 leaves the object before or the one after. */
export async function startObjects(options: ObjectsOptions): Promise<ObjectServer> {
  const store = openStore(options);
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    respond(store, request, response).catch((error: unknown) => {
      if (request.errored) return;
      const known = error instanceof ObjectError;
      if (!known) console.error('objects:', error);
      if (response.headersSent) return void response.destroy();
      refuse(request, response, known ? error : new ObjectError(500, 'InternalError', String(error)));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => closeServer(server, 1000),
  };
}

async function respond(store: Store, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (!isLoopback(request.headers)) {
    request.resume();
    return void response.writeHead(403, { connection: 'close' }).end();
  }
  if (request.headers.authorization === undefined) throw new ObjectError(403, 'AccessDenied', 'Access Denied');
  const url = new URL(request.url ?? '/', 'http://objects');
  const [bucket = '', ...rest] = url.pathname.slice(1).split('/').map(decodeURIComponent);
  const key = rest.join('/');
  const call = url.searchParams.get('x-id') ?? '';
  const stray = [...url.searchParams.keys()].find((name) => name !== 'x-id');
  if (key === '' || stray) {
    throw new ObjectError(501, 'NotImplemented', `the local store does not know ${request.method} ${stray ?? call}`);
  }
  if (!store.buckets.has(bucket)) throw new ObjectError(404, 'NoSuchBucket', 'The specified bucket does not exist');
  switch (request.method) {
    case 'GET':
    case 'HEAD':
      return get(store, request, response, bucket, key);
    case 'PUT':
      return put(store, request, response, bucket, key);
    case 'DELETE':
      store.remove(bucket, key);
      return void response.writeHead(204).end();
    default:
      throw new ObjectError(405, 'MethodNotAllowed', 'The specified method is not allowed against this resource.');
  }
}

function get(store: Store, request: IncomingMessage, response: ServerResponse, bucket: string, key: string): void {
  const kept = store.read(bucket, key);
  if (!kept) throw noSuchKey();
  const { about, bytes } = kept;
  const head = { etag: about.etag, 'last-modified': new Date(about.at).toUTCString(), ...about.headers };
  if (request.headers['if-none-match'] === about.etag) return void response.writeHead(304, { etag: about.etag }).end();
  if (request.headers['if-match'] !== undefined && request.headers['if-match'] !== about.etag)
    throw preconditionFailed();
  response.writeHead(200, { ...head, 'content-type': about.type, 'content-length': bytes.length });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

async function put(
  store: Store,
  request: IncomingMessage,
  response: ServerResponse,
  bucket: string,
  key: string,
): Promise<void> {
  // A body in signed chunks would be kept with its chunk headers: the SDK sends one only for a stream.
  if (/aws-chunked/.test(String(request.headers['content-encoding'] ?? '')) || request.headers['x-amz-trailer']) {
    throw new ObjectError(501, 'NotImplemented', 'the local store takes a whole body, not one in chunks');
  }
  const bytes = await readBody(request);
  checkSum(request, bytes);
  // From here to the rename nothing else runs: of two puts with one condition the second meets what the first has written.
  const before = store.etag(bucket, key);
  const [match, noneMatch] = [request.headers['if-match'], request.headers['if-none-match']];
  if (match !== undefined && before === undefined) throw noSuchKey();
  if (match !== undefined && match !== before) throw preconditionFailed();
  if (noneMatch === '*' && before !== undefined) throw preconditionFailed();
  if (noneMatch !== undefined && noneMatch !== '*') {
    throw new ObjectError(501, 'NotImplemented', 'If-None-Match of a put is * alone');
  }
  const kept = Object.entries(request.headers).filter(([name]) => /^x-amz-(meta-|checksum-)/.test(name));
  const about: About = {
    key,
    etag: `"${createHash('md5').update(bytes).digest('hex')}"`,
    type: request.headers['content-type'] ?? 'application/octet-stream',
    at: store.now().toISOString(),
    headers: Object.fromEntries(kept.map(([name, value]) => [name, String(value)])),
  };
  store.write(bucket, key, { about, bytes });
  response.writeHead(200, { etag: about.etag }).end();
}

/** The SDK sends the CRC-32 of each body; S3 refuses a body that is not the one meant. */
function checkSum(request: IncomingMessage, bytes: Buffer): void {
  const given = request.headers['x-amz-checksum-crc32'];
  if (given === undefined) return;
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(bytes));
  if (given !== sum.toString('base64')) {
    throw new ObjectError(400, 'BadDigest', 'The CRC32 you specified did not match what we received.');
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestBytes)
      throw new ObjectError(400, 'EntityTooLarge', 'Your proposed upload exceeds the maximum size');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const noSuchKey = () => new ObjectError(404, 'NoSuchKey', 'The specified key does not exist.');
const preconditionFailed = () =>
  new ObjectError(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold');

function refuse(request: IncomingMessage, response: ServerResponse, { status, code, message }: ObjectError): void {
  request.resume();
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${escapeXml(message)}</Message><RequestId>${randomUUID()}</RequestId></Error>`;
  response.writeHead(status, { 'content-type': 'application/xml', 'content-length': Buffer.byteLength(body) });
  response.end(request.method === 'HEAD' ? undefined : body);
}

interface Store {
  buckets: Set<string>;
  now: () => Date;
  etag(bucket: string, key: string): string | undefined;
  read(bucket: string, key: string): Kept | undefined;
  write(bucket: string, key: string, kept: Kept): void;
  remove(bucket: string, key: string): void;
}

/** A file for each object, named by the digest of its key: the line of JSON about it, then its bytes. */
function openStore({ folder, buckets, now = () => new Date() }: ObjectsOptions): Store {
  const inMemory = new Map<string, Kept>();
  const place = (bucket: string, key: string) =>
    join(folder ?? '', bucket, createHash('sha256').update(key).digest('hex').slice(0, 32));
  if (folder) {
    for (const bucket of buckets) {
      mkdirSync(join(folder, bucket), { recursive: true });
      // Left by a process that was killed while it wrote.
      for (const name of readdirSync(join(folder, bucket))) {
        if (name.endsWith('.new')) rmSync(join(folder, bucket, name));
      }
    }
  }
  const read = (bucket: string, key: string): Kept | undefined => {
    if (!folder) return inMemory.get(`${bucket}/${key}`);
    try {
      return parse(readFileSync(place(bucket, key)));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  };
  return {
    buckets: new Set(buckets),
    now,
    read,
    etag: (bucket, key) => read(bucket, key)?.about.etag,
    write(bucket, key, kept) {
      if (!folder) return void inMemory.set(`${bucket}/${key}`, kept);
      const path = place(bucket, key);
      const file = openSync(`${path}.new`, 'w', 0o600);
      try {
        writeSync(file, `${JSON.stringify(kept.about)}\n`);
        // A long write may end half way and be gone on with.
        for (let at = 0; at < kept.bytes.length; ) at += writeSync(file, kept.bytes, at);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      renameSync(`${path}.new`, path);
    },
    remove(bucket, key) {
      if (folder) rmSync(place(bucket, key), { force: true });
      else inMemory.delete(`${bucket}/${key}`);
    },
  };
}

function parse(file: Buffer): Kept {
  const end = file.indexOf(10);
  return { about: JSON.parse(file.subarray(0, end).toString('utf8')) as About, bytes: file.subarray(end + 1) };
}
