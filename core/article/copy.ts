/**
 * Text copied off a page: its paragraphs, its one headline, and what of the page came along. The rules know lines and
 * sentences, no language: a sentence ends with a full stop or its like, a headline does not. In doubt a line stays: a
 * headline too many is a false alert at worst, a paragraph too few is a missed one.
 */
import { cutAtWord, fold, hasWords, linesOf } from './characters.ts';
import { readDate } from './date.ts';
import { furniture } from './furniture.ts';

export interface Paragraph {
  text: string;
  /** All of it is a link to elsewhere (pages only). */
  linked?: boolean;
  /** It is a heading below the first (pages only). */
  heading?: boolean;
}

/** A first line longer than this is no headline (the longest of real ones is about half). In UTF-16 units. */
const LONGEST_HEADLINE = 160;
/** A headline made from a first sentence. */
const LONGEST_MADE_TITLE = 120;
/** So far down the top of a page can reach before the story begins. In lines. */
const DEEPEST_TOP = 15;

const CLOSING = /["'”’»›)\]」』]+$/;
const HAN_OR_KANA = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}。、，」]/u;

function lastOf(text: string): string {
  return text.slice(-12).replace(CLOSING, '').trimEnd().slice(-1);
}

/** Ends as a sentence does; a paragraph that is a quotation from its first to its last character does so too. */
function endsSentence(text: string): boolean {
  return (
    /[.!?…。！？．।؟۔։]/.test(lastOf(text)) || (/^[“"„«「]/.test(text) && /[”"“»」]$/.test(text) && text.length > 30)
  );
}

/** Ends with a full stop, which a headline does not; `U.S.` and `…` are no full stop. */
function endsWithStop(text: string): boolean {
  if (!/[.。।۔։;,:]/.test(lastOf(text))) return false;
  return !/(?:\.\.\.|\b(?:\p{L}\.){2,})["'”’»›)\]]*$/u.test(text.slice(-20));
}

function wordCount(text: string): number {
  if (
    /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u.test(text)
  ) {
    // Without spaces two characters are about a word.
    return Math.ceil((text.match(/[\p{L}\p{N}]/gu) ?? []).length / 2);
  }
  return text.split(' ').filter(hasWords).length;
}

/** A paragraph of the story beyond doubt: a sentence, or too long for anything else. */
function isStory(text: string): boolean {
  return (
    text.length > LONGEST_HEADLINE || (endsWithStop(text) && /[.。।۔։]/.test(lastOf(text)) && wordCount(text) >= 3)
  );
}

/** An item of a list or a row of a table. */
function isListed(text: string): boolean {
  return /^(?:[-*•‣◦▪●·–—✓✔]\s|\d{1,3}[.)]\s|\p{L}[.)]\s)/u.test(text) || text.includes(' | ');
}

function looksLikeHeadline(text: string): boolean {
  return text.length <= LONGEST_HEADLINE && hasWords(text) && !endsWithStop(text) && !isListed(text);
}

/** `By Jane Doe`, `By Jane Doe and Wu Li in Geneva`: after the headline, every word but the small ones a name. */
function byline(text: string): string | undefined {
  const found = /^by:? (\S.{1,80})$/i.exec(text);
  if (!found || endsWithStop(text)) return undefined;
  const words = found[1]!.split(' ');
  const names = words.every((word) => /^\p{Lu}|^(?:and|for|in|of|de|van|von|der|al|bin|la|le|&|\||-|–)$/u.test(word));
  return names && words.length <= 9 ? found[1] : undefined;
}

/**
 * The paragraphs of a plain text. Blank lines part them; a text without any has one in each line. Several lines in one
 * block are one paragraph when they were wrapped at a column, else a paragraph each.
 */
export function paragraphsOf(text: string): Paragraph[] {
  const blocks: string[][] = [[]];
  for (const line of linesOf(text)) {
    if (line !== '') blocks[blocks.length - 1]!.push(line);
    else if (blocks[blocks.length - 1]!.length > 0) blocks.push([]);
  }
  const filled = blocks.filter((block) => block.length > 0);
  let column = 0;
  for (const block of filled) for (const line of block) column = Math.max(column, line.length);
  const wrappedText = filled.length > 1 && column >= 40 && column <= 100;
  return filled
    .flatMap((block, i) => {
      const wrapped = wrappedText && isWrapped(block, column);
      return wrapped || (i === 0 && isBrokenHeadline(block)) ? [unwrap(block)] : block;
    })
    .map((text) => ({ text }));
}

/** A headline set in two or three lines: none but its first begins as a headline does. */
function isBrokenHeadline(block: string[]): boolean {
  const [first = '', ...others] = block;
  return (
    others.length > 0 &&
    others.length < 3 &&
    looksLikeHeadline(first) &&
    others.every((line) => line.length < 80 && /^\p{Ll}/u.test(line) && !endsSentence(line) && !isListed(line))
  );
}

