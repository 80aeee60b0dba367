/**
 * What npm has for finding many words in a text, beside Bellwire, on what all of them can do: which of so many rules, each a word or
 * a list of words, does an article hold? In ASCII only, since most know no more; the text is put into lower case within the time.
 * They are installed in bench/peers, and nothing else needs them.
 *
 *     node bench/peers.ts [--seconds 1] [--articles 100]        a line of JSON for each set of rules, progress on stderr
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type ArticleText, buildIndex } from '../core/matcher/index.ts';
import type { Query } from '../core/query/index.ts';
import { middle } from './report.ts';
import { english } from './shapes/english.ts';
import { Random } from './shapes/random.ts';

/** How one of them did. Times in seconds for one article; undefined where it could not, or took more than a second. */
export interface PeerFigure {
  name: string;
  version: string;
  buildSeconds?: number;
  seconds?: number;
  why?: string;
}

export interface PeersFigures {
  rules: string;
  matches: number;
  figures: PeerFigure[];
}

/** Answers which of the words stand in a text in lower case, as words of their own. Some come more than once. */
type Finder = (text: string) => Iterable<string>;

const requirePeer = createRequire(join(import.meta.dirname, 'peers/package.json'));

const PEERS: { name: string; module?: string; finder(peer: never, words: string[]): Finder }[] = [
  {
    name: 'RegExp',
    finder: (_: never, words) => {
      const pattern = new RegExp(alternation(words), 'g');
      return (text) => text.match(pattern) ?? [];
    },
  },
  {
    name: 're2-wasm',
    module: 're2-wasm',
    finder: ({ RE2 }: { RE2: new (pattern: string, flags: string) => RegExp }, words) => {
      const pattern = new RE2(alternation(words), 'gu');
      return function* (text) {
        pattern.lastIndex = 0;
        for (let found = pattern.exec(text); found; found = pattern.exec(text)) yield found[0];
      };
    },
  },
  {
    name: 're2js',
    module: 're2js',
    finder: (
      { RE2JS }: { RE2JS: { compile(p: string): { matcher(t: string): { find(): boolean; group(): string } } } },
      words,
    ) => {
      const pattern = RE2JS.compile(alternation(words));
      return function* (text) {
        const matcher = pattern.matcher(text);
        while (matcher.find()) yield matcher.group();
      };
    },
  },
  {
    name: 'modern-ahocorasick',
    module: 'modern-ahocorasick',
    finder: (
      Automaton: new (w: string[]) => { search(t: string): { pattern: string; start: number; end: number }[] },
      words,
    ) => {
      const automaton = new Automaton(words);
      return function* (text) {
        for (const { pattern, start, end } of automaton.search(text)) if (stands(text, start, end)) yield pattern;
      };
    },
  },
  {
    name: '@monyone/aho-corasick',
    module: '@monyone/aho-corasick/fast',
    finder: (
      peer: {
        AhoCorasick: new (w: string[]) => { matchInText(t: string): { keyword: string; begin: number; end: number }[] };
      },
      words,
    ) => {
      const automaton = new peer.AhoCorasick(words);
      return function* (text) {
        for (const { keyword, begin, end } of automaton.matchInText(text)) if (stands(text, begin, end)) yield keyword;
      };
    },
  },
  {
    name: 'ahocorasick',
    module: 'ahocorasick',
    finder: (peer: new (w: string[]) => { search(t: string): [number, string[]][] }, words) => {
      const automaton = new peer(words);
      return function* (text) {
        for (const [last, found] of automaton.search(text)) {
          for (const word of found) if (stands(text, last + 1 - word.length, last + 1)) yield word;
        }
      };
    },
  },
];

/** Longer words first, so that none hides behind its beginning. */
function alternation(words: readonly string[]): string {
  return `\\b(?:${words.toSorted((a, b) => b.length - a.length).join('|')})\\b`;
}

function stands(text: string, start: number, end: number): boolean {
  return !isWordUnit(text.charCodeAt(start - 1)) && !isWordUnit(text.charCodeAt(end));
}

function isWordUnit(unit: number): boolean {
  return (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x30 && unit <= 0x39);
}

const language = english({ plain: true });

