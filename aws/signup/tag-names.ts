import { tagName } from '../tags.ts';
import type { Wire } from '../wire.ts';

export const allTags = async (wire: Wire) => (await wire.tags.list()).map(({ name }) => name);

/** The names of tags as they are kept; `kept` are taken though the editors have them no more. */
export async function readTags(
  wire: Wire,
  typed: readonly string[],
  kept: readonly string[] = [],
): Promise<{ ok: true; names: string[] } | { ok: false; kind: 'invalid' | 'unknown tag'; reason: string }> {
  const names = [...new Set(typed.map(tagName).filter(Boolean))];
  const all = await allTags(wire);
  const known = new Set([...all, ...kept]);
  const theTags = all.length > 0 ? `the tags are ${listed(all.slice(0, 30), all.length)}` : 'there are no tags yet';
  if (names.length === 0) return { ok: false, kind: 'invalid', reason: `name at least one tag to watch: ${theTags}` };
  const unknown = names.find((name) => !known.has(name));
  if (unknown === undefined) return { ok: true, names };
  const near = nearest(unknown, all);
  const hint = near === undefined ? '' : `did you mean ${near}? `;
  return { ok: false, kind: 'unknown tag', reason: `there is no tag "${unknown.slice(0, 60)}": ${hint}${theTags}` };
}

/** The name that differs in the fewest letters, where those are not more than a third of it. */
function nearest(name: string, names: readonly string[]): string | undefined {
  let best: { name: string; distance: number } | undefined;
  for (const candidate of names) {
    if (Math.abs(candidate.length - name.length) > candidate.length / 3) continue;
    const distance = editDistance(name, candidate);
    if (distance <= Math.max(1, candidate.length / 3) && distance < (best?.distance ?? Number.POSITIVE_INFINITY)) {
      best = { name: candidate, distance };
    }
  }
  return best?.name;
}

/** Letters to be put in, taken out, exchanged, or swapped with their neighbour. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let least = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, beforeLast[j - 2]! + 1);
      row.push(least);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}

const list = new Intl.ListFormat('en', { type: 'conjunction' });

export function listed(names: readonly string[], count = names.length): string {
  return list.format(count > names.length ? [...names, `${count - names.length} more`] : names);
}
