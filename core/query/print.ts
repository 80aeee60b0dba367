import { likeElsewhere } from './elsewhere.ts';
import { bareTagName } from './fields.ts';
import { isLikeOperator } from './operators.ts';
import type { CountQuery, NearQuery, Operand, Query, TermQuery } from './query.ts';

/**
 * A query in its one canonical form: parsing it again and printing that gives the same text and the same answers. Queries that differ
 * only in order, in case or in doubled clauses print alike. A field stands on each word, and a word that might be meant otherwise
 * without its quotes has them (`"or"`, `"중국"`). Read again it has no warning but for what it means: that nothing can match it, that
 * most articles do, or that a group in it adds nothing.
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
    case 'not': {
      const part = printed(query.part);
      return part.kind === 'not' ? part.parts[0]! : { kind: 'not', text: `NOT ${inGroup(part)}`, parts: [part] };
    }
    case 'and':
    case 'or':
      return group(query.kind, query.parts.map(printed));
    case 'of':
      return someOf(query.count, query.parts.map(printed));
    case 'count':
      return counted(query);
    case 'near':
      return leaf('near', chain(query));
    case 'source':
      return leaf('source', `source:${query.host}`);
    case 'lang':
      return leaf('lang', `lang:${query.range}`);
    case 'tag':
      return leaf('tag', `tag:${bareTagName(query.name) ? query.name : `"${query.name}"`}`);
    default:
      return leaf(query.kind, term(query));
  }
}

function leaf(kind: Query['kind'], text: string): Printed {
  return { kind, text, parts: [] };
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

function someOf(count: number, members: Printed[]): Printed {
  if (count <= 1) return group('or', members);
  if (count === members.length) return group('and', members);
  return leaf('of', `${count} OF (${inOrder(members.map(({ text }) => text)).join(', ')})`);
}

function counted({ atLeast, operand }: CountQuery): Printed {
  if (atLeast <= 1 && operand.exceptions.length === 0) return group('or', operand.terms.map(printed));
  return leaf('count', atLeast > 1 ? `ATLEAST/${atLeast} ${occurrences(operand)}` : occurrences(operand));
}

/** Nearness in either order is the same read from the other end: of the two the one that comes first is taken. */
function chain({ operands, links, exceptions }: NearQuery): string {
  const names = operands.map((operand) => {
    const text = occurrences(operand);
    return operand.exceptions.length > 0 ? `(${text})` : text;
  });
  const there = joined(names, links);
  const back = links.some(({ ordered }) => ordered) ? there : joined(names.toReversed(), links.toReversed());
  return inOrder([there, back])[0]! + except(exceptions);
}

function joined(names: string[], links: NearQuery['links']): string {
  return names
    .map((name, i) => {
      const link = links[i - 1];
      return link ? ` ${link.ordered ? 'THEN' : 'NEAR'}/${link.within} ${name}` : name;
    })
    .join('');
}

function occurrences({ terms, exceptions }: Operand): string {
  const texts = different(terms);
  return (texts.length > 1 ? `(${texts.join(' OR ')})` : texts[0]!) + except(exceptions);
}

function except(exceptions: TermQuery[]): string {
  return exceptions.length > 0 ? ` EXCEPT (${different(exceptions).join(', ')})` : '';
}

function different(terms: TermQuery[]): string[] {
  return inOrder([...new Set(terms.map(term))]);
}

function term(query: TermQuery): string {
  const before = `${query.place ? `${query.place}:` : ''}${query.exact ? '=' : ''}`;
  switch (query.kind) {
    case 'word':
      return before + (needsQuotes(query) ? `"${query.word}"` : query.word);
    case 'prefix':
      return before + (COMMA.test(query.prefix) ? `"${query.prefix}*"` : `${query.prefix}*`);
    case 'phrase':
      return `${before}"${query.words.join(' ')}${query.prefix ? '*' : ''}"`;
  }
}

const HANGUL = /\p{Script=Hangul}/u;
const COMMA = /[,，]/;

/** A word that is only told from another thing by its quotes, or for which the parser has a warning without them. */
function needsQuotes({ word, exact }: Extract<TermQuery, { kind: 'word' }>): boolean {
  return HANGUL.test(word) || COMMA.test(word) || (!exact && isLikeSomethingElse(word));
}

function isLikeSomethingElse(word: string): boolean {
  return isLikeOperator(word) || likeElsewhere(word, '', '') !== undefined;
}

/** What is looked for comes before what is left out, each in the order of their characters, whatever the machine's language. */
function byRequiredThenText(a: Printed, b: Printed): number {
  return Number(a.kind === 'not') - Number(b.kind === 'not') || byCharacters(a.text, b.text);
}

function inOrder(texts: string[]): string[] {
  return texts.toSorted(byCharacters);
}

function byCharacters(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
