import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { admitArticle, type CleanedArticle, cleanArticle, identify, readInput } from '../../core/article/index.ts';
import cases from './article-cases.json' with { type: 'json' };
import dates from './article-dates.json' with { type: 'json' };
import refusals from './article-refusals.json' with { type: 'json' };

/** UPDATE_GOLDEN=1 writes the files anew: read the difference before it is kept. */
const update = process.env.UPDATE_GOLDEN === '1';
const golden = new URL('../golden/articles/', import.meta.url);
const samples = new URL('../../samples/', import.meta.url);
const fixtures = new URL('from/', golden);

function printed({ title, text, ...rest }: CleanedArticle): string {
  const facts = Object.entries(rest).map(([name, value]) => `${name}: ${value}\n`);
  return `${title}\n\n${text}\n\n--\n${facts.join('')}`;
}

function admitted(input: unknown) {
  const read = admitArticle(input);
  if (!read.ok) throw new Error(read.reason);
  return read.article;
}

function inputsOf(file: URL, name: string) {
  const { inputs, errors } = readInput(readFileSync(file), name);
  expect(errors).toEqual([]);
  return inputs;
}

describe('cleaned articles, as a person reads them', () => {
  const files = [
    ...readdirSync(fixtures).map((name) => ({ name, file: new URL(name, fixtures) })),
    ...readdirSync(samples)
      .filter((name) => !['tags.json', 'subscribers.json'].includes(name) && /\.(?:txt|html|json)$/.test(name))
      .map((name) => ({ name, file: new URL(name, samples) })),
  ];
  const written = new Set<string>();
  for (const { name, file } of files) {
    it(name, () => {
      for (const [i, { input }] of inputsOf(file, name).entries()) {
        const goldenName = `${name.replace(/\.txt$/, '')}${i === 0 ? '' : `.${i}`}.txt`;
        expect(written.has(goldenName)).toBe(false);
        written.add(goldenName);
        const path = new URL(goldenName, golden);
        const text = printed(admitted(input));
        if (update) {
          mkdirSync(golden, { recursive: true });
          writeFileSync(path, text);
        }
        expect(existsSync(path), `${goldenName} is missing: UPDATE_GOLDEN=1 writes it`).toBe(true);
        expect(text).toBe(readFileSync(path, 'utf8'));
      }
    });
  }

  it('has no golden file that nothing makes', () => {
    expect(
      readdirSync(golden)
        .filter((name) => name !== 'from')
        .sort(),
    ).toEqual([...written].sort());
  });

  it('cleans what it cleaned to the same title, text and id', () => {
    for (const { name, file } of files) {
      for (const { input } of inputsOf(file, name)) {
        const { id, ...once } = admitted(input);
        const twice = cleanArticle(once);
        expect(twice).toEqual(once);
        expect(identify(twice)).toBe(id);
      }
    }
  });
});

describe('cleanArticle', () => {
  for (const { why, input, expected } of cases) {
    it(why, () => {
      expect(cleanArticle(input as Record<string, string>)).toMatchObject(expected);
    });
  }

  it('cuts a headline of 10,000 characters at a word, and knows it again above the text', () => {
    const headline = 'Flood '.repeat(1667).trim();
    const { title, text } = cleanArticle({ title: headline, text: `${headline}\n\nThe water rose.` });
    expect(title).toMatch(/^(?:Flood )+Flood…$/);
    expect(title.length).toBeLessThanOrEqual(300);
    expect(title.length).toBeGreaterThan(280);
    expect(text).toBe('The water rose.');
  });

  it('cuts the names of authors and sections at 200 characters', () => {
    const { author, section } = cleanArticle({
      title: 'Dam',
      author: 'Doe '.repeat(100),
      section: 'Sport '.repeat(100),
    });
    expect([author, section]).toEqual([expect.stringMatching(/Doe…$/), expect.stringMatching(/Sport…$/)]);
    expect(Math.max(author!.length, section!.length)).toBeLessThanOrEqual(200);
  });

  it('never cuts inside a character', () => {
    const { title } = cleanArticle({ title: `a${'👩‍👩‍👧'.repeat(100)}` });
    expect(title.length).toBeLessThanOrEqual(300);
    expect(title.isWellFormed()).toBe(true);
    expect(title).toMatch(/👧…$/u);
  });

  it('believes a canonical link on the same host only, and no home page or section', () => {
    const page = (link: string) =>
      `<html><head><link rel="canonical" href="${link}"></head><body><p>A story.</p></body></html>`;
    const url = 'https://www.post.example/city/bridge-closes-for-nights?x=1';
    const urlOf = (link: string) => cleanArticle({ html: page(link), url }).url;
    expect(urlOf('https://post.example/city/bridge-closes-for-nights')).toBe(
      'https://post.example/city/bridge-closes-for-nights',
    );
    expect(urlOf('https://other.example/city/bridge')).toBe(url);
    expect(urlOf('https://www.post.example/')).toBe(url);
    expect(urlOf('https://www.post.example/city')).toBe(url);
    expect(urlOf('/city/bridge-closes')).toBe(url);
    expect(urlOf('javascript:alert(1)')).toBe(url);
  });

  it('takes what was given before what the page says', () => {
    const html =
      '<html lang="de"><head><title>Theirs</title><meta property="og:site_name" content="Their site"><meta name="author" content="Them"><meta property="article:section" content="Their section"><meta property="article:published_time" content="2020-01-01"></head><body><p>A story of some words.</p></body></html>';
    const theirs = {
      source: 'Their site',
      author: 'Them',
      section: 'Their section',
      publishedAt: '2020-01-01T00:00:00.000Z',
      lang: 'de',
    };
    expect(cleanArticle({ html })).toMatchObject({ title: 'Theirs', ...theirs });
    const ours = { title: 'Ours', source: 'We', author: 'I', section: 'Ours too', lang: 'en' };
    expect(cleanArticle({ html, ...ours, publishedAt: '2021-01-01' })).toMatchObject({
      ...ours,
      publishedAt: '2021-01-01T00:00:00.000Z',
    });
  });
});

