import { domainToASCII } from 'node:url';
import { isRun, type Place, type Step, stepsOf, type TermQuery, type Word, words } from '../query/index.ts';
import type { Stretch } from './positions.ts';

/** What is matched, as given. What an article does not say (`undefined` or empty) meets nothing. */
export interface ArticleText {
  title: string;
  text: string;
  url?: string | undefined;
  source?: string | undefined;
  lang?: string | undefined;
  author?: string | undefined;
  section?: string | undefined;
}

/** The parts of an article that hold words, in the order in which they are shown. No match runs from one into another. */
export const SECTIONS = ['title', 'text', 'author', 'section'] as const;
export type Section = (typeof SECTIONS)[number];
/** Their indexes in `SECTIONS`. */
export const TITLE = 0;
export const TEXT = 1;
export const AUTHOR = 2;
export const SECTION = 3;

/** An occurrence of a term: its stretch in half-words, and UTF-16 offsets into its section as given. */
export interface Occurrence extends Stretch {
  section: Section;
  start: number;
  end: number;
}

/** Where a term is looked for. */
const SECTIONS_OF: Record<Place | 'anywhere', readonly Section[]> = {
  anywhere: ['title', 'text'],
  title: ['title'],
  lead: ['title', 'text'],
  author: ['author'],
  section: ['section'],
};

/** A match in the lead ends by the text's word 60. */
export const LEAD_HALF_WORDS = 120;

/** RFC 1035, 2.3.4, written without the dot at its end. */
const LONGEST_HOST = 253;
/** A buffer of 35 characters holds every tag that is likely (RFC 5646, 4.4.1). */
const LONGEST_LANG = 35;

/** A host name as a source gives it instead of its title. */
const HOST_NAME = /^(?:[\p{L}\p{M}\p{N}-]+\.)+[\p{L}\p{M}\p{N}-]+\.?$/u;

/** An article, cut into words once, to be asked for any number of terms. */
export class Reading {
  readonly article: ArticleText;
  /** The hosts that it comes from: its URL's, and its source where that is a host name. In lower case and ASCII. */
  readonly hosts: readonly string[];
  /** Its language tag, in lower case; empty where it is not known. */
  readonly lang: string;
  readonly #cut = new Map<Section, CutText>();

  constructor(article: ArticleText) {
    this.article = { ...article };
    this.hosts = hostsOf(article);
    this.lang = langOf(article);
  }

  /** The occurrences of a term in a section, in order: none where the term's place is another. */
  find(term: TermQuery, section: Section): Occurrence[] {
    if (!SECTIONS_OF[term.place ?? 'anywhere'].includes(section)) return [];
    const found = this.findAnywhere(term, section);
    return term.place === 'lead' && section === 'text' ? found.filter(({ to }) => to <= LEAD_HALF_WORDS) : found;
  }

  /** The occurrences of a term in a section, in order, whatever place the term has. */
  findAnywhere(term: TermQuery, section: Section): Occurrence[] {
    let cut = this.#cut.get(section);
    if (cut === undefined) {
      cut = new CutText(this.article[section] ?? '', section);
      this.#cut.set(section, cut);
    }
    return cut.find(stepsOf(term), term.exact === true);
  }

  /** Whether it comes from a host (in ASCII, as in `source:`), or from one under it: `notbbc.co.uk` is not under `bbc.co.uk`. */
  isFrom(host: string): boolean {
    return this.hosts.some((known) => known === host || known.endsWith(`.${host}`));
  }

  /** Whether its language is in a range (RFC 4647, basic filtering): `en` holds `en-GB`, and not `eng`. */
  isIn(range: string): boolean {
    if (this.lang === '') return false;
    const asked = range.toLowerCase();
    return asked === '*' || this.lang === asked || this.lang.startsWith(`${asked}-`);
  }
}

