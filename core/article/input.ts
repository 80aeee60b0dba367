/** What a file, standard input or a request holds: its bytes made text, and the text one or more articles. */
import { jsonFault } from './json.ts';

/** The most that one file or request may have. */
export const MAX_INPUT_BYTES = 1024 * 1024;

/** One article as it was given, not yet judged: admit.ts does that. `label` names it for a person: `news.json[3]`. */
export interface LabelledInput {
  label: string;
  input: unknown;
}

export interface ReadInput {
  inputs: LabelledInput[];
  errors: { input: string; reason: string }[];
}

/** Beginnings of files that are no text. From the formats' own specifications. */
const SIGNATURES: readonly (readonly [bytes: string, what: string])[] = [
  ['89504e470d0a', 'a PNG picture'],
  ['ffd8ff', 'a JPEG picture'],
  ['47494638', 'a GIF picture'],
  ['52494646', 'a picture, sound or film (RIFF)'],
  ['25504446', 'a PDF: save its text, or copy it into a text file'],
  ['504b0304', 'a ZIP archive or an office document: save it as text or HTML'],
  ['504b0506', 'an empty ZIP archive'],
  ['d0cf11e0a1b11ae1', 'an old office document: save it as text or HTML'],
  ['7b5c727466', 'a rich text document (RTF): save it as text or HTML'],
  ['1f8b', 'a gzip archive: unpack it first'],
  ['425a68', 'a bzip2 archive: unpack it first'],
  ['fd377a585a00', 'an xz archive: unpack it first'],
  ['28b52ffd', 'a Zstandard archive: unpack it first'],
  ['377abcaf271c', 'a 7z archive: unpack it first'],
  ['7f454c46', 'a program'],
  ['4d5a90', 'a program'],
  ['0061736d', 'a program (WebAssembly)'],
  ['494433', 'a sound file'],
  ['4f676753', 'a sound or film (Ogg)'],
  ['53514c69746520666f726d6174', 'a database (SQLite)'],
  ['fffe0000', 'text in UTF-32: save it as UTF-8'],
  ['0000feff', 'text in UTF-32: save it as UTF-8'],
];

/**
 * Reads what came in. JSON is an object (one article) or an array (one each), HTML a page, anything else the text of one
 * article; the name's ending decides, or without a telling one the beginning of the text. Text is UTF-8 (a few broken
 * characters in it are U+FFFD), UTF-16 with its mark, what an HTML page declares, else Windows-1252. What cannot be read is named in `errors` with a reason in words.
 * Never throws.
 *
 * @param name as the person knows it: a path, or `-`
 */
export function readInput(bytes: Uint8Array, name: string): ReadInput {
  const refused = (reason: string): ReadInput => ({ inputs: [], errors: [{ input: name, reason }] });
  if (bytes.length > MAX_INPUT_BYTES) {
    return refused(`it is too large: ${sizeText(bytes.length)}; the most is ${sizeText(MAX_INPUT_BYTES)}`);
  }
  const binary = looksLike(bytes);
  if (binary !== undefined) return refused(`it is no text; it looks like ${binary}`);
  const text = decode(bytes);
  if (text.trim() === '') return refused(bytes.length === 0 ? 'it is empty' : 'it is empty: nothing but blanks');

  if (looksLikeJson(text, name)) return readJson(text, name, refused);
  const input = looksLikeHtml(text, name) ? { html: text } : { text };
  return { inputs: [{ label: name, input }], errors: [] };
}

function sizeText(bytes: number): string {
  const exact = bytes.toString().replace(/\B(?=(?:\d{3})+$)/g, ',');
  return `${exact} bytes (${(bytes / 1024 / 1024).toFixed(bytes % (1024 * 1024) === 0 ? 0 : 2)} MiB)`;
}

