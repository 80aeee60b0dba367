import { EXAMPLE, FIELD_LIST, type Field, fieldElsewhere, fieldLike, fieldNamed, isPlace } from './fields.ts';
import { shown } from './findings.ts';
import { MAX_COUNT, MAX_WITHIN } from './limits.ts';

/** What is to be said of text that reads like another product's operator or field, and is text to look for here. */
export interface Doubt {
  message: string;
  hint: string;
  /** How much of what comes after the chunk belongs to it: the `(5)` of `AROUND(5)`. */
  beyond?: number;
}

/*
 * Factiva and Lexis count the way from word to word: 1 is side by side. Here the words between are counted, so that the same is one
 * less (Factiva Developer's Kit, Search Statement Operators: "Adjacency is 1-based"; Lexis+ Help, near/n Connector: near/3 finds
 * "Richard Charles Nicholas Branson"). In Factiva w/n is adjn, which keeps the order; in Lexis it does not. Lexis's own measure of a
 * sentence is 25 words, of a paragraph 75. Google's AROUND(n) counts the words between.
 */
const OPERATORS: readonly [pattern: RegExp, hint: (n: number) => string][] = [
  [/^(?:w|within)\/(\d{1,4})$/i, (n) => `Write it ${near(n - 1)}, or ${then(n - 1)} for this order: ${BETWEEN}`],
  [/^\/(\d{1,4})$/, (n) => `Write it ${near(n - 1)}: ${BETWEEN}`],
  [/^near(\d{1,4})$/i, (n) => `Write it ${near(n - 1)}: ${BETWEEN}`],
  [/^(?:adj|(?:pre|onear)\/)(\d{1,4})$/i, (n) => `Write it ${then(n - 1)}: ${BETWEEN}`],
  [
    /^(?:near|n)\/(\d{1,4})$/i,
    (n) => `Write it ${near(n)} if ${n} words may stand between, or ${near(n - 1)} as Lexis counts.`,
  ],
  [/^then\/(\d{1,4})$/i, (n) => `Write it ${then(n)}.`],
  [/^(?:atleast\/?|atl)(\d{1,4})$/i, (n) => `Write it ATLEAST/${Math.min(Math.max(n, 1), MAX_COUNT)}.`],
  [/^(?:w\/|\/)(?:s|sent)$/i, () => `Sentences are not looked at: ${near(25)} is about one.`],
  [/^(?:w\/|\/)(?:p|para)$/i, () => `Paragraphs are not looked at: ${near(75)} is about one.`],
];

const BETWEEN = 'here the words between are counted.';

function near(n: number): string {
  return `NEAR/${within(n)}`;
}

function then(n: number): string {
  return `THEN/${within(n)}`;
}

function within(n: number): number {
  return Math.min(Math.max(n, 0), MAX_WITHIN);
}

const AROUND_NUMBER = /^[(（]\s*(\d{1,4})\s*[)）]/;
const NEAR_STROKES = /^([^/:.]*)\/N(\d{1,4})\/([^/:.]*)$/i;
const FIRST_STROKES = /^([^/:.]*)\/F\d{1,4}\/$/i;
const NAMED_VALUE = /^([a-z]{2,12})(=|[<>]=?)(.*)$/i;
const NAME = /^[a-z]{3,12}$/i;
const ONE_WORD = /^[\p{L}\p{M}\p{N}-]{1,40}\*?$/u;
const ONE_WORD_INSIDE = /^[(（]([\p{L}\p{M}\p{N}-]{1,40}\*?)[)）]/u;

/**
 * What there is to say of a chunk that is a word, or words, here. `before` is the word typed before it, if one stands there, and `after`
 * the text that follows. Only what can hardly be meant as words is told: `near5`, but never `same`.
 */
