import type { Layout } from './layout.ts';

/*
 * The ids of rules, one after the other in UTF-8, each after its length: seven bits at a time, the lowest first, and the top bit of a byte
 * set where more follow. An id is found by its block: the more ids in one, the smaller the index and the longer the search.
 */
const IDS_IN_BLOCK = 16;

/** Writes the ids in the order of the rules. */
export function writeIds(ids: readonly string[]): Pick<Layout, 'ids' | 'idsAt'> {
  let size = 0;
  for (const id of ids) size += Buffer.byteLength(id) + 5;
  const bytes = Buffer.alloc(size);
  const idsAt = new Uint32Array(Math.ceil(ids.length / IDS_IN_BLOCK));
  let at = 0;
  for (const [ordinal, id] of ids.entries()) {
    if (ordinal % IDS_IN_BLOCK === 0) idsAt[ordinal / IDS_IN_BLOCK] = at;
    let length = Buffer.byteLength(id);
    for (; length > 127; length >>>= 7) bytes[at++] = (length & 127) | 128;
    bytes[at++] = length;
    at += bytes.write(id, at);
  }
  return { ids: bytes.subarray(0, at), idsAt };
}

/** Reads one id after the other, from the beginning of a block. */
class Reader {
  readonly #ids: Uint8Array;
  #next: number;
  /** Where the id at hand begins and ends. */
  from = 0;
  to = 0;

  constructor(ids: Uint8Array, at: number) {
    this.#ids = ids;
    this.#next = at;
  }

  advance(): void {
    let length = 0;
    let shift = 0;
    let byte = this.#ids[this.#next++]!;
    for (; byte > 127; byte = this.#ids[this.#next++]!) {
      length |= (byte & 127) << shift;
      shift += 7;
    }
    this.from = this.#next;
    this.to = this.from + (length | (byte << shift));
    this.#next = this.to;
  }
}

/** The id of an ordinal that there is. */
export function idOf(ordinal: number, { ids, idsAt }: Layout): string {
  const reader = new Reader(ids, idsAt[Math.floor(ordinal / IDS_IN_BLOCK)]!);
  for (let skip = ordinal % IDS_IN_BLOCK; skip >= 0; skip--) reader.advance();
  return new TextDecoder().decode(ids.subarray(reader.from, reader.to));
}

/** The ordinals that have each of the ids: an empty list for one that none has. Reads all ids once, without making a string of each. */
export function ordinalsOf(wanted: Iterable<string>, rules: number, { ids }: Layout): Map<string, number[]> {
  const found = new Map<string, number[]>();
  const byHash = new Map<number, { bytes: Buffer; ordinals: number[] }[]>();
  for (const id of wanted) {
    if (found.has(id)) continue;
    const ordinals: number[] = [];
    found.set(id, ordinals);
    const bytes = Buffer.from(id);
    const hash = hashOf(bytes, 0, bytes.length);
    byHash.set(hash, [...(byHash.get(hash) ?? []), { bytes, ordinals }]);
  }
  if (found.size === 0) return found;
  const reader = new Reader(ids, 0);
  const all = Buffer.from(ids.buffer, ids.byteOffset, ids.byteLength);
  for (let ordinal = 0; ordinal < rules; ordinal++) {
    reader.advance();
    for (const { bytes, ordinals } of byHash.get(hashOf(ids, reader.from, reader.to)) ?? []) {
      if (all.compare(bytes, 0, bytes.length, reader.from, reader.to) === 0) ordinals.push(ordinal);
    }
  }
  return found;
}

function hashOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  return hash;
}
