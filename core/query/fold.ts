/** Letters that are another letter with a stroke or a tie, which no Unicode decomposition takes apart. */
const PLAIN_LETTER: Record<string, string> = {
  ł: 'l',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ħ: 'h',
  ŧ: 't',
  þ: 'th',
  æ: 'ae',
  œ: 'oe',
  ς: 'σ',
};

const ASCII = /^[\0-\x7f]*$/;
const IGNORABLE = /\p{Default_Ignorable_Code_Point}/gu;
const LATIN_OR_GREEK_MARKS = /(?<=[\p{Script=Latin}\p{Script=Greek}])\p{M}+/gu;
/** A stress mark over a Cyrillic vowel, as dictionaries and some papers set it. `й`, `ї`, `ќ` are letters of their own. */
const CYRILLIC_STRESS = /(?<=[аеиоуыэюяіѣє]\u0308?)[\u0300\u0301]+/g;
const CYRILLIC_YO = /е\u0308/g;
const ARABIC_HARAKAT_AND_TATWEEL = /[\u0610-\u061a\u0640\u064b-\u0652\u0656-\u065f\u0670\u06d6-\u06dc]/g;
const ARABIC_ALEF = /[آأإٱ]/g;
/** NFKC takes Thai and Lao *am* apart, which would make two characters of what a reader sees as one. */
const THAI_AM = /\u0e4d\u0e32/g;
const LAO_AM = /\u0ecd\u0eb2/g;
const APOSTROPHE = /[’‘ʼ]/g;
/** Folding straightens the wide one with its other wide letters. */
const ANY_APOSTROPHE = /[’‘ʼ＇]/g;
const OTHER_LETTER = new RegExp(`[${Object.keys(PLAIN_LETTER).join('')}]`, 'g');

/**
 * The form under which a word is compared: case, width and ligatures folded (NFKC_Casefold, so ß is ss and ＡＢＣ is abc), marks
 * off in Latin and Greek, ı→i ł→l ø→o đ→d æ→ae œ→oe and their like. Cyrillic loses ё→е and stress marks, Arabic its harakat and the
 * forms of alef; in every other script a mark makes another word (ガス is not カス) and stays. Folding twice changes nothing.
 *
 * Give it a word, not a text: a text is cut first and folded after, since folding moves the cuts (`™` becomes letters).
 */
export function fold(word: string): string {
  if (ASCII.test(word)) return word.toLowerCase();
  // Up and down again is JavaScript's way to a full case folding: ß → SS → ss, ı → I → i. The first step is for ẞ, which
  // is its own capital.
  const caseless = word.normalize('NFKC').replace(IGNORABLE, '').toLowerCase().toUpperCase().toLowerCase();
  return caseless
    .normalize('NFD')
    .replace(LATIN_OR_GREEK_MARKS, '')
    .replace(CYRILLIC_STRESS, '')
    .replace(CYRILLIC_YO, 'е')
    .replace(OTHER_LETTER, (letter) => PLAIN_LETTER[letter]!)
    .normalize('NFKC')
    .replace(ARABIC_HARAKAT_AND_TATWEEL, '')
    .replace(ARABIC_ALEF, 'ا')
    .replace(THAI_AM, '\u0e33')
    .replace(LAO_AM, '\u0eb3')
    .replace(APOSTROPHE, "'");
}

/**
 * The form under which a word is compared as it is written (`=WHO`): composed (NFC), without what nobody sees, apostrophes straightened.
 * Case, width and accents are kept. Doing it twice changes nothing.
 */
export function exactly(word: string): string {
  if (ASCII.test(word)) return word;
  return word.replace(IGNORABLE, '').normalize('NFC').replace(ANY_APOSTROPHE, "'");
}
