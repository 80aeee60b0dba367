import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../core/matcher/index.ts';
import { implies } from '../../core/query/implies.ts';
import {
  exactly,
  expandTags,
  fold,
  isRun,
  parseQuery,
  printQuery,
  type Query,
  type QueryError,
  words,
} from '../../core/query/index.ts';
import { articles, leaves, queries, TAGS, typedAnyhow } from './any-query.ts';

/** Text that is likely to be of the language: its signs, words of several scripts, and anything at all. */
const piece = fc.oneof(
  fc.constantFrom(...'() ( ) " “ ” - – * AND OR NOT or : = , . ’s'.split(' ').flatMap((sign) => [sign, ` ${sign} `])),
  fc.constantFrom(
    ' NEAR/3 ',
    ' THEN/0 ',
    ' NEAR ',
    ' EXCEPT (',
    ' EXCEPT ',
    ' ATLEAST/2 ',
    ' 2 OF (',
    ' 1 OF (',
    ', ',
    ') ',
  ),
  fc.constantFrom('title:', 'lead:(', 'author:', 'source:', 'lang:', 'tag:', 'x:', 'a.org', 'en-GB', ' -title:=', ' ='),
  fc.constantFrom(
    'china',
    'U.S.',
    'l’Iran',
    'cyber-attack',
    '3.5',
    'Zürich',
    'Straße',
    '中国',
    'ガス',
    'น้ำ',
    'ヿ',
    'ŉ',
    'ﷺ',
    'ŀ',
    '중국',
    '1,000',
    'မာ',
    '㈠',
    'ｶﾞ',
    'WHO',
    'the',
    'near5',
    'ATL5',
    " 'n' ",
    " 'bone china' ",
    'hd=',
    'caps(',
    'R&D',
    '/F50/',
    'AROUND(5)',
  ),
  fc.string({ unit: 'binary', maxLength: 4 }),
  fc.constant(' '),
);
const typed = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
const anyText = fc.oneof(typed, fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }));

/** A printed query may be one that nothing can match, or most articles do, or of which a group adds nothing: it means it still. */
const isOfForm = ({ message }: QueryError) => !/^Nothing can match|most articles|adds nothing/.test(message);

