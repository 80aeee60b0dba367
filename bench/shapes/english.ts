import type { ArticleText } from '../../core/matcher/index.ts';
import { fold } from '../../core/query/index.ts';
import type { Language } from './language.ts';
import { Random, Zipf } from './random.ts';

const FORMS = 100_000;
const PAIRS = 20_000;

/** The commonest are English's own, so that sentences have short words where news has them. */
const COMMON =
  `the of to and a in that is for on it with as was he said be at by from are his have an they has but this not will
who their we its were which she one more been would had there about after you all people when than or new up out some two can last
over also year first her other could time into them years only so government no if what most like now just say million against
before many where between made state world how may under three through our because country down while back since week
president day long still such being most part company well public during home market another high until against off good`.split(
    /\s+/,
  );

const ONSETS =
  'b b c c d d f g h k l l m m n n p p r r s s t t v w bl br ch cr dr fl gr j pl pr qu sh st th tr z'.split(' ');
const VOWELS = 'a a a a e e e e i i i o o o u u ai ea ee ou'.split(' ');
const CODAS = ['', '', '', '', ...'n n r r s t t l m d ck ll nd nt rt sh st x'.split(' ')];
const ENDINGS = ['', '', '', '', '', '', 's', 's', 'ed', 'ing', 'er', 'ly', 'ion', 'al', 'ment'];
const ACCENTS: Record<string, string> = { a: 'á', e: 'é', i: 'í', o: 'ö', u: 'ü', c: 'ç', n: 'ñ' };

/** Made-up English: 100,000 forms of syllables, 20,000 pairs. With `plain` nothing outside ASCII, for engines that know no more. */
export function english({ plain = false } = {}): Language {
  const { surfaces, words } = vocabulary(plain);
  const zipf = new Zipf(FORMS);
  const pairZipf = new Zipf(PAIRS, 30);
  const pairRanks = pairsOf(words);
  return {
    name: 'English',
    words,
    pairs: pairRanks.map(([first, second]) => [words[first]!, words[second]!]),
    article: (name, length = 500) => new Writer(name, { plain, surfaces, zipf, pairZipf, pairRanks }).article(length),
  };
}

function vocabulary(plain: boolean): { surfaces: string[]; words: string[] } {
  const random = new Random('English vocabulary');
  const surfaces: string[] = [];
  const words: string[] = [];
  const known = new Set<string>();
  const add = (surface: string, word: string) => {
    if (known.has(word)) return;
    known.add(word);
    surfaces.push(surface);
    words.push(word);
  };
  for (const word of COMMON) add(word, word);
  while (words.length < FORMS) {
    const rank = words.length;
    // Frequent words are short: one syllable mostly among the first two thousand, then two, and three among the rare.
    const syllables = 1 + Number(random.chance(rank < 2000 ? 0.3 : 1)) + Number(random.chance(rank < 20_000 ? 0 : 0.4));
    let form = '';
    for (let i = 0; i < syllables; i++) form += random.pick(ONSETS) + random.pick(VOWELS);
    form += random.pick(CODAS) + random.pick(ENDINGS);
    const accented = random.chance(0.01) ? [...form].map((letter) => ACCENTS[letter] ?? letter).join('') : form;
    const name = random.chance(0.2);
    const surface = plain ? form : accented;
    add(name && rank > 200 ? surface[0]!.toUpperCase() + surface.slice(1) : surface, fold(form));
  }
  return { surfaces, words };
}

/** Ranks of words that stand together. Both are drawn as text draws them, but for the commonest. */
function pairsOf(words: readonly string[]): [number, number][] {
  const random = new Random('English pairs');
  const known = new Set<string>();
  const pairs: [number, number][] = [];
  while (pairs.length < PAIRS) {
    const pair: [number, number] = [random.rank(150, words.length), random.rank(150, words.length)];
    const key = pair.join(' ');
    if (pair[0] === pair[1] || known.has(key)) continue;
    known.add(key);
    pairs.push(pair);
  }
  return pairs;
}

