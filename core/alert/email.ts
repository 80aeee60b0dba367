import type { CleanedArticle } from '../article/article.ts';
import { cutAtWord, oneLine } from '../article/characters.ts';
import type { Matched } from '../ledger/send.ts';
import type { AlertLinks } from '../subscriber/links.ts';
import { hostOf, insteadOfHeadline, readableUrl } from './headline.ts';

export interface EmailText {
  subject: string;
  text: string;
}

/** SNS: "less than 100 characters long" (API reference, Publish). Counted in UTF-16 units, so that no way of counting is over. */
const longestSubject = 99;
const longestHeadline = 300;
const longestSource = 100;
const longestSummary = 400;
/** A second sentence of which less than this would stand is left out. */
const shortestScrap = 60;
/** What a mail program still makes a link of. A longer URL is reached by our own short page. */
const longestUrl = 2_000;
const mostTags = 8;
const mostWords = 6;
const longestWord = 60;

/**
 * The email of an alert, plain text, as SNS sends it. Only what is known stands in it:
 *
 *     headline
 *     source · 19 July 2021, 16:20 UTC
 *
 *     two sentences
 *
 *     Matched: china (China, Chinese) · cyber (cyber)
 *     Read: URL
 *
 *     You get this because you watch china and cyber.
 *     Change what you watch: URL
 *     Stop: URL
 *
 * The subject is the headline: fewer than 100 characters, one line, never empty, and it begins with a letter, number or
 * punctuation mark (an older rule of SNS, kept to be safe). Whatever the article holds, each of its parts stays on its own line, and the
 * whole is a few kilobytes (SNS stops at 256 KB).
 */
export function writeEmail({
  article,
  matched,
  links,
}: {
  article: Pick<CleanedArticle, 'title' | 'text' | 'source' | 'publishedAt' | 'url'>;
  matched: Matched[];
  links: AlertLinks;
}): EmailText {
  const headline = oneLine(article.title.slice(0, 4_000)) || cutAtWord(insteadOfHeadline(matched), longestHeadline);
  const read = readableUrl(links.read);
  const blocks = [
    [cutAtWord(headline, longestHeadline), origin(article, links)],
    [summary(article.text)],
    [matchedLine(matched), read === undefined ? '' : `Read: ${read.length > longestUrl ? links.both : read}`],
    [watching(matched), `Change what you watch: ${links.manage}`, `Stop: ${links.stop}`],
  ];
  const text = blocks
    .map((lines) => lines.filter(Boolean).join('\n'))
    .filter(Boolean)
    .join('\n\n');
  return { subject: subjectOf(headline), text };
}

function subjectOf(headline: string): string {
  const begins = /^[\p{L}\p{N}\p{P}]/u.test(headline);
  return cutAtWord(begins ? headline : `News: ${headline}`, longestSubject);
}

function origin(article: Pick<CleanedArticle, 'source' | 'publishedAt' | 'url'>, links: AlertLinks): string {
  const source = oneLine((article.source ?? '').slice(0, 400)) || hostOf(article.url ?? links.read) || '';
  return [cutAtWord(source, longestSource), article.publishedAt === undefined ? '' : when(article.publishedAt)]
    .filter(Boolean)
    .join(' · ');
}

const months = 'January February March April May June July August September October November December'.split(' ');

/** "19 July 2021, 16:20 UTC". Midnight to the millisecond is a date that came without a time: then the date alone. */
function when(iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return '';
  const day = `${at.getUTCDate()} ${months[at.getUTCMonth()]} ${at.getUTCFullYear()}`;
  if (at.getTime() % 86_400_000 === 0) return day;
  const two = (n: number) => String(n).padStart(2, '0');
  return `${day}, ${two(at.getUTCHours())}:${two(at.getUTCMinutes())} UTC`;
}

const sentences = new Intl.Segmenter('und', { granularity: 'sentence' });
/** Where UAX #29 ends a sentence and a reader does not: a title, or one capital letter ("U.S.", "J. Doe"). */
const goesOn = /(?:^|[^\p{L}])(?:\p{Lu}|Mr|Mrs|Ms|Dr|Prof|Gen|Sen|Rep|Gov|Lt|Col|Capt|Sgt|St|No|vs|Jr|Sr)\.\s*$/u;

/** The first two sentences of the story, at most 400 characters, cut at a word. */
function summary(text: string): string {
  // Four times the most that is shown: enough for white space and for what `oneLine` takes away.
  const start = text.slice(0, longestSummary * 4);
  const two: string[] = [];
  let current = '';
  for (const { segment } of sentences.segment(start)) {
    current += segment;
    if (goesOn.test(current) && !/\n\s*$/u.test(current)) continue;
    if (oneLine(current) !== '') two.push(current);
    current = '';
    if (two.length === 2) break;
  }
  if (two.length < 2) two.push(current);
  const first = oneLine(two[0] ?? '');
  // Joined as they stood: with a space, a new paragraph, or (Chinese) nothing between them.
  const both = oneLine(two.join(''));
  const hasRoom = both.length <= longestSummary || longestSummary - first.length >= shortestScrap;
  return cutAtWord(hasRoom ? both : first, longestSummary);
}

/** "Matched: china (China, Chinese) · cyber (cyber)". Two watches that met by one tag are one entry. */
function matchedLine(matched: Matched[]): string {
  const byTag = new Map<string, Set<string>>();
  for (const match of matched) {
    const tag = shortWord(match.tag);
    if (tag === '') continue;
    const words = byTag.get(tag) ?? new Set();
    byTag.set(tag, words);
    for (const word of match.words) if (words.size <= mostWords) words.add(shortWord(word));
  }
  if (byTag.size === 0) return '';
  const entries = [...byTag].slice(0, mostTags).map(([tag, words]) => {
    const shown = [...words].filter(Boolean);
    const list = shown.slice(0, mostWords).join(', ') + (shown.length > mostWords ? ', …' : '');
    return list === '' ? tag : `${tag} (${list})`;
  });
  if (byTag.size > mostTags) entries.push(`${byTag.size - mostTags} more`);
  return `Matched: ${entries.join(' · ')}`;
}

function watching(matched: Matched[]): string {
  const watches = [...new Set(matched.map((match) => shortWord(match.watch) || shortWord(match.tag)).filter(Boolean))];
  return watches.length === 0 ? '' : `You get this because you watch ${andList(watches, mostTags)}.`;
}

function shortWord(word: string): string {
  return cutAtWord(oneLine(word.slice(0, 400)), longestWord);
}

/** "a", "a and b", "a, b and c", "a, b and 3 more". */
function andList(items: string[], most: number): string {
  const shown = items.length > most ? [...items.slice(0, most), `${items.length - most} more`] : items;
  if (shown.length < 2) return shown.join('');
  return `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}
