import type { ArticleInput, CleanedArticle } from './article.ts';
import { cutAtWord, hasWords, oneLine } from './characters.ts';
import { cleanStory, paragraphsOf } from './copy.ts';
import { readDate } from './date.ts';
import { readPage } from './page.ts';
import { readUrl } from './url.ts';

/** A headline longer than this is cut at a word: no alert can show more. In UTF-16 units. */
export const MAX_TITLE_LENGTH = 300;
const MAX_NAME_LENGTH = 200;
/** Read of a title at all: enough to know a headline of 10,000 characters again on top of its text. */
const MAX_READ_TITLE_LENGTH = 12_000;

/** A plausible BCP 47 tag in its canonical case (`en-gb` and `en_GB` are `en-GB`), or undefined for what is none. */
export function readLanguage(lang: string): string | undefined {
  const tag = lang.trim().replaceAll('_', '-');
  // Language subtags of more than three letters are only reserved: `english` is a word, no tag.
  if (tag.length > 35 || !/^[a-z]{2,3}(?:-|$)/i.test(tag)) return undefined;
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    return undefined;
  }
}

/**
 * Cleans an article: of a page its story by Readability and what it says of itself, of a text copied off a page its
 * one headline and its story to the last paragraph; of both no other stories' headlines and nothing of the page's furniture
 * (furniture.ts), no characters that cannot be seen. What was given (`title`, `source`, …) goes before what the page says,
 * but its own address, where it is to be believed, before the one given. Text goes before html where both are given.
 *
 * `title` is one line of at most 300 characters, made from the first sentence where there is none; `text` is paragraphs
 * of one line, parted by a blank line. Either may be empty. An address, date or language that cannot be read is left out
 * (admit.ts refuses it before). Never throws. Cleaning what was cleaned changes neither title nor text.
 */
export function cleanArticle(input: ArticleInput): CleanedArticle {
  const given = readUrl(input.url ?? '');
  const givenUrl = given.ok ? given.url : undefined;
  const page = input.html !== undefined && hasWords(input.html) ? readPage(input.html, givenUrl) : undefined;
  const own = paragraphsOf(input.text ?? '');
  const paragraphs = own.length > 0 ? own : (page?.paragraphs ?? []);
  const givenTitle = oneLine((input.title ?? '').slice(0, MAX_READ_TITLE_LENGTH));
  const story = cleanStory(paragraphs, hasWords(givenTitle) ? givenTitle : (page?.title ?? ''));

  const url = page?.url ?? givenUrl;
  const source = nameIn(input.source) ?? nameIn(page?.source);
  const author = nameIn(input.author) ?? nameIn(page?.author) ?? nameIn(story.author);
  const section = nameIn(input.section) ?? nameIn(page?.section);
  const date = readDate(input.publishedAt ?? '');
  const publishedAt = date.ok ? date.iso : page?.publishedAt;
  const lang = readLanguage(input.lang ?? '') ?? readLanguage(page?.lang ?? '');
  return {
    // A line of marks alone is no headline.
    title: hasWords(story.title) ? cutAtWord(story.title, MAX_TITLE_LENGTH) : '',
    text: story.text,
    ...(url === undefined ? {} : { url }),
    ...(source === undefined ? {} : { source }),
    ...(author === undefined ? {} : { author }),
    ...(section === undefined ? {} : { section }),
    ...(publishedAt === undefined ? {} : { publishedAt }),
    ...(lang === undefined ? {} : { lang }),
  };
}

function nameIn(text: string | undefined): string | undefined {
  const line = cutAtWord(oneLine(text ?? ''), MAX_NAME_LENGTH);
  return hasWords(line) ? line : undefined;
}
