import type { Query } from './query.ts';

/** Words that are only told from an operator written carelessly by their quotes: without them `or` is a warning. */
const QUOTED = new Set(['or']);

/**
 * A query in its one canonical form: parsing it again and printing that gives the same text and the same answers. Queries that differ
 * only in order, in case or in doubled clauses print alike.
 *
 * @example printQuery of `beijing OR "Microsoft  Exchange" -Shop OR china` is `("microsoft exchange" NOT shop) OR beijing OR china`
 */
export function printQuery(query: Query): string {
  return printed(query).text;
}

interface Printed {
  kind: Query['kind'];
  text: string;
  /** Of an AND or OR: its parts, to be taken over by a group of the same kind. Of a NOT: what it negates. */
  parts: Printed[];
}

function printed(query: Query): Printed {
  switch (query.kind) {
    case 'word':
      return { kind: 'word', text: QUOTED.has(query.word) ? `"${query.word}"` : query.word, parts: [] };
    case 'prefix':
      return { kind: 'prefix', text: `${query.prefix}*`, parts: [] };
    case 'phrase':
      return { kind: 'phrase', text: `"${query.words.join(' ')}${query.prefix ? '*' : ''}"`, parts: [] };
    case 'not': {
      const part = printed(query.part);
      return part.kind === 'not' ? part.parts[0]! : { kind: 'not', text: `NOT ${inGroup(part)}`, parts: [part] };
    }
    case 'and':
    case 'or':
      return group(query.kind, query.parts.map(printed));
  }
}

function group(kind: 'and' | 'or', members: Printed[]): Printed {
  const flat = members.flatMap((member) => (member.kind === kind ? member.parts : [member]));
  const parts = [...new Map(flat.map((part) => [part.text, part])).values()].sort(byRequiredThenText);
  if (parts.length === 1) return parts[0]!;
  return { kind, text: parts.map(inGroup).join(kind === 'and' ? ' ' : ' OR '), parts };
}

function inGroup(part: Printed): string {
  return part.kind === 'and' || part.kind === 'or' ? `(${part.text})` : part.text;
}

/** What is looked for comes before what is left out, each in the order of their characters, whatever the machine's language. */
function byRequiredThenText(a: Printed, b: Printed): number {
  return Number(a.kind === 'not') - Number(b.kind === 'not') || (a.text < b.text ? -1 : Number(a.text > b.text));
}
