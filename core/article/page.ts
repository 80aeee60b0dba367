/** A web page: what it says of itself (JSON-LD, OpenGraph, meta), and the paragraphs of its story by Readability. */
import { Readability } from '@mozilla/readability';
import { parseHTML } from 'linkedom';
import { fold, hasWords, oneLine } from './characters.ts';
import { type Paragraph, paragraphsOf } from './copy.ts';
import { readDate } from './date.ts';
import { furniture } from './furniture.ts';
import { thinPage } from './thin.ts';
import { readUrl } from './url.ts';

export interface Page {
  title?: string;
  paragraphs: Paragraph[];
  author?: string;
  section?: string;
  source?: string;
  /** ISO 8601, UTC. */
  publishedAt?: string;
  lang?: string;
  /** Canonical. The page's own word for its address, where that is believable. */
  url?: string;
}

/** What is used of the DOM: the compiler knows no browser here. */
interface Element {
  nodeType: number;
  localName: string;
  data?: string;
  textContent: string | null;
  firstChild: Element | null;
  nextSibling: Element | null;
  parentNode: Element | null;
  getAttribute(name: string): string | null;
  querySelector(selector: string): Element | null;
  querySelectorAll(selector: string): Iterable<Element>;
}

interface Document extends Element {
  body: Element;
}

/** Shorter than this Readability takes for no article and tries again with looser rules. A wire story can be one sentence. */
const SHORTEST_STORY = 140;

const BLOCKS = new Set(
  'address article aside blockquote body center dd details div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr legend li main nav ol p pre section summary table tbody tfoot thead tr ul'.split(
    ' ',
  ),
);
const SKIPPED = new Set('nav footer aside form figcaption head script style'.split(' '));
const SUBHEADING = /^h[2-6]$/;

function objectOf(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

/** Text of a page's data: some sites escape it as if it were HTML, and some set it in italics. */
function dataText(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const decoded = value
    .slice(0, 2000)
    .replace(/&#(?:x([0-9a-f]{1,6})|(\d{1,7}));/gi, (_, hexadecimal, decimal) =>
      String.fromCodePoint(Math.min(Number.parseInt(hexadecimal ?? decimal, hexadecimal ? 16 : 10), 0x10ffff)),
    )
    .replace(
      /&(amp|quot|apos|lt|gt|nbsp|rsquo|lsquo|rdquo|ldquo|ndash|mdash|hellip);/g,
      (_, name: string) => ENTITIES[name] ?? ' ',
    )
    .replace(/<\/?(?:i|em|b|strong|span)(?: [^<>]{0,200})?>/gi, '');
  const line = oneLine(decoded);
  return hasWords(line) ? line : undefined;
}

const ENTITIES: Record<string, string> = {
  amp: '&',
  quot: '"',
  apos: "'",
  lt: '<',
  gt: '>',
  rsquo: '’',
  lsquo: '‘',
  rdquo: '”',
  ldquo: '“',
  ndash: '–',
  mdash: '—',
  hellip: '…',
};

/** The first object of the page's JSON-LD that is an article, wherever `@graph`s and arrays have put it; `{}` without one. */
function articleData(scripts: string[]): Record<string, unknown> {
  const queue: unknown[] = [];
  for (const script of scripts) {
    try {
      // In a comment or CDATA as old pages have it; a line end inside a string is broken JSON, and common.
      const json = script.replace(/^\s*(?:\/\/\s*)?(?:<!--|<!\[CDATA\[)|(?:\/\/\s*)?(?:-->|\]\]>)\s*$/g, '');
      queue.push(JSON.parse(json.replace(/[\0-\x1f]/g, ' ')));
    } catch {
      // Broken data says nothing; the page itself still does.
    }
  }
  for (let looked = 0; queue.length > 0 && looked < 2000; looked++) {
    const value = queue.shift();
    if (Array.isArray(value)) queue.push(...value.slice(0, 200));
    const data = objectOf(value);
    if (!data) continue;
    const types = [data['@type']].flat().filter((type) => typeof type === 'string');
    if (types.some((type) => /(?:Article|BlogPosting|Report)$/.test(type)) && dataText(data.headline)) return data;
    // Not `itemListElement`: a list of articles on an article's page is of other ones.
    for (const inner of [data['@graph'], data.mainEntity, data.mainEntityOfPage]) {
      if (typeof inner === 'object') queue.push(inner);
    }
  }
  return {};
}

function nameOf(value: unknown): string | undefined {
  const names = [value]
    .flat()
    .slice(0, 10)
    .map((person) => dataText(typeof person === 'string' ? person : objectOf(person)?.name))
    .filter((name) => name !== undefined && !/^https?:/.test(name));
  return names.length === 0 ? undefined : names.join(', ').slice(0, 200);
}

/** `Headline | The Site` without the site, when that is the site's name or what the page's heading leaves over. */
function withoutSite(title: string, site: string | undefined, heading: string | undefined): string {
  const cut = /^(.{8,}) (?:[|·•»-]|–|—|::) (.{2,60})$/u.exec(title.slice(0, 1000));
  if (!cut) return title;
  const [, front = '', back = ''] = cut;
  if (heading !== undefined && fold(heading) === fold(title)) return title;
  const name = fold(back);
  const known =
    site !== undefined &&
    (fold(site) === name || fold(site).replace(/[^\p{L}\p{N}]/gu, '') === name.replace(/[^\p{L}\p{N}]/gu, ''));
  if (known || (heading !== undefined && fold(heading) === fold(front))) return withoutSite(front, site, heading);
  return title;
}

function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^(?:www|m|mobile|amp)\./, '');
}

