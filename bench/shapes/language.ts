import type { ArticleText } from '../../core/matcher/index.ts';

/** Text that is made up, but has the measure of a language: its letters, its marks, and how often its words come. */
export interface Language {
  readonly name: 'English' | 'Chinese';
  /** Words as a query holds them (folded), commonest first. */
  readonly words: readonly string[];
  /** Words that often follow each other, as names do, commonest first. Empty where phrases mean nothing. */
  readonly pairs: readonly (readonly [string, string])[];
  /** An article of about `length` words (English) or of as many bytes as an English one (Chinese). The same name, the same article. */
  article(name: string, length?: number): ArticleText;
}