function hasUtf16Mark(bytes: Uint8Array): boolean {
  return (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
}

function looksLike(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, 16)).toString('hex');
  for (const [signature, what] of SIGNATURES) if (start.startsWith(signature)) return what;
  if (start.slice(8, 16) === '66747970') return 'a film (MP4) or a picture (HEIC)';
  if (hasUtf16Mark(bytes)) return undefined;
  let nulsAtEven = 0;
  let nulsAtOdd = 0;
  let controls = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (byte === 0) {
      if (i % 2 === 0) nulsAtEven++;
      else nulsAtOdd++;
    } else if (byte < 9 || (byte > 13 && byte < 32 && byte !== 27)) controls++;
  }
  const nuls = nulsAtEven + nulsAtOdd;
  if (
    bytes.length >= 4 &&
    controls < bytes.length / 50 &&
    nuls > bytes.length / 4 &&
    Math.min(nulsAtEven, nulsAtOdd) < nuls / 50
  ) {
    return 'text in UTF-16 without its mark: save it as UTF-8';
  }
  // A stray NUL in an article is cleaned away; a file full of them was never one.
  const odd = nuls + controls;
  if (odd > bytes.length / 10 || (odd > 8 && odd > bytes.length / 100)) return 'binary data';
  return undefined;
}

function decode(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  const declared = declaredEncoding(bytes);
  // Valid UTF-8 that is not plain ASCII is UTF-8, whatever an old declaration in a page that was saved anew says; only an
  // encoding that hides in ASCII has to be asked first.
  if (declared?.encoding === 'iso-2022-jp') return declared.decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const text = new TextDecoder('utf-8').decode(bytes);
    if (isMostlyWhole(text)) return text;
  }
  const other = declared && !declared.encoding.startsWith('utf-') ? declared : new TextDecoder('windows-1252');
  return other.decode(bytes);
}

/**
 * Whether of the characters beyond ASCII more were read than lost. One lost byte (a file cut at a size, a bad copy) must
 * not make `â€™` of every quote; in text of another encoding hardly a character is UTF-8 by chance.
 */
function isMostlyWhole(text: string): boolean {
  const lost = text.match(/\ufffd/g)?.length ?? 0;
  const read = text.match(/[^\0-\x7f\ufffd]/gu)?.length ?? 0;
  return read > lost;
}

/** By `<meta charset>` or an XML declaration, in the first 2,048 bytes (browsers look at 1,024). */
function declaredEncoding(bytes: Uint8Array): InstanceType<typeof TextDecoder> | undefined {
  const start = Buffer.from(bytes.subarray(0, 2048)).toString('latin1');
  const declared = /<(?:meta\s[^>]{0,200}charset|\?xml\s[^>]{0,100}encoding)\s{0,5}=\s{0,5}["']?([\w:.-]{2,40})/i.exec(
    start,
  );
  if (!declared) return undefined;
  try {
    return new TextDecoder(declared[1]);
  } catch {
    return undefined;
  }
}

function looksLikeJson(text: string, name: string): boolean {
  if (/\.json$/i.test(name)) return true;
  if (/\.html?$/i.test(name)) return false;
  // `[Update] The bridge is open`: a bracket before a letter is how a text begins, not how an array does.
  return /^\s*(?:\{|\[(?!\s*\p{L}))/u.test(text);
}

function looksLikeHtml(text: string, name: string): boolean {
  if (/\.x?html?$/i.test(name)) return true;
  return /^\s*<(?:!doctype\s+html|!--|\?xml|(?:html|head|body|title|meta|article|main|section|header|div|p|h1|h2)(?=[\s>/]))/i.test(
    text.slice(0, 2000),
  );
}

function readJson(text: string, name: string, refused: (reason: string) => ReadInput): ReadInput {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const fault = jsonFault(text);
    if (!fault) return refused('it is broken JSON');
    const before = text.slice(0, fault.at).split(/\r\n?|\n/);
    return refused(`it is broken JSON at line ${before.length}, column ${before.at(-1)!.length + 1}: ${fault.message}`);
  }
  if (Array.isArray(value)) {
    if (value.length === 0) return refused('it is an array with no article in it');
    return { inputs: value.map((input, i) => ({ label: `${name}[${i}]`, input })), errors: [] };
  }
  if (typeof value !== 'object' || value === null) {
    return refused('it is JSON, but neither an object (one article) nor an array of them');
  }
  return { inputs: [{ label: name, input: value }], errors: [] };
}