/** Rules of one word each, or of lists of 20 to 40. */
function rulesOf(count: number, list: boolean): string[][] {
  const random = new Random(`peers ${list}`);
  return Array.from({ length: count }, () => {
    const words = new Set<string>();
    const size = list ? random.between(20, 41) : 1;
    while (words.size < size) words.add(language.words[random.rank(200, language.words.length)]!);
    return [...words];
  });
}

function queryOf(words: string[]): Query {
  const parts = words.map((word): Query => ({ kind: 'word', word }));
  return parts.length === 1 ? parts[0]! : { kind: 'or', parts };
}

type Ask = (article: ArticleText) => ArrayLike<number>;

/** From the words that a peer finds to the rules that have them. */
function rulesFound(finder: Finder, rules: readonly string[][]): Ask {
  const rulesOfWord = new Map<string, number[]>();
  for (const [ordinal, words] of rules.entries()) {
    for (const word of words) {
      const has = rulesOfWord.get(word);
      if (has) has.push(ordinal);
      else rulesOfWord.set(word, [ordinal]);
    }
  }
  return ({ title, text }) => {
    const met = new Set<number>();
    for (const word of new Set(finder(`${title}\n${text}`.toLowerCase()))) {
      for (const ordinal of rulesOfWord.get(word)!) met.add(ordinal);
    }
    return [...met];
  };
}

function time(ask: Ask, articles: readonly ArticleText[], seconds: number): number {
  const start = performance.now();
  let asked = 0;
  do {
    for (const article of articles) ask(article);
    asked += articles.length;
  } while (performance.now() - start < seconds * 1000);
  return (performance.now() - start) / 1000 / asked;
}

function compete(name: string, rules: string[][], articles: ArticleText[], seconds: number): PeersFigures {
  const words = [...new Set(rules.flat())];
  const index = buildIndex(rules.map((list, ordinal) => ({ id: String(ordinal), query: queryOf(list) })));
  const ours: Ask = (article) => index.match(article);
  const expected = articles.map((article) => index.match(article).slice().sort().join(' '));
  const figures: PeerFigure[] = [{ name: 'Bellwire', version: '' }];
  const contestants: { figure: PeerFigure; ask: Ask; seen: number[] }[] = [
    { figure: figures[0]!, ask: ours, seen: [] },
  ];
  for (const { name: peerName, module, finder } of PEERS) {
    const figure: PeerFigure = { name: peerName, version: '' };
    figures.push(figure);
    try {
      const peer = module ? requirePeer(module) : undefined;
      const { dependencies } = requirePeer('./package.json') as { dependencies: Record<string, string> };
      figure.version = dependencies[peerName] ?? `Node ${process.versions.node}`;
      const start = performance.now();
      const ask = rulesFound(finder(peer as never, words), rules);
      ask({ title: '', text: '' });
      figure.buildSeconds = (performance.now() - start) / 1000;
      for (const [number, article] of articles.entries()) {
        const asked = performance.now();
        const answer = Uint32Array.from(ask(article)).sort().join(' ');
        if (answer !== expected[number]) throw new Error(`other answers than ours for article ${number}`);
        if (number > 0 && performance.now() - asked > 1000) throw new Error('more than a second an article');
      }
      contestants.push({ figure, ask, seen: [] });
    } catch (error) {
      figure.why = (error as Error).message.split('\n')[0]!.slice(0, 80);
    }
    console.error(`  ${name}, ${peerName}: ${figure.why ?? 'the same answers'}`);
  }
  for (let round = 0; round < 4; round++) {
    for (const { ask, seen } of contestants) seen.push(time(ask, articles, seconds));
  }
  // The first round is for warming.
  for (const { figure, seen } of contestants) figure.seconds = middle(seen.slice(1));
  const matches = expected.reduce((sum, line) => sum + (line === '' ? 0 : line.split(' ').length), 0);
  return { rules: name, matches: matches / articles.length, figures };
}

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '1' }, articles: { type: 'string', default: '100' } },
});
const articles = Array.from({ length: Number(values.articles) }, (_, number) => language.article(`timed ${number}`));
for (const [name, count, list] of [
  ['1,000 words', 1000, false],
  ['10,000 words', 10_000, false],
  ['1,000 lists of 20 to 40 words', 1000, true],
] as const) {
  console.log(JSON.stringify(compete(name, rulesOf(count, list), articles, Number(values.seconds))));
}
