import fc from 'fast-check';
import type { ArticleText, Section } from '../../core/matcher/index.ts';
import type { NearQuery, Operand, Place, Query, TermQuery } from '../../core/query/index.ts';

/*
 * Random queries of every kind, random articles, and a naive reading of the one on the other: no index, no sliding window, no
 * cutting of words. An article is made of pieces whose words are written beside them.
 */

/** A word of a piece, in each of its readings: folded, and as written. */
interface Entry {
  readings: { word: string; exact: string }[];
  /** Of two half-words: 1 for a character of a script without blanks. */
  width: 1 | 2;
  /** Nothing stands between it and the word before. */
  touches: boolean;
}

interface Piece {
  text: string;
  entries: Entry[];
}

function latin(text: string, ...readings: [word: string, exact: string][]): Piece {
  return {
    text,
    entries: readings.map(([word, exact]) => ({ readings: [{ word, exact }], width: 2, touches: false })),
  };
}

function run(text: string): Piece {
  return {
    text,
    entries: [...text].map((word, i) => ({ readings: [{ word, exact: word }], width: 1, touches: i > 0 })),
  };
}

const PIECES: Piece[] = [
  latin('ax', ['ax', 'ax']),
  latin('Ax', ['ax', 'Ax']),
  latin('AX,', ['ax', 'AX']),
  latin('axe', ['axe', 'axe']),
  latin('Bo', ['bo', 'Bo']),
  latin('bo.', ['bo', 'bo']),
  latin('Bow’s', ['bow', 'Bow']),
  latin('cy-ax', ['cy', 'cy'], ['ax', 'ax']),
  latin('l’Ax', ['l', 'l'], ['ax', 'Ax']),
  latin('Zürich', ['zurich', 'Zürich']),
  latin('us', ['us', 'us']),
  {
    text: 'U.S.',
    entries: [
      {
        readings: [
          { word: 'u.s', exact: 'U.S' },
          { word: 'us', exact: 'US' },
        ],
        width: 2,
        touches: false,
      },
    ],
  },
  run('中'),
  run('中国'),
  run('国政'),
  run('政府中国'),
];

const FOLDED = ['ax', 'axe', 'bo', 'bow', 'cy', 'us', 'u.s', 'zurich'];
const EXACT = ['ax', 'Ax', 'AX', 'Bo', 'Bow', 'US', 'Zürich'];
const RUNS = ['中', '中国', '国政'];

const place = fc.oneof(
  { weight: 5, arbitrary: fc.constant<{ place?: Place }>({}) },
  { weight: 2, arbitrary: fc.constantFrom<Place>('title', 'lead', 'author', 'section').map((one) => ({ place: one })) },
);

const bareTerm: fc.Arbitrary<TermQuery> = fc.oneof(
  fc.constantFrom(...FOLDED, ...RUNS).map((word): TermQuery => ({ kind: 'word', word })),
  fc.constantFrom(...EXACT, ...RUNS).map((word): TermQuery => ({ kind: 'word', word, exact: true })),
  fc.constantFrom('ax', 'bo', 'zu', 'us').map((prefix): TermQuery => ({ kind: 'prefix', prefix })),
  fc.constantFrom('Ax', 'Bo', 'ax').map((prefix): TermQuery => ({ kind: 'prefix', prefix, exact: true })),
  fc
    .tuple(
      fc.array(fc.constantFrom('ax', 'bo', 'us', 'cy', '中国', '中'), { minLength: 2, maxLength: 3 }),
      fc.boolean(),
      fc.boolean(),
    )
    .map(([words, isPrefix, isExact]): TermQuery => {
      const prefix = isPrefix && /^[a-z]/.test(words.at(-1)!) ? { prefix: true as const } : {};
      return { kind: 'phrase', words, ...prefix, ...(isExact ? { exact: true } : {}) };
    }),
);

const term: fc.Arbitrary<TermQuery> = fc.tuple(bareTerm, place).map(([each, one]) => ({ ...each, ...one }));

const exceptions = fc.oneof(
  { weight: 2, arbitrary: fc.constant<TermQuery[]>([]) },
  { weight: 1, arbitrary: fc.array(bareTerm, { minLength: 1, maxLength: 2 }) },
);

/** Exceptions that are about a term: itself, or a phrase that begins with it. */
const about = (each: TermQuery): fc.Arbitrary<TermQuery[]> => {
  if (each.kind !== 'word' || each.exact) return fc.constant([each]);
  return fc.constantFrom('ax', 'bo', '中国').map((next) => [{ kind: 'phrase', words: [each.word, next] }]);
};

const operand: fc.Arbitrary<Operand> = fc
  .tuple(fc.array(bareTerm, { minLength: 1, maxLength: 3 }), place)
  .chain(([terms, one]) =>
    fc.oneof({ weight: 3, arbitrary: exceptions }, { weight: 1, arbitrary: about(terms[0]!) }).map((excepted) => ({
      terms: terms.map((each) => ({ ...each, ...one })),
      exceptions: excepted,
    })),
  );