/** A section's page: no digit and no title made of words in the last part of its path. */
function isSection(pathname: string): boolean {
  const last = pathname.split('/').at(-1) ?? '';
  return !/\d/.test(last) && last.split(/[-_]/).length < 3 && !/\.\w{3,5}$/.test(last);
}

/**
 * The page's own address, where it is to be believed: absolute, no home page, and, where we know whence the page came, on the
 * same host and no section above it. Sites are known to name their home page as the canonical one of every article.
 */
function ownUrl(named: (string | undefined)[], given: string | undefined): string | undefined {
  for (const candidate of named) {
    if (candidate === undefined) continue;
    const read = readUrl(candidate.trim());
    if (!read.ok) continue;
    const { pathname, search, hash } = new URL(read.url);
    if (pathname === '/' && search === '' && hash === '') continue;
    if (given !== undefined) {
      if (hostOf(given) !== hostOf(read.url)) continue;
      if (new URL(given).pathname.startsWith(`${pathname}/`) && isSection(pathname)) continue;
    }
    return read.url;
  }
  return undefined;
}

/**
 * Whether a part begins with a heading such as `Top stories`, and is a lesser part of the page: then all of it is other
 * stories, and their teasers, which are sentences, would pass for this one's.
 *
 * @param most the longest that such a part may be, in UTF-16 units
 */
function isOthersPart(part: Element, most: number): boolean {
  let first: Element | null = part;
  while (first && !SUBHEADING.test(first.localName)) {
    first = first.firstChild;
    while (first && first.nodeType !== 1 && !hasWords(first.data ?? '')) first = first.nextSibling;
    if (first?.nodeType !== 1) return false;
  }
  return (
    first !== null &&
    first !== part &&
    furniture(oneLine(first.textContent ?? ''), 'edge') === 'heading' &&
    (part.textContent ?? '').length <= most
  );
}

/** The blocks of a part of a page as paragraphs, items of lists with `- ` before them, rows of tables with ` | ` between. */
function paragraphsIn(root: Element): Paragraph[] {
  const most = (root.textContent ?? '').length / 3;
  const paragraphs: Paragraph[] = [];
  let text = '';
  let linkedLength = 0;
  let prefix = '';
  let links = 0;
  let heading = false;
  const end = () => {
    const line = oneLine(text)
      .replace(/(?: \|)+$/, '')
      .replace(/^(?:\| )+/, '');
    if (hasWords(line)) {
      const linked = linkedLength > 0 && linkedLength >= text.replace(/\s+/g, '').length * 0.9;
      paragraphs.push({ text: prefix + line, ...(linked ? { linked } : {}), ...(heading ? { heading } : {}) });
      prefix = '';
    }
    text = '';
    linkedLength = 0;
  };
  // By hand and not by recursion: depth is bounded by thin.ts, but a loop needs no such promise.
  let node: Element | null = root;
  while (node) {
    let down: Element | null = null;
    const name: string = node.localName;
    if (node.nodeType === 3) {
      const data: string = node.data ?? '';
      text += data;
      if (links > 0) linkedLength += data.replace(/\s+/g, '').length;
    } else if (node.nodeType === 1 && !SKIPPED.has(name) && !(BLOCKS.has(name) && isOthersPart(node, most))) {
      if (BLOCKS.has(name) || name === 'br') end();
      if (SUBHEADING.test(name) && node.firstChild) heading = true;
      if (name === 'li') prefix = '- ';
      else if (BLOCKS.has(name) && prefix !== '' && !['p', 'div'].includes(name)) prefix = '';
      if (name === 'td' || name === 'th') text += text === '' ? '' : ' | ';
      // Preformatted text has its paragraphs where a plain text has them: old agencies' pages are one such block.
      if (name === 'pre') paragraphs.push(...paragraphsOf(node.textContent ?? ''));
      else down = node.firstChild;
      if (name === 'a' && (node.getAttribute('href') ?? '#')[0] !== '#') links += down ? 1 : 0;
    }
    if (down) {
      node = down;
      continue;
    }
    while (node && node !== root && !node.nextSibling) {
      node = node.parentNode;
      if (node) leave(node);
    }
    node = node === root || !node ? null : node.nextSibling;
  }
  end();
  return paragraphs;

  function leave(left: Element) {
    const name = left.localName;
    if (name === 'a' && (left.getAttribute('href') ?? '#')[0] !== '#') links--;
    if (BLOCKS.has(name)) end();
    if (SUBHEADING.test(name)) heading = false;
    if (name === 'li') prefix = '';
  }
}

