import type { QueryError } from '../../core/query/index.ts';
import { widthOf } from './print.ts';

/** Columns of a query that are shown at most: what a terminal wraps, no caret can point at. */
const MOST_COLUMNS = 100;

/** The query with a line of carets under each fault, and what is wrong there. Of a long query the part around the fault. */
export function pointAt(query: string, faults: readonly QueryError[], word = ''): string {
  // Line breaks are blanks: a fault's place counts UTF-16 units, and stays the same.
  const line = query.replace(/[\s\p{Cc}]/gu, ' ');
  return faults
    .map(({ message, at, length, hint }) => {
      const { before, fault, after } = partAround(line, at, at + length);
      const carets = '^'.repeat(Math.max(1, widthOf(fault)));
      const said = `${word}${message}${hint ? ` (${hint})` : ''}`;
      return `  ${before}${fault}${after}\n  ${' '.repeat(widthOf(before))}${carets}\n  ${said}`;
    })
    .join('\n');
}

/** A line in three, with ellipses where it is too long to be shown whole. */
function partAround(line: string, at: number, end: number): { before: string; fault: string; after: string } {
  const whole = { before: line.slice(0, at), fault: line.slice(at, end), after: line.slice(end) };
  if (widthOf(line) <= MOST_COLUMNS) return whole;
  const fault = cut(whole.fault, MOST_COLUMNS / 2);
  const before = [...cut([...whole.before].reverse().join(''), MOST_COLUMNS / 4)].reverse().join('');
  const after = fault === whole.fault ? cut(whole.after, MOST_COLUMNS - widthOf(before) - widthOf(fault)) : '';
  return { before, fault, after };
}

/** The beginning of a text, in at most so many columns, the last an ellipsis where something is left out. */
function cut(text: string, columns: number): string {
  let width = 0;
  let kept = '';
  for (const character of text) {
    width += widthOf(character);
    if (width > columns) return `${[...kept].slice(0, -1).join('')}…`;
    kept += character;
  }
  return kept;
}
