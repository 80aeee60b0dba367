import fc from 'fast-check';
import {
  type Operand,
  type Place,
  parseQuery,
  printQuery,
  type Query,
  type TermQuery,
} from '../../core/query/index.ts';

/** Queries of every shape that the parser can give, articles that they are likely to meet, and queries typed as somebody might. */

const WORDS = [
  'china',
  'port',
  'ship',
  'zurich',
  'u.s',
  'us',
  '3.5',
  '1,000',
  'or',
  'not',
  'the',
  '중국',
  '中国',
  'น้ำ',
  '国',
];
const EXACT = ['China', 'china', 'OR', 'Zürich', 'Zurich', 'U.S', 'US', '1,000', '중국', '中国'];
const BEGINNINGS = ['chi', 'zur', 'u.s', 'sh', '중국'];
const EXACT_BEGINNINGS = ['Chi', 'Zür', 'US'];
const PLACES: Place[] = ['title', 'lead', 'author', 'section'];

/** What `tag:` means in these queries. */
export const TAGS = new Map<string, Query>([
  ['asia', { kind: 'word', word: 'china' }],
  [
    'big news',
    {
      kind: 'or',
      parts: [
        { kind: 'tag', name: 'asia' },
        { kind: 'word', word: 'port' },
      ],
    },
  ],
]);

const rarely = fc.integer({ min: 0, max: 3 }).map((n) => n === 0);

function terms(mayHavePlace: boolean): fc.Arbitrary<TermQuery> {
  const body = (spelled: string[], beginnings: string[]) => {
    const word = fc.constantFrom(...spelled);
    return fc.oneof(
      { weight: 4, arbitrary: word.map((one): TermQuery => ({ kind: 'word', word: one })) },
      fc.constantFrom(...beginnings).map((prefix): TermQuery => ({ kind: 'prefix', prefix })),
      fc
        .tuple(fc.array(word, { minLength: 2, maxLength: 3 }), fc.constantFrom('', ...beginnings))
        .map(([before, last]): TermQuery => {
          return last === ''
            ? { kind: 'phrase', words: before }
            : { kind: 'phrase', words: [...before, last], prefix: true };
        }),
    );
  };
  return rarely.chain((exact) =>
    fc
      .tuple(body(exact ? EXACT : WORDS, exact ? EXACT_BEGINNINGS : BEGINNINGS), rarely, fc.constantFrom(...PLACES))
      .map(([term, placed, place]): TermQuery => {
        return { ...term, ...(exact && { exact }), ...(mayHavePlace && placed && { place }) };
      }),
  );
}

const exceptions: fc.Arbitrary<TermQuery[]> = fc.oneof(
  fc.constant<TermQuery[]>([]),
  fc.array(terms(false), { minLength: 1, maxLength: 3 }),
);
const operands: fc.Arbitrary<Operand> = fc.record({
  terms: fc.array(terms(true), { minLength: 1, maxLength: 3 }),
  exceptions,
});
const chains: fc.Arbitrary<Query> = fc
  .tuple(
    fc.array(fc.tuple(operands, fc.boolean(), fc.nat({ max: 9 })), { minLength: 2, maxLength: 4 }),
    rarely,
    exceptions,
  )
  .map(
    ([links, mixed, left]): Query => ({
      kind: 'near',
      operands: links.map(([operand]) => operand),
      links: links.slice(1).map(([, ordered, within]) => ({ ordered: mixed && ordered, within })),
      exceptions: left,
    }),
  );

export const leaves: fc.Arbitrary<Query> = fc.oneof(
  { weight: 6, arbitrary: terms(true) },
  { weight: 2, arbitrary: chains },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.integer({ min: 1, max: 3 }), operands)
      .map(([atLeast, operand]): Query => ({ kind: 'count', atLeast, operand })),
  },
  fc.constantFrom('bbc.co.uk', 'news.bbc.co.uk', 'uk').map((host): Query => ({ kind: 'source', host })),
  fc.constantFrom('en', 'en-gb', 'zh-hant').map((range): Query => ({ kind: 'lang', range })),
  fc.constantFrom(...TAGS.keys()).map((name): Query => ({ kind: 'tag', name })),
);

/** Each of them says what to look for. */
export const queries: fc.Arbitrary<Query> = fc
  .letrec<{ query: Query }>((tie) => ({
    query: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      { weight: 3, arbitrary: leaves },
      fc
        .tuple(tie('query'), fc.array(fc.tuple(tie('query'), rarely), { minLength: 1, maxLength: 3 }))
        .map(([first, rest]): Query => {
          return {
            kind: 'and',
            parts: [first, ...rest.map(([part, isOut]): Query => (isOut ? { kind: 'not', part } : part))],
          };
        }),
      fc.array(tie('query'), { minLength: 2, maxLength: 3 }).map((parts): Query => ({ kind: 'or', parts })),
      fc
        .tuple(
          fc.nat(),
          fc.uniqueArray(tie('query'), { minLength: 2, maxLength: 4, selector: (query) => printQuery(query) }),
        )
        .map(([n, parts]): Query => ({ kind: 'of', count: 1 + (n % parts.length), parts })),
    ),
  }))
  .query.filter((query) => parseQuery(printQuery(query)).ok);

