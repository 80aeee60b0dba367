/*
 * Open-addressed tables of three numbers a slot: two that are looked for, and a marked term, which is never 0. A table has a power of
 * two of slots, and the search begins at the high bits of a product.
 */
export const SLOT = 3;
/** A search that finds nothing looks at two slots on average where half are taken, at three and a half where six in ten are (Knuth 6.4). */
const LOAD = 0.6;

/** An empty table for so many entries. */
export function newTable(entries: number): Int32Array {
  return new Int32Array(2 ** Math.max(1, Math.ceil(Math.log2((entries + 1) / LOAD))) * SLOT);
}

/** By how much a product is shifted to be the number of a slot in a table. */
export function shiftOf(table: Int32Array): number {
  return Math.clz32(table.length / SLOT - 1);
}

/** Where the search for two numbers begins. */
export function slotOf(high: number, low: number, shift: number): number {
  const mixed = Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1);
  return (Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35) >>> shift) * SLOT;
}

export function insert(table: Int32Array, high: number, low: number, marked: number): void {
  let slot = slotOf(high, low, shiftOf(table));
  while (table[slot + 2] !== 0) slot = slot + SLOT === table.length ? 0 : slot + SLOT;
  table[slot] = high;
  table[slot + 1] = low;
  table[slot + 2] = marked;
}

export function pairHash(first: number, second: number): number {
  const mixed = Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca6b);
  return Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35) >>> 4;
}

/** The marked term of two numbers that are in the table as they stand; 0 where they are not. */
export function lookUp(table: Int32Array, high: number, low: number): number {
  let slot = slotOf(high, low, shiftOf(table));
  for (;;) {
    const marked = table[slot + 2]!;
    if (marked === 0 || (table[slot] === high && table[slot + 1] === low)) return marked;
    slot = slot + SLOT === table.length ? 0 : slot + SLOT;
  }
}

/** Of the first three letters of a beginning, 0 for those that it has not. */
export function prefixHash(first: number, second: number, third: number): number {
  const mixed = Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca6b) ^ Math.imul(third, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 15)) >>> 4;
}
