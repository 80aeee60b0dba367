import { describe, expect, it } from 'vitest';
import { writeMachine } from '../../core/alert/index.ts';

const article = {
  id: '0123456789abcdef',
  title: 'Bridge falls',
  url: 'https://x.example/',
  source: 'Courier',
  publishedAt: '2021-07-19T16:20:00.000Z',
  lang: 'en',
};

describe('writeMachine', () => {
  it('says what matched, as JSON', () => {
    const { message, tags } = writeMachine({ article, tags: [{ tag: 'china', words: ['China', 'Chinese'] }] });
    expect(tags).toEqual(['china']);
    expect(JSON.parse(message)).toEqual({ article, tags: ['china'], words: { china: ['China', 'Chinese'] } });
  });

  it('leaves out what is not known', () => {
    const { message } = writeMachine({ article: { id: 'x', title: 'A' }, tags: [] });
    expect(JSON.parse(message)).toEqual({ article: { id: 'x', title: 'A' }, tags: [], words: {} });
  });

  it('is not fooled by the name of a tag', () => {
    const { message } = writeMachine({ article, tags: [{ tag: '__proto__', words: ['a'] }] });
    expect(message).toContain('"words":{"__proto__":["a"]}');
  });

  const huge = (tags: number, words: number, size: number, tagSize = size) =>
    Array.from({ length: tags }, (_, i) => ({
      tag: `${i} ${'t'.repeat(tagSize)}`,
      words: Array.from({ length: words }, (_, j) => `"${j}\u0001 ${'ж'.repeat(size)}`),
    }));

  for (const [what, tags] of [
    ['many words', huge(3, 5_000, 50)],
    ['many tags', huge(5_000, 5, 50)],
    ['long words', huge(2, 4, 100_000, 9)],
    ['both', huge(500, 500, 100)],
  ] as const) {
    it(`stays below SNS's 256 KB: ${what}`, () => {
      const long = {
        ...article,
        title: 'ж '.repeat(10_000),
        source: '\u0001'.repeat(9_999),
        url: `https://x.example/${'p'.repeat(20_000)}`,
      };
      const made = writeMachine({ article: long, tags: [...tags] });
      const bytes =
        Buffer.byteLength(made.message) + Buffer.byteLength(JSON.stringify(made.tags)) + 'tagsString.Array'.length;
      expect(bytes).toBeLessThan(256 * 1024);
      const parsed = JSON.parse(made.message);
      expect(parsed.cut).toBe(true);
      expect(parsed.tags).toEqual(made.tags);
      expect(made.tags.length).toBeGreaterThan(0);
    });
  }
});