const said = fc
  .array(fc.constantFrom(...WORDS, ...EXACT, 'Chinese', 'Ships', 'U.S.', 'China’s', '중국의', 'ports', ','), {
    maxLength: 8,
  })
  .map((pieces) => pieces.join(' '));

export const articles = fc.record(
  {
    title: said,
    text: said,
    url: fc.constantFrom('https://www.bbc.co.uk/1', 'https://news.bbc.co.uk/2', 'https://notbbc.co.uk/3'),
    source: fc.constantFrom('bbc.co.uk', 'The Port News'),
    lang: fc.constantFrom('en', 'en-GB', 'zh-Hant-TW', 'fr'),
    author: said,
    section: said,
  },
  { requiredKeys: ['title', 'text'] },
);

/**
 * A query as somebody might type it who has never seen it printed: in another order and case, with clauses said twice, parentheses where
 * none are needed and fields before groups.
 * @param pick one of so many, from 0 on
 */
export function typedAnyhow(query: Query, pick: (count: number) => number): string {
  const shuffled = <T>(list: readonly T[]): T[] => {
    const left = [...list];
    return list.map(() => left.splice(pick(left.length), 1)[0]!);
  };
  /** In any order, and one of them perhaps again. */
  const anyhow = <T>(list: readonly T[]): T[] => shuffled(pick(3) === 0 ? [...list, list[pick(list.length)]!] : list);
  const cased = (text: string) => [text, text.toUpperCase(), text[0]!.toUpperCase() + text.slice(1)][pick(3)]!;
  const group = (text: string) => (pick(2) === 0 ? `(${text})` : `( ${text} )`);

  const term = ({ place, ...rest }: TermQuery): string => {
    const how = rest.exact ? (text: string) => text : cased;
    const body =
      rest.kind === 'word'
        ? `"${how(rest.word)}"`
        : rest.kind === 'prefix'
          ? `${how(rest.prefix)}*`
          : `"${rest.words.map(how).join(pick(2) === 0 ? ' ' : '  ')}${rest.prefix ? '*' : ''}"`;
    const written = rest.exact ? `=${body}` : body;
    if (place === undefined) return written;
    return pick(2) === 0 ? `${cased(place)}:${written}` : `${place}:${group(written)}`;
  };
  const except = (list: TermQuery[]): string => {
    if (list.length === 0) return '';
    if (list.length > 1 && pick(3) === 0) return list.map((one) => ` EXCEPT ${term(one)}`).join('');
    return ` EXCEPT ${group(anyhow(list).map(term).join([', ', ',', ' OR '][pick(3)]!))}`;
  };
  const occurrences = (operand: Operand): string => {
    const list = anyhow(operand.terms).map(term);
    return (list.length === 1 ? list[0]! : group(list.join(' OR '))) + except(operand.exceptions);
  };
  const typed = (part: Query): string => {
    switch (part.kind) {
      case 'and':
        return anyhow(part.parts)
          .map((one) => group(typed(one)))
          .join(pick(2) === 0 ? ' ' : ' AND ');
      case 'or':
        return anyhow(part.parts)
          .map((one) => group(typed(one)))
          .join(' OR ');
      case 'not':
        return `${pick(2) === 0 ? '-' : 'NOT '}${group(typed(part.part))}`;
      case 'of':
        return `${part.count} OF ${group(shuffled(part.parts).map(typed).join(', '))}`;
      case 'count':
        return `ATLEAST/${part.atLeast} ${occurrences(part.operand)}`;
      case 'near': {
        const isBack = part.links.every(({ ordered }) => !ordered) && pick(2) === 0;
        const list = isBack ? part.operands.toReversed() : part.operands;
        const links = isBack ? part.links.toReversed() : part.links;
        const chain = list.map((operand, i) => {
          const link = links[i - 1];
          const before = link ? `${link.ordered ? 'THEN' : 'NEAR'}/${link.within} ` : '';
          return before + (operand.exceptions.length > 0 ? group(occurrences(operand)) : occurrences(operand));
        });
        const text = chain.join(' ');
        return (pick(2) === 0 ? text : group(text)) + except(part.exceptions);
      }
      case 'source':
        return `source:${cased(part.host)}`;
      case 'lang':
        return `lang:${pick(2) === 0 ? cased(part.range) : `(${part.range})`}`;
      case 'tag':
        return `tag:"${cased(part.name)}"`;
      default:
        return term(part);
    }
  };
  return typed(query);
}
