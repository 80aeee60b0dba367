import type { Query, TermQuery } from './query.ts';
import { isRun, words } from './words.ts';

/** One word of a term, as it is looked for in the text. A run of characters (`中国`) is a step for each, since so the text is cut. */
export interface Step {
  /** Folded, or of an exact term as it is written. */
  word: string;
  /** It is enough that the word begins so. */
  isPrefix: boolean;
  /** Nothing may stand between it and the step before: both are of one run of characters. */
  touches: boolean;
}

/** Runs are cut by Unicode's rules, which takes longer than to look for them: each term once, not once for an article. */
const known = new WeakMap<TermQuery, readonly Step[]>();

/** A term taken apart into what is looked for word by word: at least one step of a term that the parser gives. */
export function stepsOf(term: TermQuery): readonly Step[] {
  let steps = known.get(term);
  if (steps === undefined) {
    const typed = term.kind === 'phrase' ? term.words : [term.kind === 'word' ? term.word : term.prefix];
    const pieces = typed.flatMap((word) => piecesOf(word, term.exact === true));
    const isPrefix = term.kind === 'prefix' || (term.kind === 'phrase' && term.prefix === true);
    steps = pieces.map((piece, i) => ({ ...piece, isPrefix: isPrefix && i === pieces.length - 1 }));
    known.set(term, steps);
  }
  return steps;
}

function piecesOf(word: string, isExact: boolean): { word: string; touches: boolean }[] {
  const cut = isRun(word) ? words(word).map((piece) => (isExact ? piece.exact : piece.word)) : [word];
  return cut.map((piece, i) => ({ word: piece, touches: i > 0 }));
}

const folded = new WeakMap<TermQuery, TermQuery>();

/** An exact term as it would be without its `=`. Of two readings the dotted one, which is what is typed. */
export function foldedTerm(term: TermQuery): TermQuery {
  if (!term.exact) return term;
  let plain = folded.get(term);
  if (plain === undefined) {
    const { exact: _, ...rest } = term;
    if (rest.kind === 'word') plain = { ...rest, word: foldedWord(rest.word) };
    else if (rest.kind === 'prefix') plain = { ...rest, prefix: foldedWord(rest.prefix) };
    else plain = { ...rest, words: rest.words.map(foldedWord) };
    folded.set(term, plain);
  }
  return plain;
}

function foldedWord(exact: string): string {
  const cut = words(exact).map(({ word }) => word);
  return isRun(exact) ? cut.join('') : (cut[0] ?? exact);
}

export function isTerm(query: Query): query is TermQuery {
  return query.kind === 'word' || query.kind === 'phrase' || query.kind === 'prefix';
}
