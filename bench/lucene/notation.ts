import type { ArticleText } from '../../core/matcher/index.ts';
import { isRun, type Operand, type Query, type TermQuery, words } from '../../core/query/index.ts';

/**
 * What MonitorBench.java reads: a rule a line in prefix notation, with how many follow.
 *
 *     & 3 china | 2 raid arrest ! " 2 bone china        china AND (raid OR arrest) AND NOT "bone china"
 *     ~ 8 1 china 2 raid arrest                         china NEAR/8 (raid OR arrest)
 *
 * A word in Chinese is its pairs of characters at successive positions, which the articles have as tokens too: that is what a Lucene
 * of Chinese text would hold (CJKBigramFilter), and most words are one token of it.
 */
export function notationOf(query: Query): string {
  switch (query.kind) {
    case 'word':
    case 'phrase':
      return term(query);
    case 'and':
      return `& ${query.parts.length} ${query.parts.map(notationOf).join(' ')}`;
    case 'or':
      return `| ${query.parts.length} ${query.parts.map(notationOf).join(' ')}`;
    case 'not':
      return `! ${notationOf(query.part)}`;
    case 'near': {
      const [link] = query.links;
      if (query.operands.length !== 2 || link === undefined || link.ordered) break;
      return `~ ${link.within} ${query.operands.map(list).join(' ')}`;
    }
  }
  throw new TypeError(`The bench makes no such rule: ${JSON.stringify(query)}`);
}

function term(query: TermQuery): string {
  const tokens = tokensOf(query);
  return tokens.length === 1 ? tokens[0]! : `" ${tokens.length} ${tokens.join(' ')}`;
}

/** The tokens that a term looks for, at successive positions. */
export function tokensOf(query: TermQuery): string[] {
  if (query.kind === 'prefix') throw new TypeError(`The bench makes no prefixes: ${query.prefix}*`);
  const all = query.kind === 'word' ? [query.word] : query.words;
  return all.flatMap((word) => (isRun(word) ? pairsOf([...word]) : [word]));
}

function pairsOf(characters: string[]): string[] {
  return characters.length === 1
    ? characters
    : characters.slice(1).map((character, index) => characters[index] + character);
}

function list({ terms, exceptions }: Operand): string {
  const tokens = terms.map(tokensOf);
  if (exceptions.length > 0 || tokens.some(({ length }) => length > 1))
    throw new TypeError('NEAR of single words only');
  return `${terms.length} ${tokens.join(' ')}`;
}

/** An article's words a line: `+` before a word that is where the last one is, `|` between the headline and the text. */
export function tokenLine({ title, text }: ArticleText): string {
  return [...tokens(title), '|', ...tokens(text)].join(' ');
}

/** Distinct tokens of an article, for counting in how many articles each is. */
export function distinctTokens({ title, text }: ArticleText): Set<string> {
  return new Set([...tokens(title), ...tokens(text)].filter((token) => token !== '+'));
}

function* tokens(text: string): Generator<string> {
  const all = words(text);
  for (const [index, { word, end, position }] of all.entries()) {
    if (index > 0 && position === all[index - 1]!.position) yield '+';
    yield word;
    const next = all[index + 1];
    if (next?.start === end && isRun(word) && isRun(next.word)) yield* ['+', word + next.word];
  }
}
