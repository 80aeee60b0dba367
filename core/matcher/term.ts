import { isRun, type TermQuery, words } from '../query/index.ts';

/** One word of a term, as it is looked for in the text. A run of characters (`中国`) is a step for each, since so the text is cut. */
export interface Step {
  word: string;
  /** It is enough that the word begins so. */
  isPrefix: boolean;
  /** Nothing may stand between it and the step before: both are of one run of characters. */
  touches: boolean;
}

/** Runs are cut by Unicode's rules, which takes longer than to look for them: each term of a rule once, not once for an article. */
const known = new WeakMap<TermQuery, Step[]>();

/** A term taken apart into what is looked for word by word. */
export function stepsOf(term: TermQuery): readonly Step[] {
  let steps = known.get(term);
  if (steps === undefined) {
    const typed = term.kind === 'phrase' ? term.words : [term.kind === 'word' ? term.word : term.prefix];
    steps = typed.flatMap((word) => pieces(word, term.exact === true));
    const isPrefix = term.kind === 'prefix' || (term.kind === 'phrase' && term.prefix === true);
    if (isPrefix && steps.length > 0) steps.at(-1)!.isPrefix = true;
    known.set(term, steps);
  }
  return steps;
}

function pieces(word: string, isExact: boolean): Step[] {
  const cut = isRun(word) ? words(word).map((piece) => (isExact ? piece.exact : piece.word)) : [word];
  return cut.map((piece, i) => ({ word: piece, isPrefix: false, touches: i > 0 }));
}
