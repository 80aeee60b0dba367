import type { ArticleText } from '../../core/matcher/index.ts';
import type { Language } from './language.ts';
import { Random, Zipf } from './random.ts';

const CHARACTERS = 3000;
const WORDS = 60_000;

/** Made-up Chinese: words of one to four of 3,000 common characters. An article has as many UTF-8 bytes as `sizeLike` of that name. */
export function chinese(sizeLike: Language): Language {
  const words = vocabulary();
  const zipf = new Zipf(WORDS);
  return {
    name: 'Chinese',
    words,
    pairs: [],
    article(name, length) {
      const like = sizeLike.article(name, length);
      const random = new Random(`Chinese ${name}`);
      return {
        title: sentence(random, words, zipf, Buffer.byteLength(like.title)),
        text: paragraphs(random, words, zipf, Buffer.byteLength(like.text)),
      } satisfies ArticleText;
    },
  };
}

/** GB 2312's first level: the 3,755 characters in common use, 94 a row from row 16 on, of which the first 3,000 of a shuffled list are taken. */
function characters(random: Random): string[] {
  const decoder = new TextDecoder('gbk');
  const all: string[] = [];
  for (let lead = 0xb0; lead <= 0xd7; lead++) {
    for (let trail = 0xa1; trail <= 0xfe; trail++) {
      const character = decoder.decode(Uint8Array.of(lead, trail));
      if (/^\p{Script=Han}$/u.test(character)) all.push(character);
    }
  }
  for (let i = all.length - 1; i > 0; i--) {
    const j = random.between(0, i + 1);
    [all[i], all[j]] = [all[j]!, all[i]!];
  }
  return all.slice(0, CHARACTERS);
}

function vocabulary(): string[] {
  const random = new Random('Chinese vocabulary');
  const common = characters(random);
  const zipf = new Zipf(CHARACTERS, 20);
  const words: string[] = [];
  const known = new Set<string>();
  while (words.length < WORDS) {
    const chance = random.next();
    // Half of the commonest words are one character; two is usual, then three (names) and four (idioms).
    const length = words.length < 200 && chance < 0.5 ? 1 : chance < 0.72 ? 2 : chance < 0.92 ? 3 : 4;
    let word = '';
    for (let i = 0; i < length; i++) word += common[zipf.draw(random)]!;
    if (known.has(word)) continue;
    known.add(word);
    words.push(word);
  }
  return words;
}

function sentence(random: Random, words: readonly string[], zipf: Zipf, bytes: number): string {
  let text = '';
  for (let size = 0; size < bytes; ) {
    const next = random.chance(0.015) ? String(random.between(1, 2030)) : words[zipf.draw(random)]!;
    text += next;
    size += Buffer.byteLength(next);
  }
  return text;
}

function paragraphs(random: Random, words: readonly string[], zipf: Zipf, bytes: number): string {
  let text = '';
  let size = 0;
  while (size < bytes) {
    const quoted = random.chance(0.1);
    const clauses: string[] = [];
    for (let i = random.between(1, 5); i > 0; i--) clauses.push(sentence(random, words, zipf, random.between(18, 60)));
    const next = `${quoted ? '“' : ''}${clauses.join('，')}。${quoted ? '”' : ''}${random.chance(0.3) ? '\n\n' : ''}`;
    text += next;
    size += Buffer.byteLength(next);
  }
  return text;
}