function wordsIn(paragraphs: Paragraph[]): number {
  return paragraphs.reduce((sum, { text }) => sum + text.split(' ').length, 0);
}

function parse(html: string): Document {
  return (parseHTML(html) as unknown as { document: Document }).document;
}

/** What Readability calls the article, or nothing where it finds none. It takes the document apart. */
function extracted(document: Document): Paragraph[] {
  try {
    const readability = new Readability<Element>(document as never, {
      charThreshold: SHORTEST_STORY,
      disableJSONLD: true,
      serializer: (node) => node as unknown as Element,
    });
    const content = readability.parse()?.content;
    return content ? paragraphsIn(content) : [];
  } catch (error) {
    // Many siblings can exhaust its stack, and an odd page can miss what it takes for granted: then the page is read whole.
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
    return [];
  }
}

/**
 * Reads a page. `given` is the canonical address it came from, if known. Never throws, whatever the page is; takes time
 * proportional to its length up to the bounds of thin.ts.
 */
export function readPage(html: string, given: string | undefined): Page {
  const thin = thinPage(html);
  const document = parse(thin.html);
  const data = articleData(thin.jsonLd);

  const metas = new Map<string, string>();
  let canonical: string | undefined;
  for (const meta of document.querySelectorAll('meta, link')) {
    if (meta.localName === 'link') {
      if (/\bcanonical\b/i.test(meta.getAttribute('rel') ?? '')) canonical ??= meta.getAttribute('href') ?? undefined;
      continue;
    }
    const key = (
      meta.getAttribute('property') ??
      meta.getAttribute('name') ??
      meta.getAttribute('itemprop') ??
      ''
    ).toLowerCase();
    const content = dataText(meta.getAttribute('content'));
    if (key !== '' && content !== undefined && !metas.has(key)) metas.set(key, content);
  }
  const meta = (...names: string[]) => names.map((name) => metas.get(name)).find((content) => content !== undefined);

  const source = nameOf(data.publisher) ?? meta('og:site_name', 'application-name');
  const headings = [...document.querySelectorAll('h1')]
    .slice(0, 5)
    .map((h1) => dataText(h1.textContent))
    .filter((text) => text !== undefined);
  const pageTitle = dataText(document.querySelector('title')?.textContent);
  const named = dataText(data.headline) ?? meta('og:title', 'twitter:title', 'parsely-title', 'dc.title');
  const heading =
    headings.find((text) => named !== undefined && fold(named).startsWith(fold(text))) ??
    (headings.length === 1 ? headings[0] : undefined);
  const best = named ?? heading ?? pageTitle;
  const title = best === undefined ? undefined : withoutSite(best, source ?? (given && hostOf(given)), heading);

  const date = [
    data.datePublished,
    meta(
      'article:published_time',
      'og:article:published_time',
      'datepublished',
      'parsely-pub-date',
      'pubdate',
      'publishdate',
      'date',
      'dc.date',
      'dc.date.issued',
      'dcterms.created',
      'sailthru.date',
    ),
    document.querySelector('time[itemprop="datePublished"], time[datetime]')?.getAttribute('datetime'),
  ]
    .map((text) => (typeof text === 'string' ? readDate(text) : undefined))
    .find((read) => read?.ok);
  const author =
    nameOf(data.author) ??
    nameOf(meta('author', 'parsely-author', 'dc.creator', 'article:author', 'byl'))?.replace(/^by /i, '');
  const section = nameOf(data.articleSection) ?? meta('article:section', 'og:article:section', 'parsely-section');
  const lang =
    dataText(document.querySelector('html')?.getAttribute('lang')) ?? dataText(data.inLanguage) ?? meta('og:locale');
  const mainEntity =
    typeof data.mainEntityOfPage === 'string' ? data.mainEntityOfPage : objectOf(data.mainEntityOfPage)?.['@id'];
  const url = ownUrl(
    [
      canonical,
      meta('og:url'),
      typeof data.url === 'string' ? data.url : undefined,
      typeof mainEntity === 'string' ? mainEntity : undefined,
    ],
    given,
  );

  let paragraphs = extracted(document);
  if (paragraphs.length === 0) {
    const told =
      typeof data.articleBody === 'string'
        ? data.articleBody.split(/\n+/).map((line) => ({ text: oneLine(line) }))
        : [];
    paragraphs = told.filter(({ text }) => hasWords(text));
  }
  if (wordsIn(paragraphs) === 0) paragraphs = paragraphsIn(parse(thin.html).body);
  const credits = new Set([author, source].map((name) => fold(name ?? '')));
  return {
    paragraphs: paragraphs.filter(({ text }) => !credits.has(fold(text))),
    ...(title === undefined ? {} : { title }),
    ...(author === undefined ? {} : { author }),
    ...(section === undefined ? {} : { section }),
    ...(source === undefined ? {} : { source }),
    ...(date?.ok ? { publishedAt: date.iso } : {}),
    ...(lang === undefined ? {} : { lang }),
    ...(url === undefined ? {} : { url }),
  };
}
