import { describe, expect, test } from 'vitest';
import {
  type ArticleText,
  AUTHOR,
  hostsOf,
  langOf,
  Reading,
  SECTION,
  SECTIONS,
  TEXT,
  TITLE,
} from '../../core/matcher/reading.ts';

const article = (given: Partial<ArticleText>): ArticleText => ({ title: '', text: '', ...given });
const label = 'a'.repeat(49);
/** Of 253 characters. */
const longest = `${`${label}.`.repeat(5)}com`;

describe('the hosts of an article', () => {
  test.each([
    { given: { url: 'https://www.BBC.co.uk./1' }, hosts: ['www.bbc.co.uk'], why: 'lower case, no dot at the end' },
    { given: { url: 'https://bbc.co.uk/1', source: 'bbc.co.uk' }, hosts: ['bbc.co.uk'], why: 'each once' },
    { given: { source: 'The Port News' }, hosts: [], why: 'a title is no host' },
    { given: { source: 'bücher.example' }, hosts: ['xn--bcher-kva.example'], why: 'in ASCII' },
    { given: { source: longest }, hosts: [longest], why: '253 characters' },
    { given: { source: `${longest}.` }, hosts: [longest], why: '253 characters and the dot at the end' },
    { given: { source: `a${longest}` }, hosts: [], why: '254 characters' },
    { given: { url: `https://${longest}/` }, hosts: [longest], why: 'of a URL, 253 characters' },
    { given: { url: `https://a${longest}/` }, hosts: [], why: 'of a URL, 254 characters' },
    { given: { url: `https://${'a.'.repeat(100_000)}com/` }, hosts: [], why: 'no host has so many labels' },
    { given: { source: `${'ü.'.repeat(100_000)}com` }, hosts: [], why: 'nor has a source' },
  ])('$hosts: $why', ({ given, hosts }) => {
    expect(hostsOf(article(given))).toEqual(hosts);
    expect(new Reading(article(given)).hosts).toEqual(hosts);
  });
});

describe('the language of an article', () => {
  test.each([
    { lang: 'EN-gb', expected: 'en-gb', why: 'in lower case' },
    { lang: undefined, expected: '', why: 'not known' },
    { lang: '', expected: '', why: 'not said' },
    { lang: `en-x-${'a'.repeat(30)}`, expected: `en-x-${'a'.repeat(30)}`, why: '35 characters' },
    { lang: `en-x-${'a'.repeat(31)}`, expected: '', why: '36 characters' },
    { lang: `en${'-a'.repeat(100_000)}`, expected: '', why: 'no tag is so long' },
  ])('$expected: $why', ({ lang, expected }) => {
    expect(langOf(article({ lang }))).toBe(expected);
    expect(new Reading(article({ lang })).isIn('en')).toBe(expected.startsWith('en'));
  });
});

test('the sections have their indexes', () => {
  expect([TITLE, TEXT, AUTHOR, SECTION].map((i) => SECTIONS[i])).toEqual(['title', 'text', 'author', 'section']);
});