export function likeElsewhere(chunk: string, before: string, after: string): Doubt | undefined {
  const isText = `${shown(chunk)} is text to look for.`;
  for (const [pattern, hint] of OPERATORS) {
    const found = pattern.exec(chunk);
    if (found) return { message: isText, hint: hint(Number(found[1])) };
  }
  const around = /^around$/i.test(chunk) ? AROUND_NUMBER.exec(after) : null;
  if (around) {
    const message = `${shown(chunk + around[0])} is text to look for.`;
    return { message, hint: `Write it ${near(Number(around[1]))}.`, beyond: around[0].length };
  }
  const hint = strokes(chunk) ?? namedValue(chunk, after) ?? inCapitals(chunk, before, after);
  if (hint !== undefined) return { message: isText, hint };
  const called = /^[(（]/.test(after) ? call(chunk, after) : undefined;
  return called === undefined
    ? undefined
    : { message: `${shown(chunk)} before the parenthesis is a word to look for.`, hint: called };
}

/** What to type in place of a field that is not known. */
export function fieldHint(name: string): string {
  const why = notHere(name);
  if (why !== undefined) return why;
  const meant = fieldLike(name);
  if (meant === undefined) return `The fields are ${FIELD_LIST}.`;
  const forAll = /^all/i.test(name) ? ` Put parentheses around its words: ${meant}:(flood leeds).` : '';
  return `Is ${meant}: meant?${forAll}`;
}

/** Why there is no field of that name, where other products have one. */
function notHere(name: string): string | undefined {
  return NOT_HERE.get(name.toLowerCase());
}

const NOBODY_CODES =
  'Nobody codes the articles: make a tag of the words that tell the subject, the place or the company.';
const NO_LENGTH = 'An article’s length is not looked at: take this out.';
const NO_DATE = 'Articles are looked at when they come in: take the date out.';
const NO_BODY = 'No field is the text without the headline: without a field both are looked at.';
const NO_ADDRESS = 'Of an address only the host is looked at (source:bbc.co.uk).';

const NOT_HERE = new Map<string, string>([
  ...of('ns re in co fds de ric subject term terms geographic company industry ticker', NOBODY_CODES),
  ...of('wc length', NO_LENGTH),
  ...of('pd date before after', NO_DATE),
  ...of('td body intext allintext', NO_BODY),
  ...of('inurl allinurl filetype', NO_ADDRESS),
]);

function of(names: string, hint: string): [string, string][] {
  return names.split(' ').map((name) => [name, hint]);
}

/** `boeing/N30/airbus`, `toyota/F50/`. */
function strokes(chunk: string): string | undefined {
  const [, left, n, right] = NEAR_STROKES.exec(chunk) ?? [];
  if (n !== undefined) {
    const link = near(Number(n) - 1);
    return left && right ? `Write it ${left} ${link} ${right}: ${BETWEEN}` : `Write it ${link}: ${BETWEEN}`;
  }
  const [, word] = FIRST_STROKES.exec(chunk) ?? [];
  return word === undefined ? undefined : placed('lead', word, '');
}

/** `hd=china`, `hd=(china)`, `wc>500`. */
function namedValue(chunk: string, after: string): string | undefined {
  const [, name = '', sign, value = ''] = NAMED_VALUE.exec(chunk) ?? [];
  const why = notHere(name);
  if (why !== undefined || sign !== '=') return why;
  const field = fieldNamed(name) ?? fieldElsewhere(name);
  if (field === undefined) return undefined;
  if (field === 'lang' && /^[a-z]{2}$/i.test(value)) return `Write it lang:${value.toLowerCase()}`;
  return placed(field, value, value === '' ? after : '');
}

/** `vodafone SAME telecoms`: in capitals, between words that are not. */
function inCapitals(chunk: string, before: string, after: string): string | undefined {
  if (!/^(?:SAME|ADJ)$/.test(chunk)) return undefined;
  if (!/\p{Ll}/u.test(before) || !/^\s+["“(]?\p{L}?\p{Ll}/u.test(after)) return undefined;
  return chunk === 'ADJ'
    ? 'For words side by side use quotes, or THEN/0.'
    : `Paragraphs are not looked at: ${near(75)} is about one.`;
}

/** `HEADLINE(china)`, `allcaps(aids)`. */
function call(chunk: string, after: string): string | undefined {
  const name = chunk.toLowerCase();
  if (!NAME.test(name)) return undefined;
  const [, word] = ONE_WORD_INSIDE.exec(after) ?? [];
  switch (name) {
    case 'allcaps':
      return written(word?.toUpperCase());
    case 'nocaps':
      return written(word?.toLowerCase());
    case 'caps':
      return written(word && word.charAt(0).toUpperCase() + word.slice(1).toLowerCase());
    case 'singular':
    case 'plural':
      return `Write ${word ?? 'the word'} alone: no form is added to a word.`;
  }
  const own = fieldNamed(name);
  if (own) return placed(own, word ?? '', after);
  // A short one is as well a word: `by(`, `in(`.
  if (name.length < 4) return undefined;
  const field = fieldElsewhere(name);
  return field ? placed(field, word ?? '', after) : notHere(name);
}

function written(word: string | undefined): string {
  return `Put = before a word to find it as it is written: =${word ?? 'WHO'}`;
}

/** `value` is what the field is for; where that is not one word, `after` says what it begins with. */
function placed(field: Field, value: string, after: string): string {
  if (!isPlace(field)) return EXAMPLE[field];
  const where = field === 'lead' ? ', which is the headline or the first 60 words' : '';
  if (ONE_WORD.test(value)) return `Write it ${field}:${value}${where}`;
  if (/^[(（]/.test(after)) return `Write it ${field}:(…)${where}`;
  if (/^["“”„‟＂]/.test(after)) return `Write it ${field}:"…"${where}`;
  return `Put ${field}: before the word, as in ${field}:china${where}`;
}