/** Each line is as long as it could be: the next one's first word would not have fitted. */
function isWrapped(block: string[], column: number): boolean {
  return block.every((line, i) => {
    const next = block[i + 1];
    return next === undefined || (!isListed(next) && line.length + 1 + next.split(' ', 1)[0]!.length > column);
  });
}

function unwrap(block: string[]): string {
  return block.reduce((whole, line) =>
    HAN_OR_KANA.test(whole.slice(-1)) && HAN_OR_KANA.test(line.slice(0, 1)) ? whole + line : `${whole} ${line}`,
  );
}

/** Of spellings that fold to the same, the one that a typesetter would choose. */
function bestSpelling(spellings: string[]): string {
  const score = (text: string) =>
    (text.match(/[‘’“”„«»–—…]/g) ?? []).length -
    (text.match(/['"`´]/g) ?? []).length -
    (/\p{Lu}/u.test(text) && !/\p{Ll}/u.test(text) ? 1000 : 0);
  return spellings.reduce((best, spelling) => (score(spelling) > score(best) ? spelling : best));
}

function same(foldedTitle: string, title: string, text: string): boolean {
  // NFKC can lengthen a text (ﷺ eighteenfold) but hardly a headline: beyond this they differ, and folding would cost.
  return text.length <= 2 * title.length + 40 && fold(text) === foldedTitle;
}

/** ` - Valley Times`, ` | post.example`: what a page's title has after its headline. Every word but the small ones a name. */
const SITE = /^ (?:[|·•»-]|–|—)(?: (?:\p{Lu}\S*|\S+\.\p{L}{2,}|of|the|and|&|for)){1,5}$/u;

/** Whether `text` is `headline` with the site's name after it. `China – Taiwan` is not: so short a front is no headline. */
function hasSite(text: string, headline: string): boolean {
  return (
    text.length > headline.length &&
    SITE.test(text.slice(headline.length, headline.length + 80)) &&
    same(fold(headline), headline, text.slice(0, headline.length)) &&
    wordCount(headline) > 2
  );
}

/** A headline for a text that has none: its first sentence, cut at a word. */
function madeTitle(text: string): string {
  const start = text.slice(0, 400);
  const stop =
    /(?<!\b(?:Mr|Mrs|Ms|Dr|Prof|St|Gen|Sen|Rep|Gov|Lt|Col|No|vs|\p{Lu})(?=\.))[.!?…](?=["”’»)]* +["“‘«]?[\p{Lu}\p{Lo}\p{N}])|[。！？।۔։]/u.exec(
      start,
    );
  const sentence = stop && stop.index > 15 ? start.slice(0, stop.index + 1) : text;
  return cutAtWord(
    sentence.length > LONGEST_MADE_TITLE ? sentence : sentence.replace(/[.。।۔։]+(["”’»)\]]*)$/, '$1').trim(),
    LONGEST_MADE_TITLE,
  );
}

/** Whether two lines, one below the other, are one headline set twice: then it may end as a sentence does. */
function isDoubled(line: string, next: string): boolean {
  return line.length <= 2 * LONGEST_HEADLINE && same(fold(line), line, next);
}

/**
 * Where in `top`, which is `lines` without the furniture, the headline stands; -1 without one. It is the first line that
 * can be one, unless that is the page's: another is repeated and it is not, a menu stands below it, or it is one word.
 */
function headlineAt(lines: Paragraph[], top: Paragraph[]): number {
  const texts = top.map(({ text }) => text);
  const canBe = texts.map((text, i) => looksLikeHeadline(text) || (i === 0 && isDoubled(text, texts[1] ?? '')));
  const folded = texts.map((text, i) => (canBe[i] ? fold(text) : undefined));
  const repeated = (i: number) => folded[i] !== undefined && folded.indexOf(folded[i], i + 1) > i;
  const first = texts.findIndex((text, i) => canBe[i] && byline(text) === undefined);
  if (first < 0 || repeated(first)) return first;
  const again = texts.findIndex((text, i) => repeated(i) && wordCount(text) > 2);
  if (again >= 0) return again;

  const menu = lines.filter(({ text }) => furniture(text, 'edge') === 'navigation');
  const hasMenuBelow = menu.length > 1 && lines.indexOf(menu.at(-1)!) > lines.indexOf(top[first]!);
  if (wordCount(texts[first]!) > (hasMenuBelow ? 3 : 1)) return first;
  const longer = texts.findIndex(
    (text, i) => i > first && canBe[i] && wordCount(text) > 2 && byline(text) === undefined && !readDate(text).ok,
  );
  return longer < 0 ? first : longer;
}

/**
 * The headline and what is left of the paragraphs without it and without the page's top. `given` is the title that came
 * with the text, one line, or ''.
 */
function takeHeadline(paragraphs: Paragraph[], given: string): { title: string; rest: Paragraph[]; author?: string } {
  let topEnd = 0;
  while (topEnd < paragraphs.length && topEnd < DEEPEST_TOP) {
    const { text } = paragraphs[topEnd]!;
    const isSetTwice = isDoubled(text, paragraphs[topEnd + 1]?.text ?? '');
    if (isStory(text) && !isSetTwice) break;
    topEnd += isSetTwice ? 2 : 1;
  }
  const isGiven = (text: string) => given !== '' && same(fold(given), given, text);
  let top = paragraphs.slice(0, topEnd).filter(({ text }) => isGiven(text) || furniture(text, 'edge') === undefined);
  let rest = paragraphs.slice(topEnd);

  let author: string | undefined;
  let title = given;
  if (title === '') {
    const at = headlineAt(paragraphs.slice(0, topEnd), top);
    title = top[at]?.text ?? '';
    // What stands above a headline is the page's: its name, a section, the writer.
    if (title !== '') {
      author = top
        .slice(0, at)
        .map(({ text }) => byline(text))
        .find((name) => name !== undefined);
      top = top.slice(at);
    }
  }
  if (title === '') {
    const first = [...top, ...rest].find(({ text }) => hasWords(text));
    title = first === undefined ? '' : madeTitle(first.text);
    return { title, rest: [...top, ...rest] };
  }
  title = top.find(({ text }) => hasSite(title, text))?.text ?? title;
  const foldedTitle = fold(title);
  const equal = ({ text }: Paragraph) => same(foldedTitle, title, text) || hasSite(text, title);
  const lastAbove = top.findLastIndex(equal);
  const spellings = [title, ...top.map(({ text }) => text).filter((text) => same(foldedTitle, title, text))];
  top = top.filter((line, i) => {
    if (equal(line)) return false;
    const name = byline(line.text);
    if (name !== undefined) author ??= name;
    return name === undefined && !(i < lastAbove && wordCount(line.text) <= 4 && !endsSentence(line.text));
  });
  // Pages repeat it below the story too, and above its pictures; `Why?` may be said once more.
  if (wordCount(title) > 2) rest = rest.filter((line) => !equal(line));
  return { title: bestSpelling(spellings), rest: [...top, ...rest], ...(author === undefined ? {} : { author }) };
}

type Line = 'furniture' | 'heading' | 'headline' | 'question' | 'label' | 'story';

function kindOf({ text, linked }: Paragraph): Line {
  const what = furniture(text, 'edge');
  if (what === 'heading') return 'heading';
  if (what !== undefined) return 'furniture';
  if (text.length > LONGEST_HEADLINE) return 'story';
  if (linked && !endsWithStop(text)) return wordCount(text) > 2 ? 'headline' : 'furniture';
  if (isListed(text)) return 'story';
  const words = wordCount(text);
  if (endsSentence(text)) {
    const asks = /[?!？！]/.test(lastOf(text)) && words >= 3 && words <= 16 && !/^["“„«「]/.test(text);
    return asks && !/\b(?:said|says|told|asked|added)\b/i.test(text) ? 'question' : 'story';
  }
  if (/[,:;]/.test(lastOf(text))) return 'story';
  if (words <= 2) return 'label';
  return words <= 25 && /^["'“”‘’„«「(]*[\p{Lu}\p{Lt}\p{Lo}\p{N}]/u.test(text) ? 'headline' : 'story';
}

/** A sentence whose full stop was forgotten or not copied: English that a headline would have said more shortly. */
function readsAsSentence(text: string): boolean {
  const words = wordCount(text);
  const verb = /\b(?:was|were|is|are|has|have|had|will|would|could|did|does|can|may|might|said|told|added)\b/i.test(
    text,
  );
  const opening =
    /^["“‘]?(?:the|a|an|he|she|it|they|we|i|this|that|these|those|there|in|on|at|but|and|however|his|her|their|its|our)\b/i.test(
      text,
    );
  return words >= 6 && ((verb && opening) || /\b(?:said|told|added)\b/i.test(text));
}

/**
 * Takes what the page has below the story: buttons, comments, cookies, and the headlines of other stories. A run of
 * short lines without a sentence end is headlines, unless it can be the story's own: a list that a colon announced, rows
 * that end in figures, lines of one or two words, more of them than of story.
 */
function withoutTail(paragraphs: Paragraph[]): Paragraph[] {
  const kinds = new Map<Paragraph, Line>();
  let start = paragraphs.length;
  while (start > 0) {
    const paragraph = paragraphs[start - 1]!;
    const kind = kindOf(paragraph);
    if (kind === 'story') break;
    kinds.set(paragraph, kind);
    start--;
  }
  const story = paragraphs.slice(0, start);
  let run = paragraphs.slice(start);
  const heading = run.findIndex((line) => kinds.get(line) === 'heading');
  const isAnnounced = heading >= 0 && run.slice(heading + 1).some((line) => kinds.get(line) === 'headline');
  // What stands above such a heading is judged as if nothing followed: the page itself says where other stories begin.
  if (isAnnounced) run = run.slice(0, heading);
  const furnished = run.some((line) => kinds.get(line) === 'furniture');

  // A question, a label or a sentence without its stop that follows the story directly is its last paragraph.
  let own = 0;
  for (; own < run.length; own++) {
    const line = run[own]!;
    const kind = kinds.get(line);
    if (kind !== 'question' && !(kind === 'headline' && !line.linked && readsAsSentence(line.text))) break;
    story.push(line);
  }
  run = run.slice(own);
  const plain = run.filter((line) => !['furniture', 'heading'].includes(kinds.get(line)!));
  const kept = isOthersHeadlines(story, plain, kinds, furnished) ? [] : plain;
  return [...story, ...kept];
}

function sizeOf(part: Paragraph[]): number {
  return part.reduce((sum, { text }) => sum + text.length, 0);
}

function isOthersHeadlines(
  story: Paragraph[],
  lines: Paragraph[],
  kinds: Map<Paragraph, Line>,
  furnished: boolean,
): boolean {
  const headlines = lines.filter((line) => kinds.get(line) === 'headline');
  if (headlines.length === 0) return false;
  // Where paragraphs of the story do not end as sentences (Thai has no full stop), short lines say nothing.
  const long = story.filter(({ text }) => wordCount(text) >= 10);
  const ended = long.filter(({ text }) => endsSentence(text));
  if (ended.length === 0 || ended.length < long.length * 0.6) return false;
  if (/[:：]/.test(lastOf(story[story.length - 1]!.text))) return false;
  if (headlines.every((line) => line.linked)) return true;
  const labels = lines.length - headlines.length;
  if (labels > 2 * headlines.length + 2) return false;
  const figures = headlines.filter(({ text }) => /[\p{N}%)]$/u.test(text) && /\p{N}\S*$/u.test(text));
  if (headlines.length >= 3 && figures.length > headlines.length / 2) return false;
  if (sizeOf(lines) > sizeOf(story) * (furnished ? 2.5 : 1)) return false;
  if (headlines.length > 1 || furnished) return true;
  // A single one, with nothing of a page around it: only where the story is long enough to know how its paragraphs end.
  return (
    ended.length >= 3 &&
    wordCount(headlines[0]!.text) >= 5 &&
    !/\b(?:the|an?|is|are|was|were|has|have|had|said)\b/i.test(headlines[0]!.text)
  );
}

/**
 * Lines that are nobody's story wherever they stand; under a heading of other stories their headlines go with it, and so
 * does a line that is nothing but a link. A page of which most is such lines is a list of links: that is its story then.
 */
function withoutInsets(paragraphs: Paragraph[]): Paragraph[] {
  const pointers = new Set(
    paragraphs.filter((line) => line.linked && !line.heading && ['headline', 'furniture'].includes(kindOf(line))),
  );
  if (sizeOf([...pointers]) * 2 > sizeOf(paragraphs)) pointers.clear();
  const kept: Paragraph[] = [];
  let under = false;
  for (const paragraph of paragraphs) {
    if (pointers.has(paragraph)) continue;
    const what = furniture(paragraph.text, 'anywhere');
    if (what !== undefined) {
      under = what === 'heading';
      continue;
    }
    under &&= kindOf(paragraph) === 'headline' && (paragraph.linked === true || wordCount(paragraph.text) >= 5);
    if (!under) kept.push(paragraph);
  }
  return kept;
}

/**
 * One headline and the whole story of it. `title` is what came with the text, '' when nothing did. Repeating it on its
 * own result changes nothing: that is what the loop is for, since each cut may lay the next one bare.
 */
export function cleanStory(paragraphs: Paragraph[], title: string): { title: string; text: string; author?: string } {
  let current = paragraphs;
  let headline = title;
  let author: string | undefined;
  for (let round = 0; round < 12; round++) {
    const taken = takeHeadline(current, headline);
    author ??= taken.author;
    const next = withoutInsets(withoutTail(taken.rest)).filter(({ text }) => hasWords(text));
    const settled = taken.title === headline && next.length === current.length;
    headline = taken.title;
    current = next;
    if (settled) break;
  }
  return {
    title: headline,
    text: current.map(({ text }) => text).join('\n\n'),
    ...(author === undefined ? {} : { author }),
  };
}