/** The hosts that an article comes from, in lower case and ASCII, without a dot at the end. What is too long for a host is none. */
export function hostsOf({ url, source }: ArticleText): string[] {
  const ofUrl = url === undefined ? '' : (URL.parse(url)?.hostname ?? '');
  const named = source?.trim() ?? '';
  const ofSource = named.length <= LONGEST_HOST + 1 && HOST_NAME.test(named) ? domainToASCII(named) : '';
  const hosts = [ofUrl, ofSource].map((host) => host.toLowerCase().replace(/\.$/, ''));
  return [...new Set(hosts)].filter((host) => host !== '' && host.length <= LONGEST_HOST);
}

/** The language tag of an article, in lower case; '' where it is not known, or too long to be one. */
export function langOf({ lang = '' }: ArticleText): string {
  return lang.length <= LONGEST_LANG ? lang.toLowerCase() : '';
}

/** The words of one section, with an index from each word to where it stands. */
class CutText {
  readonly #section: Section;
  readonly #words: readonly Word[];
  readonly #folded = new Spellings();
  readonly #exact = new Spellings();

  constructor(text: string, section: Section) {
    this.#section = section;
    this.#words = words(text);
    for (const [i, { word, exact }] of this.#words.entries()) {
      this.#folded.add(word, i);
      this.#exact.add(exact, i);
    }
  }

  find(steps: readonly Step[], isExact: boolean): Occurrence[] {
    const [first, ...rest] = steps;
    if (first === undefined) return [];
    const spellings = isExact ? this.#exact : this.#folded;
    const standing = first.isPrefix ? spellings.beginningWith(first.word) : spellings.standing(first.word);
    let position = -1;
    return standing.flatMap((i) => {
      const word = this.#words[i]!;
      if (word.position === position) return []; // another reading, which begins alike
      position = word.position;
      const last = this.#follow(i, rest, isExact);
      if (last === undefined) return [];
      const to = last.half + (isRun(last.word) ? 1 : 2);
      return [{ section: this.#section, from: word.half, to, start: word.start, end: last.end }];
    });
  }

  /** Goes on from one word with the steps after it; the last word reached, or undefined where one is missing. */
  #follow(from: number, steps: readonly Step[], isExact: boolean): Word | undefined {
    let i = from;
    for (const step of steps) {
      const before = this.#words[i]!;
      i++;
      while (this.#words[i]?.position === before.position) i++;
      // A position may have two readings (`u.s`, `us`): either will do.
      while (this.#words[i]?.position === before.position + 1 && !meets(this.#words[i]!, step, before, isExact)) i++;
      if (this.#words[i]?.position !== before.position + 1) return undefined;
    }
    return this.#words[i];
  }
}

function meets(word: Word, step: Step, before: Word, isExact: boolean): boolean {
  if (step.touches && word.start !== before.end && word.start !== before.start) return false;
  const spelling = isExact ? word.exact : word.word;
  return step.isPrefix ? spelling.startsWith(step.word) : spelling === step.word;
}

/** Where in a list of words each spelling stands. */
class Spellings {
  readonly #at = new Map<string, number[]>();
  /** The distinct spellings in the order of their characters, made when the first prefix is asked for. */
  #sorted: string[] | undefined;

  add(spelling: string, i: number): void {
    const known = this.#at.get(spelling);
    if (known) known.push(i);
    else this.#at.set(spelling, [i]);
  }

  standing(spelling: string): readonly number[] {
    return this.#at.get(spelling) ?? [];
  }

  beginningWith(prefix: string): readonly number[] {
    this.#sorted ??= [...this.#at.keys()].sort();
    const sorted = this.#sorted;
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle]! < prefix) low = middle + 1;
      else high = middle;
    }
    let end = low;
    while (sorted[end]?.startsWith(prefix)) end++;
    return sorted
      .slice(low, end)
      .flatMap((spelling) => this.#at.get(spelling)!)
      .sort((a, b) => a - b);
  }
}
