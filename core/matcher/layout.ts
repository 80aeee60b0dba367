import { crc32 } from 'node:zlib';

/** Bytes that are no index which this program reads. The message says why, and what to do. */
export class WatchIndexError extends Error {
  override name = 'WatchIndexError';
}

/**
 * An index as it lies in memory and in a file: typed arrays, which are views of one ArrayBuffer. What they hold is told where it is
 * written (build.ts) and read (matching.ts). A *term* is whatever an article can be seen to hold: a word, a phrase, the beginning of a
 * word, any of these in one place or in one spelling, a host, a language. Terms are numbered from 1, the words first and the
 * commonest of these first, so that the bits of the words that articles have lie close together.
 */
export interface Layout {
  /** Numbers of things: see `Counts`. */
  counts: Uint32Array;
  /** Open-addressed table of words, beginnings, hosts and languages: key (high, low) and marked term, three numbers a slot. */
  dictionary: Int32Array;
  /** Of each word its letters' codes, in `letters`: from `lettersAt[term]` to `lettersAt[term + 1]`. */
  letters: Uint16Array;
  lettersAt: Uint32Array;
  /** Of each term that is no word: what it is (`kind << 28 | a`, `b`), two numbers each. See vocabulary.ts. */
  definitions: Uint32Array;
  /** Open-addressed table of pairs, of which phrases are chains: first term, second term × 2 + touching, marked term. */
  pairs: Int32Array;
  /** A bit for each hash of a pair that is there. */
  pairFilter: Int32Array;
  /** The terms that follow from each word (`derivedAt[word]` to `derivedAt[word + 1]`), then those of other terms. Marked. */
  derived: Uint32Array;
  derivedAt: Uint32Array;
  /** Terms that are no words and from which others follow, ascending; their lists come after the words'. */
  derivedFrom: Uint32Array;
  /** A bit for each hash of the first letters of a beginning, and the different lengths of beginnings, ascending. */
  prefixFilter: Int32Array;
  prefixLengths: Uint32Array;
  /** The branches filed under each term: their guards and their references, from `postingsAt[term]` to `postingsAt[term + 1]`. */
  guards: Int32Array;
  references: Int32Array;
  postingsAt: Uint32Array;
  /** What a branch is beyond its posting. See program.ts. */
  records: Uint32Array;
  /** The ordinals of rules that ask the same, after their number. */
  shared: Uint32Array;
  /** Spellings, hosts and languages in UTF-8: from `stringsAt[i]` to `stringsAt[i + 1]`. */
  strings: Uint8Array;
  stringsAt: Uint32Array;
  /** The rules' ids in UTF-8, each after its length; `idsAt` has where every 16th begins. */
  ids: Uint8Array;
  idsAt: Uint32Array;
}

/** Where a number is in `Layout.counts`. */
export const Counts = { rules: 0, words: 1, terms: 2, flags: 3, several: 4 } as const;
/** In `counts[Counts.flags]`: some phrase has two characters of a run that need not touch. */
export const HAS_LOOSE_RUNS = 1;
/** Some term is of the author, or of the section. */
export const ASKS_AUTHOR = 2;
export const ASKS_SECTION = 4;
export const ASKS_HOSTS = 8;
export const ASKS_LANG = 16;
export const HAS_PAIRS = 32;

const SECTIONS: readonly (readonly [keyof Layout, ArrayType])[] = [
  ['counts', Uint32Array],
  ['dictionary', Int32Array],
  ['letters', Uint16Array],
  ['lettersAt', Uint32Array],
  ['definitions', Uint32Array],
  ['pairs', Int32Array],
  ['pairFilter', Int32Array],
  ['derived', Uint32Array],
  ['derivedAt', Uint32Array],
  ['derivedFrom', Uint32Array],
  ['prefixFilter', Int32Array],
  ['prefixLengths', Uint32Array],
  ['guards', Int32Array],
  ['references', Int32Array],
  ['postingsAt', Uint32Array],
  ['records', Uint32Array],
  ['shared', Uint32Array],
  ['strings', Uint8Array],
  ['stringsAt', Uint32Array],
  ['ids', Uint8Array],
  ['idsAt', Uint32Array],
];

type ArrayType = Uint8ArrayConstructor | Uint16ArrayConstructor | Uint32ArrayConstructor | Int32ArrayConstructor;

/*
 * The bytes: "BWWI", then little-endian numbers of 32 bits: the version, the CRC-32 of all that follows it, the length of
 * the whole, and for each section where it begins and how many bytes it has; then the sections, each at a multiple of eight. The letters
 * and the version keep their places in every later layout.
 */
const MAGIC = 0x49575742;
const VERSION = 2;
const CHECKED_FROM = 12;
const TABLE_AT = 16;
const HEADER = TABLE_AT + SECTIONS.length * 8;

/** Lays the arrays one after the other into one buffer. */
export function writeLayout(layout: Layout): Uint8Array {
  let size = aligned(HEADER);
  for (const [name] of SECTIONS) size += aligned(layout[name].byteLength);
  const bytes = new Uint8Array(size);
  const header = new DataView(bytes.buffer);
  header.setUint32(0, MAGIC, true);
  header.setUint32(4, VERSION, true);
  header.setUint32(12, size, true);
  let at = aligned(HEADER);
  for (const [i, [name]] of SECTIONS.entries()) {
    const { buffer, byteOffset, byteLength } = layout[name];
    header.setUint32(TABLE_AT + i * 8, at, true);
    header.setUint32(TABLE_AT + i * 8 + 4, byteLength, true);
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += aligned(byteLength);
  }
  header.setUint32(8, crc32(bytes.subarray(CHECKED_FROM)), true);
  return bytes;
}

/**
 * The arrays of an index's bytes, as views of these: nothing is parsed. Bytes that do not begin at a multiple of eight in their
 * buffer are copied once. Throws a `WatchIndexError` for bytes that are damaged, cut, or of another version.
 */
export function readLayout(given: Uint8Array): Layout {
  const start = new DataView(given.buffer, given.byteOffset, given.byteLength);
  if (given.length < 4 || start.getUint32(0, true) !== MAGIC) {
    throw new WatchIndexError('These bytes are not a watch index.');
  }
  const version = given.length < 8 ? undefined : start.getUint32(4, true);
  if (version !== undefined && version !== VERSION) {
    throw new WatchIndexError(
      `The watch index is of version ${version}; this program reads version ${VERSION}. Build it again from the tags.`,
    );
  }
  const isWhole =
    given.length >= HEADER &&
    start.getUint32(12, true) === given.length &&
    start.getUint32(8, true) === crc32(given.subarray(CHECKED_FROM));
  if (!isWhole) throw new WatchIndexError('The watch index is damaged or cut short. Build it again from the tags.');
  const bytes = given.byteOffset % 8 === 0 ? given : new Uint8Array(given);
  const views = SECTIONS.map(([name, Type], i) => {
    const at = bytes.byteOffset + start.getUint32(TABLE_AT + i * 8, true);
    const length = start.getUint32(TABLE_AT + i * 8 + 4, true) / Type.BYTES_PER_ELEMENT;
    return [name, new Type(bytes.buffer as ArrayBuffer, at, length)];
  });
  return Object.fromEntries(views) as Layout;
}

function aligned(size: number): number {
  return Math.ceil(size / 8) * 8;
}
