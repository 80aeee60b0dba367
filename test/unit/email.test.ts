import { describe, expect, it } from 'vitest';
import { writeEmail } from '../../core/alert/index.ts';
import type { Matched } from '../../core/ledger/send.ts';

const links = {
  read: 'https://x.example/a',
  stop: 'https://b.example/u?t=s',
  manage: 'https://b.example/manage?t=s',
  both: 'https://b.example/a/s',
};
const china: Matched = { tag: 'china', watch: 'china', words: ['China'] };
type Article = Parameters<typeof writeEmail>[0]['article'];
const email = (article: Partial<Article>, matched: Matched[] = [china]) =>
  writeEmail({ article: { title: 'Bridge falls', text: 'It fell. Nobody was on it.', ...article }, matched, links });
const line = (text: string, n: number) => text.split('\n')[n];

describe('subject', () => {
  it('is the headline', () => expect(email({}).subject).toBe('Bridge falls'));

  it('has at most 99 characters, cut at a word', () => {
    const exact = `${'a'.repeat(49)} ${'b'.repeat(49)}`;
    expect(email({ title: exact }).subject).toBe(exact);
    expect(email({ title: `${exact}b` }).subject).toBe(`${'a'.repeat(49)}…`);
    expect(email({ title: 'x'.repeat(500) }).subject).toBe(`${'x'.repeat(98)}…`);
  });

  it('counts UTF-16 units and never splits a character', () => {
    const { subject } = email({ title: `News ${'👨‍👩‍👧'.repeat(40)}` });
    expect(subject.length).toBeLessThan(100);
    expect(subject.isWellFormed()).toBe(true);
    expect(subject).not.toContain('\u200d…');
  });

  it('begins with a letter, number or punctuation mark', () => {
    expect(email({ title: '🎉 Party' }).subject).toBe('News: 🎉 Party');
    expect(email({ title: '£5bn for bridges' }).subject).toBe('News: £5bn for bridges');
    expect(email({ title: '“Quite” so' }).subject).toBe('“Quite” so');
    expect(email({ title: '维尔马港' }).subject).toBe('维尔马港');
  });

  it('is never empty', () => {
    expect(email({ title: '\u202e\r\n' }).subject).toBe('Bellwire: china');
    expect(email({ title: '' }, []).subject).toBe('Bellwire: a new article');
  });
});

describe('source and time', () => {
  it('says only what is known', () => {
    const second = (article: Partial<Article>) => line(email(article).text, 1);
    const url = 'https://www.x.example/a';
    expect(second({ source: 'Courier', publishedAt: '2021-07-19T16:20:59.000Z' })).toBe(
      'Courier · 19 July 2021, 16:20 UTC',
    );
    expect(second({ url, publishedAt: '2021-07-19T06:05:00+02:00' })).toBe('x.example · 19 July 2021, 04:05 UTC');
    expect(second({ url })).toBe('x.example');
    expect(second({ source: 'Courier', publishedAt: 'nonsense' })).toBe('Courier');
    expect(second({ source: 'Courier', publishedAt: '2021-07-19' })).toBe('Courier · 19 July 2021');
    const { read, ...noRead } = links;
    const bare = writeEmail({ article: { title: 'A', text: 'B.' }, matched: [], links: noRead }).text;
    expect(bare).toBe(`A\n\nB.\n\nChange what you watch: ${links.manage}\nStop: ${links.stop}`);
  });
});

describe('two sentences', () => {
  const summary = (text: string) => email({ source: 'Courier', text }).text.split('\n\n')[1];

  it('are the first two, over paragraphs', () => {
    expect(summary('One.\n\nTwo is here. Three.')).toBe('One. Two is here.');
    expect(summary('Only one')).toBe('Only one');
    expect(summary('第一句。第二句。第三句。')).toBe('第一句。第二句。');
  });

  it('do not end at a title or an initial', () => {
    expect(summary('Mr. J. Doe of the U.S. Navy spoke. He was brief. He left.')).toBe(
      'Mr. J. Doe of the U.S. Navy spoke. He was brief.',
    );
  });

  it('end where a paragraph does', () => expect(summary('By Dr.\n\nOne. Two.')).toBe('By Dr. One.'));

  it('are cut at 400 characters', () => {
    const first = `${'word '.repeat(60).trim()}.`;
    const second = `More ${'more '.repeat(59).trim()}.`;
    const shown = summary(`${first} ${second}`) ?? '';
    expect(shown.length).toBeLessThanOrEqual(400);
    expect(shown).toMatch(/^word .* word\. More more .* more…$/);
    expect(summary(`${'long '.repeat(76).trim()}. ${second}`)).toBe(`${'long '.repeat(76).trim()}.`);
    expect(summary('x'.repeat(900_000))).toBe(`${'x'.repeat(399)}…`);
  });
});

describe('what matched', () => {
  const matchedLine = (matched: Matched[]) =>
    email({}, matched)
      .text.split('\n')
      .find((l) => l.startsWith('Matched'));
  const watching = (matched: Matched[]) =>
    email({}, matched)
      .text.split('\n')
      .find((l) => l.startsWith('You get'));

  it('names each tag once with its words', () => {
    const twice = [china, { tag: 'cyber', watch: 'cyber*', words: [] }, { ...china, words: ['China', 'Chinese'] }];
    expect(matchedLine(twice)).toBe('Matched: china (China, Chinese) · cyber');
    expect(watching(twice)).toBe('You get this because you watch china and cyber*.');
  });

  it('is bounded', () => {
    const many = Array.from({ length: 500 }, (_, i) => ({
      tag: `tag ${i}`,
      watch: `tag ${i}`,
      words: Array.from({ length: 500 }, (_, j) => `word ${j} ${'x'.repeat(1000)}`),
    }));
    expect(matchedLine(many)).toMatch(/word 4…, word 5…, …\) · 492 more$/);
    expect(watching(many)).toMatch(/tag 7 and 492 more\.$/);
    expect(email({}, many).text.length).toBeLessThan(8_000);
  });
});

describe('links', () => {
  it('go by our own page where a URL is too long to be clicked', () => {
    const read = `https://x.example/?${'p'.repeat(3000)}`;
    const { text } = writeEmail({ article: { title: 'A', text: 'B.' }, matched: [], links: { ...links, read } });
    expect(text).toContain(`Read: ${links.both}\n`);
  });

  it('are http or https', () => {
    const { text } = writeEmail({
      article: { title: 'A', text: 'B.' },
      matched: [],
      links: { ...links, read: 'javascript:alert(1)' },
    });
    expect(text).not.toContain('Read:');
  });
});
