import { crc32 } from 'node:zlib';
import type { Rule } from './rule.ts';

/** Bytes that are no index which this program reads. The message says why, and what to do. */
export class WatchIndexError extends Error {
  override name = 'WatchIndexError';
}

/*
 * The layout: four letters, one byte of version, the CRC-32 of the rest (four bytes, little-endian), then the rules as JSON in UTF-8.
 * The letters and the version keep their places in every later layout.
 */
const MAGIC = 'BWWI';
const VERSION = 1;
const VERSION_AT = MAGIC.length;
const CHECKSUM_AT = VERSION_AT + 1;
const BODY_AT = CHECKSUM_AT + 4;

/** Writes rules as the bytes of an index. */
export function writeRules(rules: readonly Rule[]): Uint8Array {
  const body = new TextEncoder().encode(JSON.stringify(rules.map(({ id, query }) => ({ id, query }))));
  const bytes = new Uint8Array(BODY_AT + body.length);
  new TextEncoder().encodeInto(MAGIC, bytes);
  bytes[VERSION_AT] = VERSION;
  new DataView(bytes.buffer).setUint32(CHECKSUM_AT, crc32(body), true);
  bytes.set(body, BODY_AT);
  return bytes;
}

/** Reads the bytes of an index. Throws a `WatchIndexError` for any others. */
export function readRules(bytes: Uint8Array): Rule[] {
  if (new TextDecoder().decode(bytes.subarray(0, VERSION_AT)) !== MAGIC) {
    throw new WatchIndexError('These bytes are not a watch index.');
  }
  const version = bytes[VERSION_AT];
  if (version !== undefined && version !== VERSION) {
    throw new WatchIndexError(
      `The watch index is of version ${version}; this program reads version ${VERSION}. Build it again from the tags.`,
    );
  }
  const body = bytes.subarray(BODY_AT);
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length <= BODY_AT || header.getUint32(CHECKSUM_AT, true) !== crc32(body)) {
    throw new WatchIndexError('The watch index is damaged or cut short. Build it again from the tags.');
  }
  return JSON.parse(new TextDecoder().decode(body)) as Rule[];
}
