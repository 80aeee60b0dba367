import { foldedTerm, type Operand, type TermQuery } from '../query/index.ts';
import { counted, exceptionsIn, meets, occurrencesOf } from './evaluate.ts';
import { list, named, namesOf, placeOf, where } from './in-words.ts';
import { outside } from './positions.ts';
import { type Occurrence, type Reading, SECTIONS } from './reading.ts';

/* Why terms, and operands of EXCEPT, ATLEAST, NEAR and THEN, are not in an article, in words for the editor. */

/** Why a term or a group of terms is not there. `isNear`: it is there in another spelling or place. */
interface Absence {
  reason: string;
  isNear: boolean;
}

/** Why a term is not there. */
export function whyAbsent(term: TermQuery, reading: Reading): Absence {
  const { place } = term;
  const name = named(term);
  if ((place === 'author' || place === 'section') && !reading.article[place]) {
    return { reason: `the article names no ${place}`, isNear: false };
  }
  const spellings = term.exact ? spellingsOf(foldedTerm(term), reading) : [];
  if (spellings.length > 0)
    return { reason: `${name} is ${where(place)} only as ${list(spellings, 'and')}`, isNear: true };
  if (place === 'author' || place === 'section') {
    const given = [...reading.article[place]!];
    const shown = given.length > 60 ? `${given.slice(0, 59).join('')}…` : given.join('');
    return { reason: `the ${place} is “${shown}”`, isNear: false };
  }
  if (place !== undefined) {
    const [first] = reading.findAnywhere(term, 'text');
    if (first && place === 'title') return { reason: `${name} is in the text only, not in the headline`, isNear: true };
    if (first) {
      return { reason: `${name} is in the text only after word 60: at word ${Math.ceil(first.to / 2)}`, isNear: true };
    }
  }
  if (term.kind === 'prefix') {
    return { reason: `no word that begins with “${term.prefix}” is in the article`, isNear: false };
  }
  if (term.kind === 'phrase' && wordsOf(term).every((word) => meets(word, reading))) {
    return { reason: `the words of ${name} are ${where(place)}, but not side by side`, isNear: true };
  }
  return { reason: `${name} is not in the article`, isNear: false };
}

/** Why none of several terms is there. Where some are nearly, these alone are told. */
export function whyNoneOf(terms: readonly TermQuery[], reading: Reading): string {
  const absences = terms.map((term) => whyAbsent(term, reading));
  const near = absences.filter(({ isNear }) => isNear);
  if (near.length > 0) return list([...new Set(near.map(({ reason }) => reason))], ';');
  const [first, ...others] = new Set(absences.map(({ reason }) => reason));
  if (others.length === 0) return first!;
  const isInText = terms.every(({ place }) => place !== 'author' && place !== 'section');
  if (!isInText) return list([first!, ...others], ';');
  const names = terms.map(named);
  const none = names.length === 2 ? `neither ${names.join(' nor ')}` : `none of ${list(names, 'or')}`;
  return `${none} is in the article`;
}

/** As what a term is written in the article, each spelling once. */
function spellingsOf(term: TermQuery, reading: Reading): string[] {
  const found = SECTIONS.flatMap((section) => reading.find(term, section));
  return [...new Set(found.map(({ section, start, end }) => `“${reading.article[section]!.slice(start, end)}”`))];
}

/** The words of a phrase, each as a term. */
function wordsOf({ words, prefix, place, exact }: Extract<TermQuery, { kind: 'phrase' }>): TermQuery[] {
  const common = { ...(place ? { place } : {}), ...(exact ? { exact } : {}) };
  return words.map((word, i) =>
    prefix && i === words.length - 1 ? { kind: 'prefix', prefix: word, ...common } : { kind: 'word', word, ...common },
  );
}

/** Why an operand has no occurrence. */
export function whyNone(operand: Operand, reading: Reading): string {
  const { occurrences, exceptions } = inExceptions(operand, reading);
  if (occurrences === 0) return whyNoneOf(operand.terms, reading);
  return `${namesOf(operand)} is ${where(placeOf(operand))} only inside ${list(exceptions, 'and')}`;
}

/** Why an operand has fewer occurrences than `atLeast`. */
export function whyTooFew(operand: Operand, atLeast: number, reading: Reading): string {
  const count = counted(operand, reading);
  if (count === 0) return whyNone(operand, reading);
  const { occurrences, exceptions } = inExceptions(operand, reading);
  const inside = occurrences > 0 ? `, not counting ${occurrences} inside ${list(exceptions, 'and')}` : '';
  const times = count === 1 ? 'once' : `${count} times`;
  return `${namesOf(operand)} is ${where(placeOf(operand))} ${times} (at least ${atLeast})${inside}`;
}

/** How many occurrences of an operand stand inside exceptions, and the names of these. */
function inExceptions(operand: Operand, reading: Reading): { occurrences: number; exceptions: string[] } {
  const inside = SECTIONS.flatMap((section) => {
    const all = occurrencesOf({ ...operand, exceptions: [] }, section, reading);
    const counting = new Set(outside(all, exceptionsIn(operand.exceptions, section, reading)));
    return all.filter((occurrence) => !counting.has(occurrence));
  });
  return { occurrences: inside.length, exceptions: covering(inside, operand.exceptions, reading) };
}

/** The names of the exceptions inside which some of the occurrences stand. */
export function covering(
  occurrences: readonly Occurrence[],
  exceptions: readonly TermQuery[],
  reading: Reading,
): string[] {
  const isInside = (exception: TermQuery) =>
    SECTIONS.some((section) => {
      const here = occurrences.filter((occurrence) => occurrence.section === section);
      return outside(here, reading.findAnywhere(exception, section)).length < here.length;
    });
  return exceptions.filter(isInside).map(named);
}
