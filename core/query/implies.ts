import type { Operand, Place, Query, TermQuery } from './query.ts';
import { foldedTerm, isTerm, type Step, stepsOf } from './steps.ts';

/**
 * Whether every article that meets `a` meets `b`, as far as it is plain to see: never true wrongly. Used to tell a query that nothing
 * can match. The time is the product of their terms.
 */
export function implies(a: Query, b: Query): boolean {
  if (b.kind === 'or')
    return a.kind === 'or' ? a.parts.every((part) => implies(part, b)) : b.parts.some((part) => implies(a, part));
  if (b.kind === 'and') return b.parts.every((part) => implies(a, part));
  switch (a.kind) {
    case 'and':
      return a.parts.some((part) => implies(part, b));
    case 'or':
      return a.parts.every((part) => implies(part, b));
    case 'count':
      return a.operand.terms.every((term) => implies(term, b));
    case 'near':
      return a.operands.some(({ terms }) => terms.every((term) => implies(term, b)));
    case 'source':
      return b.kind === 'source' && isUnder(a.host, b.host, '.', false);
    case 'lang':
      return b.kind === 'lang' && isUnder(a.range, b.range, '-', true);
    case 'tag':
      return b.kind === 'tag' && a.name === b.name;
    case 'word':
    case 'phrase':
    case 'prefix':
      return isTerm(b) && termImplies(a, b);
    default:
      return false;
  }
}

/** Whether each of the operand's terms is one that an exception covers from its first word to its last: then none of them counts. */
export function isAllExcepted({ terms, exceptions }: Operand): boolean {
  const covers = (term: TermQuery, exception: TermQuery) =>
    stepsOf(term).length === stepsOf(exception).length && wordsImply(term, exception);
  return exceptions.length > 0 && terms.every((term) => exceptions.some((exception) => covers(term, exception)));
}

/** The texts that a place is looked for in. */
const SECTIONS: Record<Place, readonly string[]> = {
  title: ['title'],
  lead: ['title', 'text'],
  author: ['author'],
  section: ['section'],
};

/** The texts of an article in which a term may stand. */
export function sectionsOf({ place }: TermQuery): readonly string[] {
  return place ? SECTIONS[place] : SECTIONS.lead;
}

function termImplies(a: TermQuery, b: TermQuery): boolean {
  const stands = a.place === b.place || (a.place === 'title' && b.place === 'lead');
  const isInside = b.place === undefined && (a.place === 'title' || a.place === 'lead');
  return (stands || isInside) && wordsImply(a, b);
}

/** Whether the words of `b` stand somewhere in those of `a`, as `中国` does in `中国政府`. */
function wordsImply(a: TermQuery, b: TermQuery): boolean {
  if (b.exact && !a.exact) return false;
  const inner = stepsOf(b);
  const outer = stepsOf(b.exact ? a : foldedTerm(a));
  for (let from = 0; from + inner.length <= outer.length; from++) {
    if (inner.every((step, i) => stepImplies(outer[from + i]!, step, i > 0))) return true;
  }
  return false;
}

function stepImplies(a: Step, b: Step, mayTouch: boolean): boolean {
  if (mayTouch && b.touches && !a.touches) return false;
  if (b.isPrefix) return a.word.startsWith(b.word);
  return !a.isPrefix && a.word === b.word;
}

function isUnder(name: string, root: string, by: string, rootIsFirst: boolean): boolean {
  return name === root || (rootIsFirst ? name.startsWith(root + by) : name.endsWith(by + root));
}
