import { MAX_COUNT, MAX_WITHIN } from './limits.ts';

/** What a word in capitals does. `n` is the number after its stroke; the least where that is missing or wrong, and told in `fault`. */
export type Operator =
  | { kind: 'and' | 'or' | 'not' | 'except' }
  | { kind: 'near'; ordered: boolean; n: number; fault?: Fault }
  | { kind: 'atLeast'; n: number; fault?: Fault };

export interface Fault {
  message: string;
  hint: string;
}

const PLAIN = new Map<string, Operator>([
  ['AND', { kind: 'and' }],
  ['OR', { kind: 'or' }],
  ['NOT', { kind: 'not' }],
  ['EXCEPT', { kind: 'except' }],
]);
const NUMBERED = /^(NEAR|THEN|ATLEAST)(?:\/(.*))?$/s;

/** The operator that a chunk of a query is, if it is one. `OF` is not here: it needs its number and its parenthesis. */
export function operatorOf(chunk: string): Operator | undefined {
  const plain = PLAIN.get(chunk);
  if (plain) return plain;
  const [, name, typed] = NUMBERED.exec(chunk) ?? [];
  if (name === undefined) return undefined;
  const isCount = name === 'ATLEAST';
  const least = isCount ? 1 : 0;
  const fault = faultOf(name, typed, least, isCount ? MAX_COUNT : MAX_WITHIN);
  const n = fault ? least : Number(typed);
  return isCount
    ? { kind: 'atLeast', n, ...(fault && { fault }) }
    : { kind: 'near', ordered: name === 'THEN', n, ...(fault && { fault }) };
}

function faultOf(name: string, typed: string | undefined, least: number, most: number): Fault | undefined {
  const example = { NEAR: 'china NEAR/8 sabotage', THEN: 'prime THEN/2 minister', ATLEAST: 'ATLEAST/3 china' }[name];
  if (typed === undefined || typed === '') {
    const what = name === 'ATLEAST' ? 'how often' : 'how many words may stand between';
    const hint = `Say ${what}, as in ${example}. For the word itself write ${name.toLowerCase()} in small letters.`;
    return { message: `${name} has no number.`, hint };
  }
  if (/^\d{1,9}$/.test(typed) && Number(typed) >= least && Number(typed) <= most) return undefined;
  const limits = `${least} to ${most.toLocaleString('en')}`;
  return { message: `After ${name}/ stands a number from ${limits}.`, hint: `Write it as in ${example}.` };
}

const CARELESS: Record<string, string> = {
  or: 'Write OR in capitals if either side will do, or "or" for the word.',
  and: 'A blank is AND already: leave it out, or write "and" for the word.',
  not: 'Write NOT in capitals to leave out what comes after it, or "not" for the word.',
};

/** What is to be said of a chunk that is an operator but for its small letters, if it is one. */
export function likeOperator(chunk: string, parenthesisFollows: boolean): Fault | undefined {
  if (isLikeOperator(chunk) && (chunk !== 'except' || parenthesisFollows)) {
    const hint = CARELESS[chunk] ?? 'Write EXCEPT in capitals to leave these out, or "except" for the word.';
    return { message: `“${chunk}” in small letters is a word to look for.`, hint };
  }
  return undefined;
}

/** A folded word that is only told by its quotes from an operator written carelessly. */
export function isLikeOperator(word: string): boolean {
  return word === 'except' || Object.hasOwn(CARELESS, word);
}
