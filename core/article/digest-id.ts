import { createHash } from 'node:crypto';

/** Crockford's base 32 in lower case: no i, l, o, u, so that an id read aloud or retyped stays itself. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** The first bits of the SHA-256 of a text, five to each of `length` characters (51 at most). */
export function digestId(text: string, length: number): string {
  const bits = Array.from(createHash('sha256').update(text).digest(), (byte) => byte.toString(2).padStart(8, '0')).join(
    '',
  );
  return Array.from({ length }, (_, i) => ALPHABET.charAt(Number.parseInt(bits.slice(5 * i, 5 * i + 5), 2))).join('');
}