describe('identify', () => {
  it('is sixteen characters of Crockford’s base 32', () => {
    expect(identify({ title: 'A', text: 'b' })).toMatch(/^[0-9a-hjkmnp-tv-z]{16}$/);
  });

  it('is the same in another section, and by another author', () => {
    const article = { title: 'Dam breaks', text: 'Nobody had slept.' };
    const { id } = admitted(article);
    expect(admitted({ ...article, section: 'World', author: 'Jane Doe' })).toMatchObject({ id, section: 'World' });
  });

  it('stays what it is: ledgers hold it', () => {
    expect(identify({ title: 'A', text: 'b', url: 'https://post.example/a' })).toBe('7wzjq1e56edyfjqp');
    expect(identify({ title: 'A', text: 'b' })).toBe('rfwxny1576cs0bs0');
  });

  it('takes http and https, and any title and text, for one article', () => {
    const id = identify({ title: 'A', text: 'b', url: 'https://post.example/a' });
    expect(identify({ title: 'C', text: 'd', url: 'http://Post.example/a/?utm_source=x' })).toBe(id);
    expect(identify({ title: 'A', text: 'b', url: 'https://post.example/b' })).not.toBe(id);
  });

  it('takes quotes, dashes, case and spaces typed anew for one article', () => {
    const id = identify({ title: '‘Safe’ dam – for now', text: 'It is “full”.\n\nIt’s old.' });
    expect(identify({ title: "'safe' dam - for now", text: 'It is "full". It\'s  old.' })).toBe(id);
    expect(identify({ title: 'Safe dam – for now', text: 'It is full. It is old.' })).not.toBe(id);
  });
});

describe('admitArticle', () => {
  for (const { why, input, reason } of refusals) {
    it(`refuses ${why}`, () => {
      expect(admitArticle(input)).toEqual({ ok: false, reason });
    });
  }

  it('refuses a cleaned text over 512 KiB with its size', () => {
    const text = 'Some words of a sentence.\n\n'.repeat(20_000);
    expect(admitArticle({ title: 'Long', text })).toEqual({
      ok: false,
      reason: 'its cleaned text has 528 KiB; the most is 512 KiB',
    });
    expect(admitArticle({ title: 'Long', text: text.slice(0, 500_000) }).ok).toBe(true);
  });

  it('takes a title alone, a text alone, blank and unknown fields', () => {
    expect(admitted({ title: 'Dam breaks' })).toMatchObject({ title: 'Dam breaks', text: '' });
    expect(admitted({ text: 'The dam broke at night. Nobody slept.' })).toMatchObject({
      title: 'The dam broke at night',
    });
    expect(admitted({ title: 'Dam breaks', url: ' ', lang: null, source: '', guid: 7 })).toEqual({
      id: expect.any(String),
      title: 'Dam breaks',
      text: '',
    });
  });

  it('refuses what is no object', () => {
    for (const [input, what] of [
      [undefined, 'nothing'],
      [7, 'a number'],
      [[], 'an array'],
      [true, 'true'],
      [null, 'null'],
      ['x', 'a text'],
    ]) {
      expect(admitArticle(input)).toEqual({
        ok: false,
        reason: `an article is an object with a title, a text or html, not ${what}`,
      });
    }
  });

  for (const { date, iso } of dates) {
    it(`reads ${date} as ${iso ?? 'no date'}`, () => {
      const read = admitArticle({ title: 'Dam breaks', publishedAt: date });
      if (iso === null) {
        expect(read).toEqual({
          ok: false,
          reason: `publishedAt: “${date}” is no date: write it like 2021-07-19T10:30:00Z`,
        });
      } else expect(read).toMatchObject({ ok: true, article: { publishedAt: iso } });
    });
  }
});
