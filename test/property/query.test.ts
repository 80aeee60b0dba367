import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fold, parseQuery, printQuery, type Query, words } from '../../core/query/index.ts';

/** Text that is likely to be of the language: its signs, words of several scripts, and anything at all. */
const piece = fc.oneof(
  fc.constantFrom(...'() " “ ” - – * AND OR NOT or : = , . ’s'.split(' ').flatMap((sign) => [sign, ` ${sign} `])),
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
  ),
  fc.string({ unit: 'binary', maxLength: 4 }),
  fc.constant(' '),
);
const typed = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
const anyText = fc.oneof(typed, fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }));

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
        expect(second.warnings).toEqual([]);
      }),
      { numRuns: 1000 },
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

describe('words', () => {
  test('of any text stand in order, within it, at positions that count up by one', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        let before = { start: 0, end: 0, position: -1 };
        for (const word of words(text)) {
          expect(word.word).not.toBe('');
          expect(word.end).toBeGreaterThan(word.start);
          expect(word.end).toBeLessThanOrEqual(text.length);
          const isSamePlace = word.start === before.start && word.end === before.end;
          expect(word.start >= before.end || isSamePlace).toBe(true);
          const step = word.position - before.position;
          expect(step === 1 || (step === 0 && isSamePlace)).toBe(true);
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
        for (const { word } of words(text)) expect(fold(word)).toBe(word);
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
