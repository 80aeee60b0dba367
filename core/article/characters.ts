/** Characters: what is taken out of every text before anything reads it, how two spellings are compared, where a line is cut. */

/**
 * What a reader cannot see and a text does not need: controls (tab and line ends are dealt with before), soft hyphen, marks,
 * overrides and isolates of direction (a headline that runs backwards is an old trick), zero-width spaces and joiners of
 * words, fillers that count as letters, tag characters, annotation marks, noncharacters.
 */
const UNSEEN =
  /\u034f|[\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff\u{e0000}-\u{e007f}]/gu;

/** ZWNJ and ZWJ mean something after a letter of the scripts that join, and inside an emoji; elsewhere they hide in words. */
const LOOSE_JOINERS =
  /(?<![\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\p{Script=Nko}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}\p{Extended_Pictographic}]|[\u{1f3fb}-\u{1f3ff}]|\u{fe0f})[\u200c\u200d]+/gu;

/**
 * No word of any language carries thirty marks (the bound of Unicode's Stream-Safe Text Format, UAX #15), and putting
 * hundreds of thousands of them in canonical order takes quadratic time.
 */
const MARKS_WITHOUT_END = /(\p{M}{30})\p{M}+/gu;

/** Every way in which a text says that a line ends. */
const LINE_END = /\r\n?|[\n\u000b\u000c\u0085\u2028\u2029]/;

/** The text in NFC without what cannot be seen. Line ends, tabs and blanks stay. Lone surrogates become U+FFFD. */
export function seen(text: string): string {
  const visible = text.toWellFormed().replace(UNSEEN, '');
  return (/[\u200c\u200d]/.test(visible) ? visible.replace(LOOSE_JOINERS, '') : visible)
    .replace(MARKS_WITHOUT_END, '$1')
    .normalize('NFC')
    .replace(MARKS_WITHOUT_END, '$1');
}

/** The lines of a text, each without what cannot be seen, trimmed, its blanks (no-break and thin ones too) one space each. */
export function linesOf(text: string): string[] {
  return seen(text)
    .split(LINE_END)
    .map((line) => line.replace(/\s+/g, ' ').trim());
}

/** The whole text as one such line. */
export function oneLine(text: string): string {
  return linesOf(text)
    .filter((line) => line !== '')
    .join(' ');
}

/**
 * The text as it is compared: lower case, NFKC, one kind of quote, one of dash, one of space. Two texts that a person would
 * call the same though typed twice fold to the same.
 */
export function fold(text: string): string {
  return text
    .replace(/['"`\u00b4\u2018-\u201f\u2032-\u2036\u2039\u203a\u00ab\u00bb\u02b9\u02bc\uff02\uff07]+/g, "'")
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[-\u00ad\u2010-\u2015\u2212\ufe58\ufe63\uff0d]+/g, '-')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Whether there is a letter or a digit in it: without one there is nothing to match. */
export function hasWords(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text);
}

const words = new Intl.Segmenter('und', { granularity: 'word' });
const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });

/**
 * The text whole, where it fits `room`, else its start cut at a word and closed with the ellipsis, which counts too.
 * Spaces are the first choice; a script without them is cut by Unicode's words (UAX #29), and one endless word between
 * two characters as a reader sees them. '' where there is no room for any of it. `room` is in UTF-16 units.
 */
export function cutAtWord(text: string, room: number): string {
  const start = startThatFits(text, room, '…');
  return start === text || start === '' ? start : `${start}…`;
}

/** What `cutAtWord` keeps, without the ellipsis. `unitsOf` is what a string costs of the `room`: UTF-16 units, or septets. */
export function startThatFits(
  text: string,
  room: number,
  ellipsis: string,
  unitsOf: (part: string) => number = (part) => part.length,
): string {
  // A character costs one unit at least; what lies far beyond the room is never looked at.
  if (text.length <= room * 4 && unitsOf(text) <= room) return text;
  const budget = room - unitsOf(ellipsis);
  const near = text.slice(0, Math.max(0, room) * 4 + 64);
  let used = 0;
  let atSpace = 0;
  let atWord = 0;
  for (const { segment, index } of words.segment(near)) {
    if (segment.trim() === '') atSpace = index;
    used += unitsOf(segment);
    if (used > budget) break;
    atWord = index + segment.length;
  }
  if (/^\s/u.test(near.slice(atWord))) atSpace = atWord;
  // A space far to the left (a long word, or Latin words before Chinese) would throw away most of the room.
  const kept = tidyEnd(near.slice(0, atSpace * 2 >= atWord ? atSpace : atWord));
  return kept === '' ? charactersThatFit(near, budget, unitsOf) : kept;
}

/** Characters as a reader sees them, as many as fit; where not even one does (a tower of combining marks), none. */
function charactersThatFit(text: string, budget: number, unitsOf: (part: string) => number): string {
  let used = 0;
  let end = 0;
  for (const { segment, index } of graphemes.segment(text)) {
    used += unitsOf(segment);
    if (used > budget) break;
    end = index + segment.length;
  }
  return text.slice(0, end).trimEnd();
}

/** Without a comma, dash or opening bracket before the ellipsis. */
function tidyEnd(text: string): string {
  return text.replace(/[\s\p{Pd}\p{Ps}\p{Pi},;:.…]+$/u, '');
}