describe('a query', () => {
  test('of any text is answered with places inside it, and never throws', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const result = parseQuery(text);
        for (const { at, length, message } of result.ok ? result.warnings : result.errors) {
          expect(message).not.toBe('');
          expect(at).toBeGreaterThanOrEqual(0);
          expect(length).toBeGreaterThanOrEqual(0);
          expect(at + length).toBeLessThanOrEqual(text.length);
        }
        expect(result.ok || result.errors.length > 0).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  test('printed and read again prints the same', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const first = parseQuery(text);
        fc.pre(first.ok);
        const printed = printQuery(first.query);
        const second = parseQuery(printed);
        if (!second.ok) throw new Error(`${printed}: ${JSON.stringify(second.errors)}`);
        expect(printQuery(second.query)).toBe(printed);
        expect(second.warnings.filter(isOfForm)).toEqual([]);
      }),
      { numRuns: 5000 },
    );
  });

  test('of any shape is printed as what is read as the same', () => {
    fc.assert(
      fc.property(queries, articles, (query, article) => {
        const printed = printQuery(query);
        const again = parsed(printed);
        expect(printQuery(again.query)).toBe(printed);
        expect(again.warnings.filter(isOfForm)).toEqual([]);
        expect(evaluate(expandTags(again.query, TAGS), article)).toBe(evaluate(expandTags(query, TAGS), article));
      }),
      { numRuns: 1000 },
    );
  });

  test('of any shape prints alike in any order, case or doubling of its clauses', () => {
    fc.assert(
      fc.property(queries, fc.gen(), (query, gen) => {
        const text = typedAnyhow(query, (count) => gen(fc.nat, { max: count - 1 }));
        expect(printQuery(parsed(text).query), text).toBe(printQuery(query));
      }),
      { numRuns: 1000 },
    );
  });

  test('that follows from another is met by every article that meets the other', () => {
    fc.assert(
      fc.property(leaves, leaves, articles, (a, b, article) => {
        if (!implies(a, b) || !evaluate(expandTags(a, TAGS), article)) return;
        expect(evaluate(expandTags(b, TAGS), article)).toBe(true);
      }),
      { numRuns: 5000 },
    );
  });

  test('that nothing can match, as its warning says, is met by no article', () => {
    fc.assert(
      fc.property(leaves, leaves, fc.boolean(), articles, (a, b, isOut, article) => {
        const query: Query = { kind: 'and', parts: [a, isOut ? { kind: 'not', part: b } : b] };
        const { query: again, warnings } = parsed(printQuery(query));
        // A clause that can never be met may well be left out.
        const inOut = / NOT /.exec(printQuery(query))?.index ?? Number.POSITIVE_INFINITY;
        const isNever = ({ message, at }: QueryError) =>
          message.startsWith('Nothing can match') && (at < inOut || message.includes('looked for'));
        if (warnings.some(isNever)) expect(evaluate(expandTags(again, TAGS), article)).toBe(false);
      }),
      { numRuns: 3000 },
    );
  });

  test('of which a group adds nothing, as its warning says, is answered without that group', () => {
    const kinds = fc.constantFrom<['and' | 'or', 'and' | 'or']>(['and', 'or'], ['or', 'and']);
    fc.assert(
      fc.property(leaves, leaves, fc.boolean(), kinds, articles, (a, b, isSame, [outer, inner], article) => {
        const group: Query = { kind: inner, parts: [isSame ? structuredClone(a) : b, b] };
        const { query, warnings } = parsed(printQuery({ kind: outer, parts: [a, group] }));
        if (!warnings.some(({ message }) => message.includes('adds nothing'))) return;
        expect(evaluate(expandTags(query, TAGS), article)).toBe(evaluate(expandTags(a, TAGS), article));
      }),
      { numRuns: 2000 },
    );
  });

  test('prints alike in any order, case or doubling of its clauses', () => {
    const term = fc.constantFrom('china', 'cyber*', '"bone china"', 'zürich');
    fc.assert(
      fc.property(fc.array(term, { minLength: 1, maxLength: 6 }), fc.constantFrom(' ', ' OR '), (terms, operator) => {
        const other = [...terms.toReversed(), terms[0]!].map((each) => each.toUpperCase());
        const print = (parts: string[]) => {
          const result = parseQuery(parts.join(operator));
          return result.ok && printQuery(result.query);
        };
        expect(print(other)).toBe(print(terms));
      }),
    );
  });

  test('binds NOT, then AND, then OR', () => {
    // The reading by the book: cut at OR, then at blanks, then take NOT off.
    const word = fc.constantFrom('ab', 'cd', 'ef');
    const literal = fc.tuple(fc.constantFrom('', 'NOT ', '-'), word).map((parts) => parts.join(''));
    const branch = fc.tuple(word, fc.array(literal, { maxLength: 3 })).map(([first, rest]) => [first, ...rest]);
    fc.assert(
      fc.property(fc.array(branch, { minLength: 1, maxLength: 4 }), fc.constantFrom(' ', ' AND '), (branches, and) => {
        const result = parseQuery(branches.map((literals) => literals.join(and)).join(' OR '));
        const leaf = (text: string): Query => {
          const part: Query = { kind: 'word', word: text.replace(/^(NOT |-)/, '') };
          return part.word === text ? part : { kind: 'not', part };
        };
        const alternatives = branches.map((literals): Query => {
          return literals.length === 1 ? leaf(literals[0]!) : { kind: 'and', parts: literals.map(leaf) };
        });
        const query = alternatives.length === 1 ? alternatives[0] : { kind: 'or', parts: alternatives };
        expect(result.ok && result.query).toEqual(query);
      }),
    );
  });
});

function parsed(text: string) {
  const result = parseQuery(text);
  if (!result.ok) throw new Error(`${text}: ${JSON.stringify(result.errors)}`);
  return result;
}

describe('words', () => {
  test('of any text stand in order, within it, at positions that count up by one', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        let before = { word: '', start: 0, end: 0, position: -1, half: 0 };
        for (const word of words(text)) {
          expect(word.word).not.toBe('');
          expect(word.end).toBeGreaterThan(word.start);
          expect(word.end).toBeLessThanOrEqual(text.length);
          const isSamePlace = word.start === before.start && word.end === before.end;
          expect(word.start >= before.end || isSamePlace).toBe(true);
          const step = word.position - before.position;
          expect(step === 1 || (step === 0 && isSamePlace)).toBe(true);
          if (step === 1 && before.position >= 0) expect(word.half - before.half).toBe(isRun(before.word) ? 1 : 2);
          if (step === 0) expect(word.half).toBe(before.half);
          before = word;
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('are folded as far as folding goes', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(fold(fold(text))).toBe(fold(text));
        for (const { word, exact } of words(text)) {
          expect(fold(word)).toBe(word);
          expect(exactly(exact)).toBe(exact);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('are the same by the quick way for plain chunks and by the segmenter', () => {
    const plain = fc.string({ unit: fc.constantFrom(...'aZ09-.,\'":;()[]!?/@#%&+=*“”‘’–—…s') });
    const segmenter = new Intl.Segmenter('en', { granularity: 'word' });
    fc.assert(
      fc.property(plain, (text) => {
        // An arrow is no word, and sends the chunk the long way.
        const slowly = words(`${text}→`);
        expect(words(text)).toEqual(slowly);
        // Without what joins words, the segmenter's words are the words.
        const loose = text.replace(/[.,':;‘’]/g, ' ');
        const segments = [...segmenter.segment(loose)].filter(({ isWordLike }) => isWordLike);
        expect(words(loose).map(({ word, start }) => [word, start])).toEqual(
          segments.map(({ segment, index }) => [segment.toLowerCase(), index]),
        );
      }),
      { numRuns: 1000 },
    );
  });
});
