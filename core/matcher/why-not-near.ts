import type { NearQuery } from '../query/index.ts';
import { occurrencesOf } from './evaluate.ts';
import { list, NAMES_OF_SECTIONS, namesOf, wordCount } from './in-words.ts';
import { closest, hasChain } from './positions.ts';
import { type Occurrence, type Reading, SECTIONS } from './reading.ts';
import { covering, whyNone } from './why-absent.ts';

/** Why an article has no chain of NEAR and THEN that a query asks for, in words for the editor. */
export function whyNotNear(query: NearQuery, reading: Reading): string {
  const places = SECTIONS.map((section) => ({
    section,
    lists: query.operands.map((operand) => occurrencesOf(operand, section, reading)),
  }));
  const absent = query.operands.filter((_, i) => places.every(({ lists }) => lists[i]!.length === 0));
  if (absent.length > 0) return list([...new Set(absent.map((operand) => whyNone(operand, reading)))], ';');

  const shared = places.filter(({ lists }) => lists.every((each) => each.length > 0));
  if (shared.length === 0) {
    const stand = query.operands.map((operand, i) => {
      const standing = places.filter(({ lists }) => lists[i]!.length > 0);
      return `${namesOf(operand)} is in ${standing.map(({ section }) => NAMES_OF_SECTIONS[section]).join(' and ')}`;
    });
    return `${list([...new Set(stand)], 'and')}: they must stand in the same one`;
  }
  if (query.exceptions.length > 0) {
    const chained = shared.filter(({ lists }) => hasChain(lists, query.links, []));
    const all = chained.flatMap(({ lists }) => lists.flat());
    const exceptions = covering(all, query.exceptions, reading);
    if (chained.length > 0) return `it is there only inside ${list(exceptions, 'and')}`;
  }
  const apart = query.links.flatMap((link, i) => {
    const lists = shared.map((each) => [each.lists[i]!, each.lists[i + 1]!] as const);
    const both = [namesOf(query.operands[i]!), namesOf(query.operands[i + 1]!)] as const;
    return whyApart(lists, link, both) ?? [];
  });
  if (apart.length > 0) return list([...new Set(apart)], ';');
  return 'each two neighbours stand near enough somewhere, but there is no one place where all of them do';
}

/** Why two neighbours in a chain are nowhere linked; undefined where they are. `lists` are theirs in each section. */
function whyApart(
  lists: readonly (readonly [Occurrence[], Occurrence[]])[],
  { ordered, within }: NearQuery['links'][number],
  [a, b]: readonly [string, string],
): string | undefined {
  const least = (gaps: (number | undefined)[]) => Math.min(...gaps.map((gap) => gap ?? Number.POSITIVE_INFINITY));
  const inOrder = least(lists.map(([first, second]) => closest(first, second)));
  const reversed = least(lists.map(([first, second]) => closest(second, first)));
  const best = ordered ? inOrder : Math.min(inOrder, reversed);
  if (best <= 2 * within) return undefined;
  const apart = (gap: number) => `${wordCount(Math.ceil(gap / 2))} apart (at most ${within})`;
  if (Number.isFinite(best) && !(ordered && reversed <= 2 * within))
    return `${a} and ${b} are both there, but ${apart(best)}`;
  if (Number.isFinite(best)) return `${a} and ${b} are in the wrong order; in the right one they are ${apart(best)}`;
  if (Number.isFinite(reversed)) return `${a} and ${b} are both there, but in the wrong order`;
  return `${a} and ${b} are there only in the same words`;
}
