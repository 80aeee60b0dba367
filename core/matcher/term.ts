import { isRun, type Query, type TermQuery, words } from '../query/index.ts';

/**
 * A word, phrase or prefix, taken apart into what is looked for word by word. A run of characters (`中国`) is a step for each of
 * them, since so the text is cut.
 */
export interface Term {
  kind: 'term';
  steps: Step[];
}

/** One word of the text. */
export interface Step {
  word: string;
  /** It is enough that the word begins so. */
  isPrefix: boolean;
  /** Nothing may stand between it and the step before: both are of one run of characters. */
  touches: boolean;
}

/** A query made ready to be asked of many articles. No NOT stands right within another. */
export type Compiled =
  | Term
  | { kind: 'and'; parts: Compiled[] }
  | { kind: 'or'; parts: Compiled[] }
  | { kind: 'not'; part: Compiled };

/** Makes a query ready for matching. */
export function compile(query: Query): Compiled {
  switch (query.kind) {
    case 'and':
    case 'or':
      return { kind: query.kind, parts: query.parts.map(compile) };
    case 'not': {
      const part = compile(query.part);
      return part.kind === 'not' ? part.part : { kind: 'not', part };
    }
    default:
      return { kind: 'term', steps: steps(query) };
  }
}

function steps(query: TermQuery): Step[] {
  switch (query.kind) {
    case 'word':
      return stepsOf(query.word);
    case 'prefix':
      return [{ word: query.prefix, isPrefix: true, touches: false }];
    case 'phrase': {
      const all = query.words.flatMap(stepsOf);
      if (query.prefix) all.at(-1)!.isPrefix = true;
      return all;
    }
  }
}

function stepsOf(word: string): Step[] {
  const pieces = isRun(word) ? words(word).map((piece) => piece.word) : [word];
  return pieces.map((piece, i) => ({ word: piece, isPrefix: false, touches: i > 0 }));
}
