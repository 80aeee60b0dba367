import type { Span } from '../../core/matcher/index.ts';
import { plainPiece } from './print.ts';

/** What stands around a word that matched. */
export interface Marks {
  open: string;
  close: string;
}

/** Bold on a terminal that shows it, as NO_COLOR and FORCE_COLOR may say otherwise; guillemets for everything else. */
export function marksFor(stream: NodeJS.WriteStream): Marks {
  return stream.isTTY && stream.hasColors() ? BOLD : GUILLEMETS;
}

export const BOLD: Marks = { open: '\u001b[1m', close: '\u001b[22m' };
export const GUILLEMETS: Marks = { open: '«', close: '»' };

type Stretch = Pick<Span, 'start' | 'end'>;

/** A headline on one line with its words marked. `spans` are of that text, in UTF-16 units. */
export function marked(text: string, spans: readonly Stretch[], marks: Marks): string {
  return markedPart(text, spans, marks, 0, text.length).trim();
}

/**
 * About `most` UTF-16 units of a text, on one line, where as many different words as possible matched, the earliest such place.
 * It is cut at blanks, or, where there are none, between characters. Empty where nothing matched.
 */
export function excerpt(text: string, spans: readonly Stretch[], most: number, marks: Marks): string {
  const [from, to] = richest(text, spans, most);
  if (to === 0) return '';
  const shown = markedPart(text, spans, marks, from, to).trim();
  return `${from > 0 ? '… ' : ''}${shown}${to < text.length ? ' …' : ''}`;
}

/** Spans beyond these are not weighed: in a text that has so many, one place is as good as another. */
const MOST_WEIGHED = 200;

function richest(text: string, all: readonly Stretch[], most: number): [from: number, to: number] {
  const spans = merged(all).slice(0, MOST_WEIGHED);
  let best: Stretch | undefined;
  let bestWords = 0;
  for (const [at, first] of spans.entries()) {
    const near = spans.slice(at).filter(({ end }) => end <= first.start + (most * 2) / 3);
    const words = new Set(near.map(({ start, end }) => text.slice(start, end).toLowerCase())).size;
    if (best === undefined || words > bestWords) {
      best = first;
      bestWords = words;
    }
  }
  if (best === undefined) return [0, 0];
  const from = best.start < most / 2 ? 0 : atBlank(text, Math.max(0, best.start - Math.floor(most / 3)), 1, best.start);
  const end = Math.max(from + most, Math.min(best.end, from + 2 * most));
  const to = end >= text.length ? text.length : atBlank(text, end, -1, Math.min(best.end, end));
  return [from, to];
}

/** How far a blank is looked for: about the longest word. */
const WORD = 24;

/** The blank nearest to `at`, looked for towards `limit` and no further; where there is none, `at`, never within a character. */
function atBlank(text: string, at: number, step: 1 | -1, limit: number): number {
  for (let i = at; Math.abs(i - at) < WORD && (step > 0 ? i < limit : i > limit); i += step) {
    if (/\s/.test(text[i] ?? '')) return i;
  }
  return /[\udc00-\udfff]/.test(text[at] ?? '') ? at + 1 : at;
}

function markedPart(text: string, spans: readonly Stretch[], marks: Marks, from: number, to: number): string {
  let line = '';
  let at = from;
  for (const { start, end } of merged(spans)) {
    if (end <= from || start >= to) continue;
    const begin = Math.max(start, from);
    const stop = Math.min(end, to);
    line += `${plainPiece(text.slice(at, begin))}${marks.open}${plainPiece(text.slice(begin, stop))}${marks.close}`;
    at = stop;
  }
  return line + plainPiece(text.slice(at, to));
}

/** In the order of the text, those that overlap as one. */
function merged(spans: readonly Stretch[]): Stretch[] {
  const joined: Stretch[] = [];
  for (const { start, end } of spans.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    const last = joined.at(-1);
    if (last && start < last.end) last.end = Math.max(last.end, end);
    else joined.push({ start, end });
  }
  return joined;
}
