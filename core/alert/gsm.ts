import { septets } from './segment.ts';

/** Characters without a decomposition (or with a wrong one) to what a reader takes them for, in GSM-7. */
const plainForms: Record<string, string> = {
  // Quotation marks, primes, and the accents that are typed for them.
  '‘': "'",
  '’': "'",
  '‚': "'",
  '‛': "'",
  '‹': "'",
  '›': "'",
  '′': "'",
  '`': "'",
  '´': "'",
  ʼ: "'",
  ʻ: "'",
  ʹ: "'",
  ʿ: "'",
  ʾ: "'",
  '“': '"',
  '”': '"',
  '„': '"',
  '‟': '"',
  '«': '"',
  '»': '"',
  '″': '"',
  '「': '"',
  '」': '"',
  '『': '"',
  '』': '"',
  '《': '"',
  '》': '"',
  // Dashes, bullets, stops.
  '‐': '-',
  '‑': '-',
  '‒': '-',
  '–': '-',
  '—': '-',
  '―': '-',
  '−': '-',
  '⁃': '-',
  '•': '-',
  '‣': '-',
  '●': '-',
  '▪': '-',
  '·': '.',
  '…': '...',
  '。': '.',
  '、': ',',
  '【': '[',
  '】': ']',
  '¦': '|',
  '⁄': '/',
  // Signs that carry meaning.
  '×': 'x',
  '÷': '/',
  '±': '+/-',
  '≈': '~',
  '≠': '!=',
  '≤': '<=',
  '≥': '>=',
  '→': '->',
  '←': '<-',
  '°': 'deg',
  µ: 'u',
  '©': '(c)',
  '®': '(R)',
  // Currencies: a sum without one is another sum.
  '¢': 'c',
  '₤': '£',
  '₹': 'INR ',
  '₽': 'RUB ',
  '₩': 'KRW ',
  '₪': 'ILS ',
  '₺': 'TRY ',
  '₴': 'UAH ',
  '₦': 'NGN ',
  '₫': 'VND ',
  '₱': 'PHP ',
  '₿': 'BTC ',
  '฿': 'THB ',
  // Latin letters that Unicode does not take apart.
  ł: 'l',
  Ł: 'L',
  đ: 'd',
  Đ: 'D',
  ð: 'd',
  Ð: 'D',
  þ: 'th',
  Þ: 'Th',
  ħ: 'h',
  Ħ: 'H',
  ŧ: 't',
  Ŧ: 'T',
  ŋ: 'n',
  Ŋ: 'N',
  œ: 'oe',
  Œ: 'OE',
  ı: 'i',
  ĸ: 'k',
  ẞ: 'SS',
  ə: 'e',
  Ə: 'E',
  ɓ: 'b',
  Ɓ: 'B',
  ɗ: 'd',
  Ɗ: 'D',
  ƙ: 'k',
  Ƙ: 'K',
  ƴ: 'y',
  Ƴ: 'Y',
  ɛ: 'e',
  Ɛ: 'E',
  ɔ: 'o',
  Ɔ: 'O',
};

/**
 * The text in GSM-7, where its script allows that: quotes, dashes, dots and spaces in plain forms, accented Latin letters
 * that GSM-7 lacks as their base letters (those it has, é ü ñ Ø …, stay), and symbols and emoji that have no plain form
 * dropped. One letter or digit that has none (Cyrillic, Han, Arabic …) makes the SMS UCS-2 whatever else is done, so then
 * the text comes back as it was, in NFC: its own punctuation is true and shorter.
 */
export function toGsm(text: string): string {
  const whole = text.normalize('NFC');
  // Taken apart alone, 1½ would be 11/2 and 10² would be 102.
  const prepared = whole
    .replace(/(\d)(?=[¼-¾⅐-⅞])/gu, '$1 ')
    .replace(/(\d)([²³¹⁰⁴-⁹]+)/gu, (_, digit: string, power: string) => `${digit}^${power.normalize('NFKC')}`);
  let out = '';
  let dropped = false;
  for (const character of prepared) {
    const plain = plainForm(character);
    if (plain !== undefined) {
      out += plain;
    } else if (/[\p{L}\p{N}]/u.test(character)) {
      return whole;
    } else {
      dropped = true;
    }
  }
  return dropped ? out.replace(/ {2,}/g, ' ').trim() : out;
}

/** One character in GSM-7, '' for a mark that belongs to the letter before it, or undefined where nothing stands for it. */
function plainForm(character: string): string | undefined {
  if (septets(character) !== undefined) return character;
  const mapped = plainForms[character];
  if (mapped !== undefined) return mapped;
  if (/[\p{Zs}\t\v\u0085]/u.test(character)) return ' ';
  if (/[\u2028\u2029]/u.test(character)) return '\n';
  if (/\p{M}/u.test(character)) return '';
  const apart = character.normalize('NFKD');
  if (apart === character) return undefined;
  // ǘ is ü with one more accent, and ü stays: so the accents go one by one, from the last.
  for (let end = apart.length - 1; end > 1; end -= 1) {
    const less = apart.slice(0, end).normalize('NFC');
    if (/^.\p{M}+$/u.test(apart) && septets(less) !== undefined) return less;
  }
  let out = '';
  for (const part of apart) {
    const plain = plainForm(part);
    if (plain === undefined) return undefined;
    out += plain;
  }
  return out;
}
