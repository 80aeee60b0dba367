/**
 * Foreign text as one line that cannot break the structure around it: white space of any kind becomes one space; control
 * characters, bidi overrides and other invisible format characters, halves of surrogate pairs and non-characters are
 * gone. The two joiners stay: Persian, Indic scripts and emoji are spelled with them.
 */
export function oneLine(text: string): string {
  return text
    .replace(/[\s\p{Cc}\p{Z}]+/gu, ' ')
    .replace(/(?![\u200C\u200D])[\p{Cf}\p{Cs}\uFFFE\uFFFF]/gu, '')
    .replace(/ {2,}/g, ' ')
    .trim();
}

const words = new Intl.Segmenter('und', { granularity: 'word' });
const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });

/**
 * The text whole, where it fits `room`, else its start cut at a word and closed with the ellipsis, which counts too.
 * Spaces are the first choice; a script without them is cut by Unicode's words (UAX #29), and one endless word between
 * two characters as a reader sees them. '' where there is no room for any of it. `unitsOf` is what a string costs.
 */
export function cutAtWord(
  text: string,
  room: number,
  ellipsis = '…',
  unitsOf: (part: string) => number = (part) => part.length,
): string {
  const start = startThatFits(text, room, ellipsis, unitsOf);
  return start === text || start === '' ? start : start + ellipsis;
}

/** What `cutAtWord` keeps, without the ellipsis. */
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

/** "a", "a and b", "a, b and c", "a, b and 3 more". */
export function andList(items: string[], most: number): string {
  const shown = items.length > most ? [...items.slice(0, most), `${items.length - most} more`] : items;
  if (shown.length < 2) return shown.join('');
  return `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}