const near: fc.Arbitrary<NearQuery> = fc.integer({ min: 2, max: 3 }).chain((operands) =>
  fc.record({
    kind: fc.constant('near' as const),
    operands: fc.array(operand, { minLength: operands, maxLength: operands }),
    links: fc.array(fc.record({ ordered: fc.boolean(), within: fc.nat(3) }), {
      minLength: operands - 1,
      maxLength: operands - 1,
    }),
    exceptions,
  }),
);

const leaf: fc.Arbitrary<Query> = fc.oneof(
  { weight: 6, arbitrary: term },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('count' as const), atLeast: fc.integer({ min: 1, max: 4 }), operand }),
  },
  { weight: 3, arbitrary: near },
  {
    weight: 1,
    arbitrary: fc.constantFrom('bbc.co.uk', 'co.uk', 'example.org').map((host) => ({ kind: 'source' as const, host })),
  },
  { weight: 1, arbitrary: fc.constantFrom('en', 'en-gb', 'zh').map((range) => ({ kind: 'lang' as const, range })) },
);

/** Any query without tags, also such as the parser refuses. */
export const query: fc.Arbitrary<Query> = fc.letrec<{ query: Query }>((tie) => {
  const parts = fc.array(tie('query'), { minLength: 2, maxLength: 4 });
  return {
    query: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      leaf,
      parts.map((each): Query => ({ kind: 'and', parts: each })),
      parts.map((each): Query => ({ kind: 'or', parts: each })),
      tie('query').map((part): Query => ({ kind: 'not', part })),
      parts.chain((each) =>
        fc.integer({ min: 1, max: each.length }).map((count): Query => ({ kind: 'of', count, parts: each })),
      ),
    ),
  };
}).query;

/** An article with what is known of it beforehand. */
export interface Told {
  article: ArticleText;
  entries: Record<Section, Entry[]>;
  hosts: string[];
  langs: string[];
}

/** Words that are in no query, as many as a lead nearly has, in front of a text. */
const FILLING: Piece = latin(
  'fill '.repeat(57).trim(),
  ...Array.from({ length: 57 }, () => ['fill', 'fill'] as [string, string]),
);

const prose = (maxLength: number) =>
  fc.array(fc.tuple(fc.constantFrom(...PIECES), fc.boolean()), { maxLength }).map((pieces) => {
    let text = '';
    const entries: Entry[] = [];
    for (const [i, [piece, isJoined]] of pieces.entries()) {
      const before = pieces[i - 1]?.[0];
      const touches = isJoined && piece.entries[0]!.width === 1 && before?.entries[0]?.width === 1;
      text += `${i > 0 && !touches ? ' ' : ''}${piece.text}`;
      entries.push(...piece.entries.map((entry, k) => (k === 0 ? { ...entry, touches } : entry)));
    }
    return { text, entries };
  });

const SOURCES = [
  { url: 'https://www.bbc.co.uk/news/1', hosts: ['www.bbc.co.uk', 'bbc.co.uk', 'co.uk'] },
  { url: 'https://notbbc.co.uk/', hosts: ['notbbc.co.uk', 'co.uk'] },
  { url: 'not a url', source: 'News.Example.org', hosts: ['news.example.org', 'example.org'] },
  { source: 'BBC News', hosts: [] },
  { hosts: [] },
];
const LANGUAGES = [
  { lang: 'en-GB', langs: ['en', 'en-gb'] },
  { lang: 'EN', langs: ['en'] },
  { lang: 'eng', langs: ['eng'] },
  { langs: [] },
];

export const told: fc.Arbitrary<Told> = fc
  .record({
    title: prose(5),
    text: prose(9),
    author: prose(3),
    section: prose(2),
    isLong: fc.boolean(),
    from: fc.constantFrom(...SOURCES),
    language: fc.constantFrom(...LANGUAGES),
  })
  .map(({ title, text, author, section, isLong, from: { hosts, ...source }, language: { langs, ...lang } }) => ({
    article: {
      title: title.text,
      text: isLong ? `${FILLING.text} ${text.text}` : text.text,
      author: author.text,
      section: section.text,
      ...source,
      ...lang,
    },
    entries: {
      title: title.entries,
      text: isLong ? [...FILLING.entries, ...text.entries] : text.entries,
      author: author.entries,
      section: section.entries,
    },
    hosts,
    langs,
  }));

const SECTIONS: Section[] = ['title', 'text', 'author', 'section'];

/** The first and the last of the words of an occurrence, both its own. */
interface Stand {
  first: number;
  last: number;
}

