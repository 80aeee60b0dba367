import { readFileSync } from 'node:fs';
import type { ArticleText } from '../core/matcher/index.ts';
import { isRun } from '../core/query/index.ts';
import { chinese } from './shapes/chinese.ts';
import { english } from './shapes/english.ts';
import type { Language } from './shapes/language.ts';

export type LanguageName = Language['name'];

/** How many articles the engines may count words in, none of which is timed. */
export const COUNTED = 2000;

const made = new Map<LanguageName, Language>();

export function languageOf(name: LanguageName): Language {
  let language = made.get(name);
  if (language === undefined) {
    language = name === 'English' ? english() : chinese(languageOf('English'));
    made.set(name, language);
  }
  return language;
}

/** The articles that are timed. */
export function timedArticles(name: LanguageName, count: number, length?: number): ArticleText[] {
  return Array.from({ length: count }, (_, number) => languageOf(name).article(`timed ${number}`, length));
}

/** The articles whose words are counted for the engines: other ones. */
export function countedArticles(name: LanguageName): ArticleText[] {
  return Array.from({ length: COUNTED }, (_, number) => languageOf(name).article(`counted ${number}`));
}

/** The share of articles that hold a word, from the file that Lucene has its weights from. A word never seen is rarer than any seen. */
export function frequenciesFrom(file: string): (word: string) => number {
  const counts = new Map<string, number>();
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const blank = line.indexOf(' ');
    counts.set(line.slice(0, blank), Number(line.slice(blank + 1)));
  }
  const share = (token: string) => (counts.get(token) ?? 0.3) / COUNTED;
  return (word) => {
    const characters = isRun(word) ? [...word] : [];
    if (characters.length < 2) return share(word);
    // The file has pairs of characters.
    return Math.min(...characters.slice(1).map((character, index) => share(characters[index] + character)));
  };
}
