import { COMMON_WORDS } from './common-words.ts';
import { type Findings, shown } from './findings.ts';
import { implies, isAllExcepted, sectionsOf } from './implies.ts';
import type { Part } from './parts.ts';
import { printQuery } from './print.ts';
import type { Query } from './query.ts';

/** Looks through a query that has no error for what an editor can hardly have meant. */
export function warnOf(whole: Part, text: string, findings: Findings): void {
  const doubts = new Doubts(text, findings);
  doubts.ofMatching(whole);
  doubts.ofDoubling(whole);
  doubts.ofCommonWords(whole);
}

const NEVER_HINT = 'Take one of the two out, or put OR between them.';

/** No part is deeper than the parser takes, so that these walks have their stack. */
class Doubts {
  readonly #text: string;
  readonly #findings: Findings;

  constructor(text: string, findings: Findings) {
    this.#text = text;
    this.#findings = findings;
  }

  /** Tells each smallest part that nothing can match; answers whether the part is one, or holds one that it needs. */
  ofMatching(part: Part): boolean {
    if (part.opposite) {
      this.ofMatching(part.opposite);
      return false;
    }
    const { query } = part;
    const never = part.parts.map((one) => this.ofMatching(one));
    switch (query.kind) {
      case 'and':
        return never.includes(true) || this.#contradiction(part);
      case 'or':
        return never.every(Boolean);
      case 'of':
        return never.filter((isNever) => !isNever).length < query.count;
      case 'near':
        return never.includes(true) || this.#apart(part, query);
      case 'count':
        if (never.includes(true) || !isAllExcepted(query.operand)) return never.includes(true);
        this.#never(
          part,
          `${this.#shown(part)} leaves out all that it looks for.`,
          'Make what EXCEPT leaves out longer.',
        );
        return true;
      default:
        return false;
    }
  }

  #contradiction({ parts }: Part): boolean {
    const wanted = parts.filter(({ opposite }) => !opposite);
    const known = new Map(wanted.map((part) => [printQuery(part.query), part]));
    for (const left of parts) {
      if (!left.opposite) continue;
      const out = left.opposite;
      const met = known.get(printQuery(out.query)) ?? wanted.find(({ query }) => implies(query, out.query));
      if (!met) continue;
      const reason = `${this.#shown(met)} is looked for, and ${this.#shown(out)} left out.`;
      this.#never(left, reason, NEVER_HINT);
      return true;
    }
    const languages = wanted.filter(({ query }) => query.kind === 'lang');
    for (const [i, a] of languages.entries()) {
      const b = languages
        .slice(i + 1)
        .find((other) => !implies(a.query, other.query) && !implies(other.query, a.query));
      if (!b) continue;
      this.#never(b, `No article is in ${this.#shown(a)} and in ${this.#shown(b)}.`, NEVER_HINT);
      return true;
    }
    return false;
  }

  /** A chain stands in one place: in the headline, say, and not half of it with the author. */
  #apart(part: Part, { operands }: Extract<Query, { kind: 'near' }>): boolean {
    const sections = operands.map(({ terms }) => new Set(terms.flatMap(sectionsOf)));
    const common = [...sections[0]!].some((name) => sections.every((each) => each.has(name)));
    if (common) return false;
    this.#never(part, `The words of ${this.#shown(part)} stand in different places.`, 'Give them the same field.');
    return true;
  }

  #never({ at, end }: Part, reason: string, hint: string): void {
    this.#findings.warning(`Nothing can match this: ${reason}`, at, end, hint);
  }

  ofDoubling(part: Part): void {
    if (part.query.kind === 'and' || part.query.kind === 'or') {
      this.#doubled(part.parts);
      this.#absorbed(part);
    }
    this.#doubled(part.exceptions ?? []);
    if (part.opposite) this.ofDoubling(part.opposite);
    for (const one of part.parts) this.ofDoubling(one);
  }

  #doubled(parts: Part[]): void {
    const known = new Set<string>();
    for (const part of parts) {
      const printed = printQuery(part.query);
      if (known.has(printed)) {
        const hint = 'Once is enough: take one of them out.';
        this.#findings.warning(`${this.#shown(part)} stands here twice.`, part.at, part.end, hint);
      }
      known.add(printed);
    }
  }

  /** A group that holds what stands beside it adds nothing: `china (port OR china)` is `china`, and so is `china OR (china port)`. */
  #absorbed({ query, parts }: Part): void {
    const inner = query.kind === 'and' ? 'or' : 'and';
    const groups = parts.filter((part) => part.query.kind === inner);
    if (groups.length === 0) return;
    const beside = new Set(parts.map((part) => printQuery(part.query)));
    for (const group of groups) {
      const one = group.parts.find((part) => beside.has(printQuery(part.query)));
      if (!one) continue;
      const why = inner === 'or' ? 'must be there in any case' : 'is enough';
      const message = `${this.#shown(group)} adds nothing: ${this.#shown(one)} ${why}.`;
      const hint = 'Take the group out, or what stands beside it and in it.';
      this.#findings.warning(message, group.at, group.end, hint);
    }
  }

  /** Tells words that decide a part and are in so many articles that they decide nothing. */
  ofCommonWords(part: Part): void {
    const { query, opposite, parts } = part;
    if (opposite) {
      for (const one of opposite.query.kind === 'or' ? opposite.parts : [opposite]) {
        if (isCommon(one)) this.#common(one, 'To leave it out leaves out most articles.');
      }
    } else if (isCommon(part)) {
      this.#common(part, 'Add a word that says more, or put what belongs together in quotes.');
    } else if (query.kind === 'and' || query.kind === 'or' || query.kind === 'of') {
      const isAnd = query.kind === 'and';
      for (const one of parts) if (!isAnd || !isCommon(one)) this.ofCommonWords(one);
    }
  }

  #common(part: Part, hint: string): void {
    const isAre = part.query.kind === 'and' ? 'are words' : 'is a word';
    this.#findings.warning(`${this.#shown(part)} ${isAre} that most articles have.`, part.at, part.end, hint);
  }

  #shown({ at, end }: Part): string {
    return shown(this.#text.slice(at, end));
  }
}

/** Whether all that a part looks for is in most articles. */
function isCommon({ query, parts }: Part): boolean {
  if (query.kind === 'word') return !query.place && !query.exact && COMMON_WORDS.has(query.word);
  const wanted = parts.filter(({ opposite }) => !opposite);
  return query.kind === 'and' && wanted.length > 0 && wanted.every(isCommon);
}
