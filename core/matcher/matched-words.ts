import { fold, words } from '../query/index.ts';
import type { Span } from './explain.ts';
import type { ArticleText } from './reading.ts';

/** More than a reader takes in at a glance. */
const MAX_WORDS = 12;
/** A compound that is longer is not shown as a whole: it is no word but something that a page glued together. */
const MAX_COMPOUND_LETTERS = 60;
const HYPHEN = /^[-‐‑]$/;

/**
 * The words that matched, as the article spells them, to be shown to a person: a hit inside a hyphenated compound as the whole compound
 * (`cyber-sabotage`), without a possessive (`China` for China’s), each once whatever its case (the first spelling stays), in the order in
 * which they first stand, headline first, at most twelve. `spans` come from `explain` on the same article; an author's name and
 * a section's are no words of its text and left out.
 */
export function matchedWords(spans: readonly Span[], article: ArticleText): string[] {
  const shown = new Map<string, string>();
  const compounds: { title?: Map<number, Compound>; text?: Map<number, Compound> } = {};
  for (const { place, start, end } of spans.toSorted(byPlace)) {
    if (place !== 'title' && place !== 'text') continue;
    const text = article[place];
    compounds[place] ??= compoundsByEdge(text);
    const first = compounds[place].get(start);
    const last = compounds[place].get(end);
    const surface = text.slice(first?.start ?? start, last?.end ?? end).replace(/\s+/g, ' ');
    const folded = fold(surface);
    if (!shown.has(folded)) shown.set(folded, surface);
    if (shown.size === MAX_WORDS) break;
  }
  return [...shown.values()];
}

/** Words joined by hyphens, as UTF-16 offsets: where the first begins and the last ends. */
interface Compound {
  start: number;
  end: number;
}

/** For each offset at which a word of a compound begins or ends: that compound. */
function compoundsByEdge(text: string): Map<number, Compound> {
  const byEdge = new Map<number, Compound>();
  let members: Compound[] = [];
  const close = () => {
    const compound = { start: members[0]?.start ?? 0, end: members.at(-1)?.end ?? 0 };
    if (members.length > 1 && compound.end - compound.start <= MAX_COMPOUND_LETTERS) {
      for (const { start, end } of members) byEdge.set(start, compound).set(end, compound);
    }
    members = [];
  };
  for (const { start, end } of words(text)) {
    const last = members.at(-1);
    if (last && start < last.end) continue; // another reading of the same word
    if (last && !HYPHEN.test(text.slice(last.end, start))) close();
    members.push({ start, end });
  }
  close();
  return byEdge;
}

function byPlace(a: Span, b: Span): number {
  return Number(a.place === 'text') - Number(b.place === 'text') || a.start - b.start || a.end - b.end;
}
