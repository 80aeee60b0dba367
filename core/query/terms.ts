import { type Findings, shown } from './findings.ts';
import { MAX_PHRASE_WORDS, MAX_WORD_LETTERS, MIN_PREFIX_LETTERS } from './limits.ts';
import type { TermQuery } from './query.ts';
import type { OperandText } from './tokens.ts';
import { isRun, type Word, words } from './words.ts';

/** What may stand between the words of a term without meaning anything to whoever typed it. */
const SILENT_IN_WORD = /[-‐‑–—.'’‘ʼ:_/]|\p{DI}/gu;
const SILENT_IN_PHRASE = /[\s\-‐‑.'’‘ʼ:_/,;!?…–—()[\]]|\p{DI}/gu;

/** A word as typed: folded or as it is written, with its place in the query. */
interface TypedWord {
  word: string;
  start: number;
  end: number;
}

const HANGUL_WORD = /\p{Script=Hangul}$/u;
/** `child!` of Lexis, `engineer$3` of Factiva: a beginning of two letters or more, of a script that takes a `*`. */
const STEM = /^([\p{L}\p{N}'’-]*[\p{L}\p{N}]{2})(?:!|\$\d)$/u;
/** `wom?n`, but not an address (`…/a?b=c`). */
const INNER_WILDCARD = /^[^/:=]*?\p{L}(\?)\p{L}/u;

/**
 * Reads what stands between two blanks, or two double quotes, as what it looks for: a word, the beginning of a word (`cyber*`), or,
 * where it holds several words (`cyber-attack`), the phrase of these. With `exact` it is looked for as it is written. Undefined after
 * an error.
 */
export function readTerm(
  { typed, from: at, inQuotes, isTold }: Omit<OperandText, 'kind'>,
  exact: boolean,
  findings: Findings,
): TermQuery | undefined {
  const end = at + typed.length;
  const star = typed.indexOf('*');
  const body = star < 0 ? typed : typed.slice(0, star);
  const cut = words(body);
  const found = typedWords(cut, exact);
  const last = found.at(-1);

  if (star >= 0 && /[^*\s]/.test(typed.slice(star))) {
    const hint = 'Put it at the end of a word, as in cyber*, to find every word that begins so.';
    findings.error(`In ${shown(typed)} the * is not at the end.`, at + star, at + star + 1, hint);
    return undefined;
  }
  const wildcard = inQuotes ? null : INNER_WILDCARD.exec(typed);
  if (wildcard) {
    const place = at + wildcard[0].lastIndexOf('?');
    const hint = 'One letter cannot be left open. Use * at the end of a word, as in wom*, or OR between the spellings.';
    findings.error(`In ${shown(typed)} the ? stands inside a word.`, place, place + 1, hint);
    return undefined;
  }
  if (star >= 0 && (last === undefined || last.end !== star || /\*\s*\*/.test(typed.slice(star)))) {
    const hint = 'Put one * right after the beginning of a word, as in cyber*.';
    findings.error('A * stands here without the beginning of a word before it.', at + star, end, hint);
    return undefined;
  }
  if (last === undefined) {
    const message =
      inQuotes && typed.trim() === '' ? 'There is nothing between the quotes.' : `There is no word in ${shown(typed)}.`;
    findings.error(
      message,
      inQuotes ? at - 1 : at,
      inQuotes ? end + 1 : end,
      signHint(typed, inQuotes) ?? 'Type a word to look for, or take this out.',
    );
    return undefined;
  }
  const long = found.find(({ word }) => [...word].length > MAX_WORD_LETTERS);
  if (long) {
    findings.error(
      `${shown(long.word)} has more than ${MAX_WORD_LETTERS} letters.`,
      at + long.start,
      at + long.end,
      'No article has such a word. Is a blank missing?',
    );
    return undefined;
  }

  const over = cut.find((word) => endHalf(word) > 2 * MAX_PHRASE_WORDS);
  if (over) {
    const message = `The phrase ${shown(body.trim())} has more than ${MAX_PHRASE_WORDS} words.`;
    const hint = 'A few words in a row are enough to find it: leave the others out, or make two phrases of it.';
    findings.error(message, at + over.start, at + last.end, hint);
    return undefined;
  }

  const prefix = star >= 0 && !isRun(last.word);
  if (prefix && [...last.word].length < MIN_PREFIX_LETTERS) {
    const message = `${shown(`${last.word}*`)} would be met by a great part of all words.`;
    findings.error(message, at + last.start, at + star + 1, 'Type at least two letters before the *.');
    return undefined;
  }
  if (star >= 0 && !prefix) {
    const message = `The * after ${shown(last.word)} does nothing.`;
    findings.warning(message, at + star, at + star + 1, 'These characters are found wherever they stand in the text.');
  }
  if (!inQuotes && star < 0 && found.length === 1 && HANGUL_WORD.test(last.word)) {
    const hint = `Write ${last.word}* to find it with every ending, or put it in quotes.`;
    findings.warning(`${shown(last.word)} is not found with an ending to it.`, at, end, hint);
  }
  if (!isTold) warnOfLostPunctuation(body, at, inQuotes, found, findings);

  const how = exact ? ({ exact: true } as const) : {};
  if (found.length > 1) {
    return { kind: 'phrase', words: found.map(({ word }) => word), ...(prefix && { prefix }), ...how };
  }
  return prefix ? { kind: 'prefix', prefix: last.word, ...how } : { kind: 'word', word: last.word, ...how };
}

/** The words of a term. Dotted initials mean the dotted form alone, and characters that touch are one word (`中国`). */
function typedWords(cut: readonly Word[], exact: boolean): TypedWord[] {
  const typed: TypedWord[] = [];
  let position = -1;
  for (const { word: folded, exact: written, start, end, position: at } of cut) {
    const word = exact ? written : folded;
    if (at === position) continue;
    position = at;
    const before = typed.at(-1);
    const touches = before !== undefined && (before.end === start || before.start === start);
    if (touches && isRun(word) && isRun(before.word)) {
      before.word += word;
      before.end = end;
    } else {
      typed.push({ word, start, end });
    }
  }
  return typed;
}

/** Where a word ends, in half-words from the beginning of the text. */
function endHalf({ word, half }: Word): number {
  return half + (isRun(word) ? 1 : 2);
}

/** What a sign that stands alone is in other products. */
function signHint(typed: string, inQuotes: boolean): string | undefined {
  if (inQuotes) return undefined;
  if (/^(?:\|+|\/)$/.test(typed)) return 'Write OR if either side will do.';
  if (/^(?:&+|\++)$/.test(typed)) {
    const name = typed === '&' ? ' In a name use quotes: "Marks & Spencer"' : '';
    return `Leave it out, or write AND, if both must be there.${name}`;
  }
  if (/^[<>]=?$/.test(typed)) return 'An article’s length and date are not looked at: take this out, with its number.';
  return undefined;
}

function warnOfLostPunctuation(
  body: string,
  at: number,
  inQuotes: boolean,
  found: TypedWord[],
  findings: Findings,
): void {
  const lost = [0, ...found.map(({ end }) => end)]
    .map((from, i) => lostIn(body.slice(from, found[i]?.start ?? body.length), i < found.length, inQuotes))
    .join('');
  if (lost === '') return;
  const hint = lostHint(lost, body, found, inQuotes);
  findings.warning(`In ${shown(body)} the ${shown(lost)} is not looked for.`, at, at + body.length, hint);
}

/** What of a gap means something to whoever typed it. Without one & # or @ before a word (`AT&T`, `#metoo`) the same is found. */
function lostIn(gap: string, isBeforeWord: boolean, inQuotes: boolean): string {
  const rest = gap.replace(/^['’‘ʼ＇]s/i, '');
  const meant = isBeforeWord ? rest.replace(/[&#@]$/, '') : rest;
  if (inQuotes && isBeforeWord && /^\s+&\s+$/.test(rest)) return '';
  return meant.replace(inQuotes ? SILENT_IN_PHRASE : SILENT_IN_WORD, '');
}

function lostHint(lost: string, body: string, found: TypedWord[], inQuotes: boolean): string {
  if (/^[,;]+$/.test(lost)) return 'Words side by side must all be there. Write OR between them if any one will do.';
  if (/^\|+$/.test(lost)) return 'Write OR with blanks around it if either side will do.';
  const hint = `What is looked for: ${found.map(({ word }) => word).join(' ')}`;
  const [, beginning] = inQuotes || isRun(found.at(-1)!.word) ? [] : (STEM.exec(body) ?? []);
  return beginning === undefined ? hint : `${hint}. For all words that begin so write ${beginning}*`;
}