/** The same question answered by trying everything. */
export function naively(asked: Query, article: Told): boolean {
  switch (asked.kind) {
    case 'word':
    case 'phrase':
    case 'prefix':
      return SECTIONS.some((section) => standsOf(asked, section, article).length > 0);
    case 'and':
      return asked.parts.every((part) => naively(part, article));
    case 'or':
      return asked.parts.some((part) => naively(part, article));
    case 'not':
      return !naively(asked.part, article);
    case 'of':
      return asked.parts.filter((part) => naively(part, article)).length >= asked.count;
    case 'count': {
      const counts = SECTIONS.map((section) => mostApart(operandStands(asked.operand, section, article)));
      return counts.reduce((sum, count) => sum + count, 0) >= asked.atLeast;
    }
    case 'near':
      return SECTIONS.some((section) => isNear(asked, section, article));
    case 'source':
      return article.hosts.includes(asked.host);
    case 'lang':
      return article.langs.includes(asked.range);
    case 'tag':
      throw new TypeError('a tag');
  }
}

function isNear({ operands, links, exceptions: excepted }: NearQuery, section: Section, article: Told): boolean {
  const entries = article.entries[section];
  const widthOf = (from: number, to: number) => entries.slice(from, to).reduce((sum, { width }) => sum + width, 0);
  const inside = excepted.flatMap((each) => standsAnywhere(each, section, article));
  const choices = operands
    .map((each) => operandStands(each, section, article))
    .reduce<Stand[][]>((all, stands) => all.flatMap((chosen) => stands.map((each) => [...chosen, each])), [[]]);
  return choices.some((chosen) => {
    if (chosen.some((a, i) => chosen.some((b, k) => i < k && overlap(a, b)))) return false;
    const whole = {
      first: Math.min(...chosen.map(({ first }) => first)),
      last: Math.max(...chosen.map(({ last }) => last)),
    };
    if (inside.some((each) => holds(each, whole))) return false;
    return links.every(({ ordered, within }, i) => {
      const [a, b] = [chosen[i]!, chosen[i + 1]!];
      if (a.last < b.first) return widthOf(a.last + 1, b.first) <= 2 * within;
      return !ordered && widthOf(b.last + 1, a.first) <= 2 * within;
    });
  });
}

function operandStands({ terms, exceptions: excepted }: Operand, section: Section, article: Told): Stand[] {
  const inside = excepted.flatMap((each) => standsAnywhere(each, section, article));
  const stands = terms.flatMap((each) => standsOf(each, section, article));
  const once = [...new Map(stands.map((each) => [`${each.first} ${each.last}`, each])).values()];
  return once.filter((each) => !inside.some((exception) => holds(exception, each)));
}

function standsOf(asked: TermQuery, section: Section, article: Told): Stand[] {
  const stands = standsAnywhere(asked, section, article);
  if (asked.place === undefined) return section === 'title' || section === 'text' ? stands : [];
  if (asked.place !== 'lead') return section === asked.place ? stands : [];
  if (section === 'title') return stands;
  if (section !== 'text') return [];
  return stands.filter(({ last }) => {
    const upTo = article.entries.text.slice(0, last + 1);
    return upTo.reduce((sum, { width }) => sum + width, 0) <= 120;
  });
}

function standsAnywhere(asked: TermQuery, section: Section, article: Told): Stand[] {
  const words = asked.kind === 'phrase' ? asked.words : [asked.kind === 'word' ? asked.word : asked.prefix];
  const steps = words.flatMap((word) =>
    /[a-z]/i.test(word)
      ? [{ spelling: word, touches: false }]
      : [...word].map((spelling, i) => ({ spelling, touches: i > 0 })),
  );
  const isPrefix = asked.kind === 'prefix' || (asked.kind === 'phrase' && asked.prefix === true);
  const entries = article.entries[section];
  return entries.flatMap((_, first) => {
    const isThere = steps.every(({ spelling, touches }, i) => {
      const entry = entries[first + i];
      if (entry === undefined || (touches && !entry.touches)) return false;
      const spellings = entry.readings.map(({ word, exact }) => (asked.exact ? exact : word));
      const isOpen = isPrefix && i === steps.length - 1;
      return spellings.some((each) => (isOpen ? each.startsWith(spelling) : each === spelling));
    });
    return isThere ? [{ first, last: first + steps.length - 1 }] : [];
  });
}

function overlap(a: Stand, b: Stand): boolean {
  return a.first <= b.last && b.first <= a.last;
}

function holds(outer: Stand, inner: Stand): boolean {
  return outer.first <= inner.first && outer.last >= inner.last;
}

function mostApart(stands: Stand[]): number {
  const [first, ...rest] = stands;
  if (first === undefined) return 0;
  const others = rest.filter((each) => !overlap(first, each));
  return others.length === rest.length ? 1 + mostApart(rest) : Math.max(mostApart(rest), 1 + mostApart(others));
}
