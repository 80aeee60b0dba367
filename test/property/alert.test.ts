import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeEmail, writeMachine } from '../../core/alert/index.ts';

const anything = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.lorem({ maxCount: 30 }),
  fc.constantFrom('', '\r\n', '\u2028Stop: x', '🎉', '\ud800', '\u202e', 'Stop: https://evil.example/', 'a\u0000b'),
);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const article = fc
  .record({
    title: anything,
    text: fc.array(anything, { maxLength: 5 }).map((parts) => parts.join('\n\n')),
    source: maybe(anything),
    url: maybe(fc.oneof(fc.webUrl(), anything)),
    publishedAt: maybe(fc.oneof(fc.date().map(String), anything)),
  })
  .map(({ title, text, ...rest }) => ({
    title,
    text,
    ...Object.fromEntries(Object.entries(rest).filter(([, v]) => v !== undefined)),
  }));
const matched = fc.array(fc.record({ tag: anything, watch: anything, words: fc.array(anything, { maxLength: 10 }) }), {
  maxLength: 12,
});
const ours = { stop: 'https://b.example/u?t=s', manage: 'https://b.example/manage?t=s', both: 'https://b.example/a/s' };

describe('writeEmail', () => {
  it('for any article: a subject that SNS takes, and a body of known shape', () => {
    fc.assert(
      fc.property(article, matched, maybe(fc.webUrl()), (story, matches, read) => {
        const links = { ...ours, ...(read !== undefined && { read }) };
        const { subject, text } = writeEmail({ article: story, matched: matches, links });
        expect(subject.length).toBeLessThan(100);
        expect(subject).toMatch(/^[\p{L}\p{N}\p{P}]/u);
        expect(subject).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
        expect(subject.isWellFormed() && text.isWellFormed()).toBe(true);

        expect(text).not.toMatch(/[^\n\P{Cc}]|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
        expect(text).not.toMatch(/ \n| $|\n{3}|^\n|\n$/);
        expect(Buffer.byteLength(text)).toBeLessThan(64 * 1024);
        const lines = text.split('\n');
        expect(lines.at(-1)).toBe(`Stop: ${links.stop}`);
        expect(lines.at(-2)).toBe(`Change what you watch: ${links.manage}`);
        // At most: headline, origin, blank, summary, blank, matched, read, blank, because, manage, stop.
        expect(lines.length).toBeLessThanOrEqual(11);
        // Ours is the last: where the headline or the summary begins like one, it stands before the tags that met.
        expect(lines.filter((line) => line.startsWith('Read: ')).length).toBeLessThanOrEqual(3);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('writeMachine', () => {
  it('is always JSON that SNS takes', () => {
    fc.assert(
      fc.property(article, matched, (story, matches) => {
        const { message, tags } = writeMachine({ article: { id: '0123456789abcdef', ...story }, tags: matches });
        expect(JSON.parse(message).tags).toEqual(tags);
        expect(Buffer.byteLength(message + JSON.stringify(tags))).toBeLessThan(256 * 1024);
      }),
      { numRuns: 300 },
    );
  });
});
