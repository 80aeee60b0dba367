/** Names with so many letters wrong are another name. */
const MOST_WRONG = 2;

/** The names that a mistyped one is likely to mean, the likeliest first: at most two letters, and a third of it, are wrong. */
export function nearest(typed: string, names: Iterable<string>): string[] {
  const letters = [...typed];
  const most = Math.min(MOST_WRONG, Math.ceil(letters.length / 3));
  const near: { name: string; wrong: number }[] = [];
  for (const name of names) {
    if (Math.abs([...name].length - letters.length) > most) continue;
    const wrong = editDistance(letters, [...name]);
    if (wrong <= most) near.push({ name, wrong });
  }
  return near
    .sort((a, b) => a.wrong - b.wrong || (a.name < b.name ? -1 : 1))
    .slice(0, 3)
    .map(({ name }) => name);
}

/** Letters to put in, take out or change; two that changed places count once (optimal string alignment). */
function editDistance(a: string[], b: string[]): number {
  let twoBefore: number[] = [];
  let before = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = before[j - 1]! + Number(a[i - 1] !== b[j - 1]);
      row[j] = Math.min(changed, before[j]! + 1, row[j - 1]! + 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) row[j] = Math.min(row[j]!, twoBefore[j - 2]! + 1);
    }
    twoBefore = before;
    before = row;
  }
  return before[b.length]!;
}
