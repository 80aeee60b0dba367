import { type Findings, shown } from './findings.ts';
import { MAX_WORD_LETTERS, MIN_PREFIX_LETTERS } from './limits.ts';
import type { TermQuery } from './query.ts';
import { isRun, words } from './words.ts';

/** What may stand between the words of a term without meaning anything to whoever typed it. */
const SILENT_IN_WORD = /[-‐‑–—.'’‘ʼ:_/]|\p{DI}/gu;
const SILENT_IN_PHRASE = /[\s\-‐‑.'’‘ʼ:_/,;!?…–—()[\]]|\p{DI}/gu;

/** A word as typed: folded, with its place in the query. */
interface TypedWord {
  word: string;
  start: number;
  end: number;
}

/**
 * Reads what stands between two blanks, or two double quotes, as what it looks for: a word, the beginning of a word (`cyber*`), or,
 * where it holds several words (`cyber-attack`), the phrase of these. `at` is its place in the query. Undefined after an error.
 */
export function readTerm(typed: string, at: number, inQuotes: boolean, findings: Findings): TermQuery | undefined {
  const end = at + typed.length;
  const star = typed.indexOf('*');
  const body = star < 0 ? typed : typed.slice(0, star);
  const found = typedWords(body);
  const last = found.at(-1);

  if (star >= 0 && /[^*\s]/.test(typed.slice(star))) {
    const hint = 'Put it at the end of a word, as in cyber*, to find every word that begins so.';
    findings.error(`In ${shown(typed)} the * is not at the end.`, at + star, at + star + 1, hint);
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
      'Type a word to look for, or take this out.',
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
  warnOfLostPunctuation(body, at, inQuotes, found, findings);

  if (found.length > 1) {
    return { kind: 'phrase', words: found.map(({ word }) => word), ...(prefix ? { prefix: true } : {}) };
  }
  return prefix ? { kind: 'prefix', prefix: last.word } : { kind: 'word', word: last.word };
}

/** The words of a term. Dotted initials mean the dotted form alone, and characters that touch are one word (`中国`). */
function typedWords(text: string): TypedWord[] {
  const typed: TypedWord[] = [];
  let position = -1;
  for (const { word, start, end, position: at } of words(text)) {
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

function warnOfLostPunctuation(
  body: string,
  at: number,
  inQuotes: boolean,
  found: TypedWord[],
  findings: Findings,
): void {
  const between = [0, ...found.map(({ end }) => end)].map((from, i) =>
    body.slice(from, found[i]?.start ?? body.length),
  );
  const lost = between
    .map((gap) => gap.replace(/^['’‘ʼ＇]s/i, '').replace(inQuotes ? SILENT_IN_PHRASE : SILENT_IN_WORD, ''))
    .join('');
  if (lost === '') return;
  const isComma = /^[,;]+$/.test(lost);
  const hint = isComma
    ? 'Words side by side must all be there. Write OR between them if any one will do.'
    : `What is looked for: ${found.map(({ word }) => word).join(' ')}`;
  findings.warning(`In ${shown(body)} the ${shown(lost)} is not looked for.`, at, at + body.length, hint);
}
