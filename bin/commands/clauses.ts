import { type ArticleText, explainReading, matchedWords, Reading, type Span } from '../../core/matcher/index.ts';
import { expandTags, printQuery, type Query, type Tags } from '../../core/query/index.ts';
import { columns, plain, short } from './print.ts';

/** A clause of a query beside one article. */
export interface Clause {
  /** In the query's canonical form, or what joins its parts: `at least 2 of`. */
  clause: string;
  met: boolean;
  /** The words of the article that met it, as the article spells them. */
  words: string[];
  /** Why it is not met, in words. */
  reasons: string[];
  /** The clauses that it is made of, where they say more than it says itself. */
  parts: Clause[];
}

/** A query taken apart beside an article: what is in it and what is missing. Tags are taken apart too. */
export function clausesOf(query: Query, article: ArticleText, tags: Tags): Clause {
  return clausesBeside(query, new Reading(article), tags);
}

function clausesBeside(query: Query, reading: Reading, tags: Tags): Clause {
  const { article } = reading;
  const parts = partsOf(query, tags);
  const explanation = explainReading(expandTags(query, tags), reading);
  return {
    clause: parts.length > 0 ? joint(query, tags) : printQuery(query),
    met: explanation.met,
    words: explanation.met ? wordsOf(explanation.spans, article) : [],
    reasons: explanation.met ? [] : explanation.miss.missing.map(({ reason }) => reason),
    parts: parts.map((part) => clausesBeside(part, reading, tags)),
  };
}

/** What the article has for the spans, also in its author and section, which `matchedWords` leaves out. */
export function wordsOf(spans: readonly Span[], article: ArticleText): string[] {
  const elsewhere = spans.filter(({ place }) => place === 'author' || place === 'section').map(({ text }) => text);
  return [...new Set([...matchedWords(spans, article), ...elsewhere])];
}

/** The parts worth a line each: of an AND or OF, and of an OR unless it is a list of words, where one line says it. */
function partsOf(query: Query, tags: Tags): readonly Query[] {
  if (query.kind === 'and' || query.kind === 'of') return query.parts;
  if (query.kind === 'or' && query.parts.some(({ kind }) => !SIMPLE.has(kind))) return query.parts;
  const meant = query.kind === 'tag' ? tags.get(query.name) : undefined;
  return meant ? partsOf(meant, tags) : [];
}

const SIMPLE = new Set<Query['kind']>(['word', 'phrase', 'prefix', 'source', 'lang']);

function joint(query: Query, tags: Tags): string {
  if (query.kind === 'and') return 'all of';
  if (query.kind === 'or') return 'one of';
  if (query.kind === 'of') return `at least ${query.count} of`;
  const meant = query.kind === 'tag' ? tags.get(query.name) : undefined;
  return meant ? `${printQuery(query)}, ${joint(meant, tags)}` : printQuery(query);
}

/** A clause is cut after so many characters: the line is for what became of it. */
const CLAUSE = 56;
const WORDS = 8;

/**
 * The clauses as lines, a tick or a cross before each.
 *
 *     ✓ china               China, Chinese
 *     ✗ raid OR arrest      “raid” is not in the article
 */
export function clauseLines(clause: Clause, indent = '  '): string[] {
  // An AND at the top is the query itself.
  const top = clause.clause === 'all of' ? clause.parts : [clause];
  return columns(
    top.flatMap((part) => rows(part, '')),
    indent,
  );
}

function rows({ clause, met, words, reasons, parts }: Clause, indent: string): string[][] {
  const name = `${indent}${met ? '✓' : '✗'} ${short(clause, CLAUSE)}`;
  if (parts.length > 0) return [[`${name}:`], ...parts.flatMap((part) => rows(part, `${indent}  `))];
  const shown = words.slice(0, WORDS).map(plain).join(', ') + (words.length > WORDS ? '…' : '');
  return [[name, met ? shown : reasons.map(plain).join('; ')]];
}
