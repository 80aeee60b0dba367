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

/**
 * The text in at most `max` UTF-16 units, cut at a word and ended by `…` where it had to be cut; inside a word only when
 * that word alone fills half of the room, and never inside a character.
 */
export function cutAtWord(text: string, max: number): string {
  if (text.length <= max) return text;
  const room = text.slice(0, max);
  const space = room.lastIndexOf(' ');
  let end = space > max / 2 ? space : max - 1;
  while (end > 1 && /^(?:\p{M}|\u200d|[\udc00-\udfff])/u.test(text.slice(end, end + 2))) end--;
  return `${text
    .slice(0, end)
    .toWellFormed()
    .replace(/\ufffd$/, '')
    .replace(/[\s,;:–—-]{1,8}$/, '')}…`;
}
