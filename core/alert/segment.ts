/**
 * The GSM 7-bit default alphabet and its extension table: 3GPP TS 23.038, 6.2.1 and 6.2.1.1. ESC (0x1B), which leads into
 * the extension table, is no character of a text. Note what is missing: ç, á, í, ó, ú, ê and the backtick.
 */
const basic =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
const extension = '\f^{}\\[~]|€';

const septetsOf = new Map<string, 1 | 2>();
for (const character of basic) septetsOf.set(character, 1);
for (const character of extension) septetsOf.set(character, 2);

/** Septets that one character takes in GSM-7: 1, 2 (extension table), or undefined where GSM-7 has no such character. */
export function septets(character: string): 1 | 2 | undefined {
  return septetsOf.get(character);
}

/** Whether every character of the text is in GSM-7. */
export function isGsm(text: string): boolean {
  for (const character of text) if (!septetsOf.has(character)) return false;
  return true;
}

export type Encoding = 'GSM-7' | 'UCS-2';

/** `units`: septets in GSM-7, UTF-16 code units in UCS-2. */
export interface Segmentation {
  encoding: Encoding;
  units: number;
  segments: number;
}

/** What one SMS holds alone, and what each holds once a header joins it to others (3GPP TS 23.040, 9.2.3.24.1: six octets). */
export const room: Record<Encoding, { alone: number; joined: number }> = {
  'GSM-7': { alone: 160, joined: 153 },
  'UCS-2': { alone: 70, joined: 67 },
};

/** Units of a text in an encoding. A character that GSM-7 lacks counts as one septet: ask `isGsm` first. */
export function unitsIn(encoding: Encoding, text: string): number {
  if (encoding === 'UCS-2') return text.length;
  let units = 0;
  for (const character of text) units += septetsOf.get(character) ?? 1;
  return units;
}

/**
 * How a text travels as SMS. One character outside GSM-7 makes all of it UCS-2. A pair (escape and extension character, or
 * two surrogates) is never split over two segments, so a segment may stay one unit short. An empty text is one segment.
 */
export function segmentSms(text: string): Segmentation {
  const encoding: Encoding = isGsm(text) ? 'GSM-7' : 'UCS-2';
  const units = unitsIn(encoding, text);
  const { alone, joined } = room[encoding];
  if (units <= alone) return { encoding, units, segments: 1 };
  let segments = 1;
  let used = 0;
  for (const character of text) {
    const size = unitsIn(encoding, character);
    if (used + size > joined) {
      segments += 1;
      used = 0;
    }
    used += size;
  }
  return { encoding, units, segments };
}