interface Source {
  plain: boolean;
  surfaces: readonly string[];
  zipf: Zipf;
  pairZipf: Zipf;
  pairRanks: readonly (readonly [number, number])[];
}

/** Sentences with the marks of news: capitals, quotations, possessives, numbers, hyphens, dashes, dotted initials. */
class Writer {
  readonly #random: Random;
  readonly #source: Source;
  /** Words with some content that the article has said: it says them again, which sets news apart from words drawn blindly. */
  readonly #said: number[] = [];

  constructor(name: string, source: Source) {
    this.#random = new Random(`English ${name}`);
    this.#source = source;
  }

  article(length: number): ArticleText {
    const title = this.#sentence(Math.min(length, this.#random.between(6, 13))).replace(/\.$/, '');
    const paragraphs: string[] = [];
    let left = Math.max(1, length - title.split(/[\s-]+/).length);
    while (left > 0) {
      const sentences: string[] = [];
      for (let i = this.#random.between(1, 4); i > 0 && left > 0; i--) {
        const words = Math.min(left, this.#random.between(8, 33));
        sentences.push(this.#sentence(words));
        left -= words;
      }
      paragraphs.push(sentences.join(' '));
    }
    return { title, text: paragraphs.join('\n\n') };
  }

  #sentence(length: number): string {
    const random = this.#random;
    const { plain } = this.#source;
    const quoted = length > 6 && random.chance(0.12);
    const [open, close, apostrophe, dash] = plain ? ['"', '"', "'", ' - '] : ['“', '”', '’', ' — '];
    let sentence = '';
    let left = length;
    while (left > 0) {
      const chance = random.next();
      let next: string;
      if (chance < 0.015) next = this.#number();
      else if (chance < 0.025 && left > 1) {
        next = `${this.#word()}-${this.#word()}`;
        left--;
      } else if (chance < 0.03) next = random.pick([`don${apostrophe}t`, `it${apostrophe}s`, `we${apostrophe}re`]);
      else if (chance < 0.032) next = random.pick(['U.S.', 'U.K.', 'U.N.']);
      else if (chance < 0.1 && left > 1) {
        const pair = this.#source.pairRanks[this.#source.pairZipf.draw(random)]!;
        next = pair.map((rank) => this.#surface(rank)).join(' ');
        left--;
      } else {
        next = this.#word();
        if (random.chance(0.012)) next += `${apostrophe}s`;
      }
      left--;
      if (sentence === '') next = next[0]!.toUpperCase() + next.slice(1);
      sentence += next;
      if (left > 0) sentence += random.chance(0.06) ? ', ' : random.chance(0.006) ? dash : ' ';
    }
    if (!quoted) return `${sentence}.`;
    return random.chance(0.5) ? `${open}${sentence},${close} he said.` : `${open}${sentence}.${close}`;
  }

  #word(): string {
    const random = this.#random;
    if (this.#said.length > 0 && random.chance(0.2)) return this.#surface(random.pick(this.#said));
    // Articles, prepositions and their like are a good part of English beyond what Zipf's law gives them.
    const rank = random.chance(0.18) ? Math.floor(40 * random.next() ** 2) : this.#source.zipf.draw(random);
    if (rank >= 150) this.#said.push(rank);
    return this.#surface(rank);
  }

  #surface(rank: number): string {
    return this.#source.surfaces[rank]!;
  }

  #number(): string {
    const random = this.#random;
    const some = () => String(random.between(1, 1000));
    switch (random.between(0, 6)) {
      case 0:
        return String(random.between(1950, 2030));
      case 1:
        return `${some()}.${random.between(0, 10)}`;
      case 2:
        return `${random.between(1, 100)},${String(random.between(0, 1000)).padStart(3, '0')}`;
      case 3:
        return `$${some()}m`;
      case 4:
        return `${random.between(1, 100)}%`;
      default:
        return some();
    }
  }
}
