/*
 * What the language says of words by where they stand: EXCEPT, ATLEAST, NEAR and THEN, as pure functions on lists of stretches.
 * They know nothing of strings, so that every matcher asks the same ones and answers alike.
 *
 * All lists given are of one section of an article and as `inOrder` leaves them.
 */

/**
 * Where a term stands in a section, in half-words from its beginning: `from` is the first that belongs to it, `to` the first after
 * it. A word is two half-words wide, a character of a script without blanks one. No two positions share a half-word, so that
 * these numbers also tell what overlaps and what stands inside what.
 */
export interface Stretch {
  from: number;
  to: number;
}

/** What holds between two neighbours of a chain: at most `within` words between them, and in that order where `ordered`. */
export interface Link {
  ordered: boolean;
  within: number;
}

/** How many stretches are tried at most as members of a chain, in one section. */
const STEPS = {
  /** Most chains are found, or seen to be impossible, in a few steps. The sweeps cost more than these, and serve long lists. */
  quick: 1_000,
  /** Where the members of a chain could share words. Past it the chain counts as not there. */
  most: 100_000,
};

/** Stretches by where they begin, then by where they end, each once. */
export function inOrder<T extends Stretch>(stretches: readonly T[]): T[] {
  return stretches
    .toSorted((a, b) => a.from - b.from || a.to - b.to)
    .filter((stretch, i, all) => stretch.from !== all[i - 1]?.from || stretch.to !== all[i - 1]?.to);
}

/** Those that do not stand inside one of `exceptions`, from their first word to their last. Time: the length of both lists. */
export function outside<T extends Stretch>(stretches: readonly T[], exceptions: readonly Stretch[]): T[] {
  let next = 0;
  let coveredTo = 0;
  return stretches.filter(({ from, to }) => {
    for (; next < exceptions.length && exceptions[next]!.from <= from; next++) {
      coveredTo = Math.max(coveredTo, exceptions[next]!.to);
    }
    return to > coveredTo;
  });
}

/** How many stretches can be taken so that no two overlap; stops at `enough`. To take what ends first is never worse. */
export function countApart(stretches: readonly Stretch[], enough = Number.POSITIVE_INFINITY): number {
  let count = 0;
  let takenTo = 0;
  for (const { from, to } of stretches.toSorted((a, b) => a.to - b.to)) {
    if (count >= enough) break;
    if (from < takenTo) continue;
    takenTo = to;
    count++;
  }
  return count;
}

/** The fewest half-words between one of `before` and one of `after` that follows it; undefined where none follows. */
export function closest(before: readonly Stretch[], after: readonly Stretch[]): number | undefined {
  const ends = before.map(({ to }) => to).sort((a, b) => a - b);
  let least: number | undefined;
  let next = 0;
  for (const { from } of after) {
    while (next < ends.length && ends[next]! <= from) next++;
    if (next > 0) least = Math.min(least ?? Number.POSITIVE_INFINITY, from - ends[next - 1]!);
  }
  return least;
}

/**
 * Whether there is a chain: one stretch of each of `lists`, no two overlapping, the neighbours as `links` say (`links[i]` is between
 * `lists[i]` and `lists[i + 1]`), and the whole, from its first word to its last, not inside one of `exceptions`.
 *
 * Exact, in time by the lengths of the lists, where only neighbours in the chain could overlap: wherever all links are ordered, or
 * the lists of others share no word. Otherwise the chains are tried one by one, 100,000 steps at most (`steps` is for tests).
 */
export function hasChain(
  lists: readonly (readonly Stretch[])[],
  links: readonly Link[],
  exceptions: readonly Stretch[],
  steps = STEPS,
): boolean {
  if (lists.some((list) => list.length === 0)) return false;
  const quick = new ChainSearch(lists, links, exceptions, steps.quick);
  if (quick.chainWith(0, lists[0]!) !== undefined) return true;
  if (!quick.gaveUp) return false;

  const linked = linkedMembers(lists, links);
  if (linked.lists[0]!.length === 0) return false;
  if (couldOverlap(linked.lists, links)) {
    return new ChainSearch(linked.lists, links, exceptions, steps.most).chainWith(0, linked.lists[0]!) !== undefined;
  }
  // A chain is free of the exceptions where one member ends past all that cover another. From the later of these two in the chain's
  // order the other is on one side, and the best that this side can offer is the chain that begins first.
  const coveredTo = coverage(exceptions);
  return linked.lists.some((list, i) => list.some(({ to }, k) => to > coveredTo(linked.leastFrom[i]![k]!)));
}

/**
 * Every stretch that takes part in some chain, to be shown to a reader, in no order. Where chains must be tried one by one, those
 * that were found within 100,000 steps.
 */
export function membersOfChains<T extends Stretch>(
  lists: readonly (readonly T[])[],
  links: readonly Link[],
  exceptions: readonly Stretch[],
): T[] {
  if (!hasChain(lists, links, exceptions)) return [];
  const linked = linkedMembers(lists, links).lists;
  if (exceptions.length === 0 && !couldOverlap(linked, links)) return linked.flat();
  const search = new ChainSearch(linked, links, exceptions, STEPS.most);
  const members = new Set<T>();
  for (const [i, list] of linked.entries()) {
    for (const stretch of list) {
      if (!members.has(stretch)) for (const member of search.chainWith(i, [stretch]) ?? []) members.add(member);
    }
  }
  return members.size > 0 ? [...members] : linked.flat();
}

/** Tries one chain after the other, nearest to hand first, until one holds or the steps are used up. */
class ChainSearch<T extends Stretch> {
  readonly #lists: readonly (readonly T[])[];
  readonly #links: readonly Link[];
  readonly #coveredTo: (from: number) => number;
  /** Of each list, the width of its widest: how far before a place a stretch may begin that ends after it. */
  readonly #widest: number[];
  readonly #chosen: T[];
  #stepsLeft: number;

  constructor(lists: readonly (readonly T[])[], links: readonly Link[], exceptions: readonly Stretch[], steps: number) {
    this.#lists = lists;
    this.#links = links;
    this.#coveredTo = coverage(exceptions);
    this.#widest = lists.map(widestOf);
    this.#chosen = new Array(lists.length);
    this.#stepsLeft = steps;
  }

  get gaveUp(): boolean {
    return this.#stepsLeft < 0;
  }

  /** A chain whose member `first` is one of `candidates`; undefined where there is none or the steps are used up. */
  chainWith(first: number, candidates: readonly T[]): T[] | undefined {
    for (const candidate of candidates) {
      if (--this.#stepsLeft < 0) return undefined;
      this.#chosen[first] = candidate;
      if (this.#extend(first, first, candidate.from, candidate.to)) return [...this.#chosen];
    }
    return undefined;
  }

  /** The members `left` to `right` are chosen and stand between `from` and `to`. First all to their right, then all to their left. */
  #extend(left: number, right: number, from: number, to: number): boolean {
    const isRightwards = right < this.#lists.length - 1;
    if (!isRightwards && left === 0) return to > this.#coveredTo(from);
    const i = isRightwards ? right + 1 : left - 1;
    const neighbour = this.#chosen[isRightwards ? right : left]!;
    const link = this.#links[isRightwards ? right : i]!;
    const list = this.#lists[i]!;
    const reach = 2 * link.within;
    const lastFrom = neighbour.to + reach;
    for (let k = firstFrom(list, neighbour.from - reach - this.#widest[i]!); k < list.length; k++) {
      const stretch = list[k]!;
      if (stretch.from > lastFrom) break;
      if (--this.#stepsLeft < 0) return false;
      const [a, b] = isRightwards ? [neighbour, stretch] : [stretch, neighbour];
      if (!isLinked(link, a, b) || this.#overlapsChosen(stretch, left, right)) continue;
      this.#chosen[i] = stretch;
      const isWhole = this.#extend(
        isRightwards ? left : i,
        isRightwards ? i : right,
        Math.min(from, stretch.from),
        Math.max(to, stretch.to),
      );
      if (isWhole) return true;
    }
    return false;
  }

  #overlapsChosen(stretch: Stretch, left: number, right: number): boolean {
    for (let i = left; i <= right; i++) {
      const chosen = this.#chosen[i]!;
      if (stretch.from < chosen.to && chosen.from < stretch.to) return true;
    }
    return false;
  }
}

/** Whether `a` and, after it in the chain, `b` stand as the link says. */
function isLinked({ ordered, within }: Link, a: Stretch, b: Stretch): boolean {
  const between = b.from >= a.to ? b.from - a.to : ordered ? -1 : a.from - b.to;
  return between >= 0 && between <= 2 * within;
}

/**
 * Of each list the members through which a chain can be drawn, where it may overlap but in its neighbours, and for each of them
 * where the chain can begin at the least: the first of all that it can be linked to on one side of it in the chain's order.
 */
function linkedMembers<T extends Stretch>(
  all: readonly (readonly T[])[],
  links: readonly Link[],
): { lists: T[][]; leastFrom: number[][] } {
  const lists = withinReach(all, links);
  const before = sweep(lists, links, false);
  const after = sweep(lists, links, true);
  const isMember = (i: number, k: number) => Number.isFinite(before[i]![k]!) && Number.isFinite(after[i]![k]!);
  return {
    lists: lists.map((list, i) => list.filter((_, k) => isMember(i, k))),
    leastFrom: lists.map((list, i) =>
      list.flatMap((_, k) => (isMember(i, k) ? [Math.min(before[i]![k]!, after[i]![k]!)] : [])),
    ),
  };
}

/**
 * Of each list what a chain could reach from some member of the shortest list: every chain has one of these. So the sweeps take
 * no longer for a word that stands everywhere beside one that is rare.
 */
function withinReach<T extends Stretch>(
  lists: readonly (readonly T[])[],
  links: readonly Link[],
): readonly (readonly T[])[] {
  const shortest = lists.reduce((least, list, i) => (list.length < lists[least]!.length ? i : least), 0);
  const widest = lists.map(widestOf);
  /** The most half-words between a member of the shortest list and one of the other in a chain. */
  const reach = lists.map(() => 0);
  for (let i = shortest + 1; i < lists.length; i++) {
    reach[i] = reach[i - 1]! + 2 * links[i - 1]!.within + (i - 1 === shortest ? 0 : widest[i - 1]!);
  }
  for (let i = shortest - 1; i >= 0; i--) {
    reach[i] = reach[i + 1]! + 2 * links[i]!.within + (i + 1 === shortest ? 0 : widest[i + 1]!);
  }
  const around = lists[shortest]!;
  return lists.map((list, i) => (i === shortest ? list : near(list, widest[i]!, around, reach[i]!)));
}

/** Those of a list that begin at most `reach` after one of `around`, or end so far before it. None of the list is wider than `widest`. */
function near<T extends Stretch>(
  list: readonly T[],
  widest: number,
  around: readonly Stretch[],
  reach: number,
): readonly T[] {
  const found: T[] = [];
  let next = 0;
  for (const { from, to } of around) {
    next = Math.max(next, firstFrom(list, from - reach - widest));
    for (; next < list.length && list[next]!.from <= to + reach; next++) found.push(list[next]!);
  }
  return found;
}

function widestOf(list: readonly Stretch[]): number {
  return list.reduce((widest, { from, to }) => Math.max(widest, to - from), 0);
}

/** For each stretch: the least `from` in any chain of the lists up to its own, or from the last down to it; infinite without one. */
function sweep(
  lists: readonly (readonly Stretch[])[],
  links: readonly Link[],
  isBackwards: boolean,
): readonly Float64Array[] {
  const least = lists.map((list) => numbersOf(list, ({ from }) => from));
  const order = isBackwards ? [...lists.keys()].reverse() : [...lists.keys()];
  for (const [step, here] of order.slice(1).entries()) {
    const last = order[step]!;
    const link = links[Math.min(here, last)]!;
    const [list, lastList, lastLeast, reach] = [lists[here]!, lists[last]!, least[last]!, 2 * link.within];
    const reached = new Float64Array(list.length).fill(Number.POSITIVE_INFINITY);
    if (!link.ordered || !isBackwards) {
      const ends = numbersOf(lastList, ({ to }) => to);
      const begins = numbersOf(list, ({ from }) => from);
      lowerToLeastWithin(reached, ends, lastLeast, begins, reach);
    }
    if (!link.ordered || isBackwards) {
      const begins = numbersOf(lastList, ({ from }) => -from);
      const ends = numbersOf(list, ({ to }) => -to);
      lowerToLeastWithin(reached, begins, lastLeast, ends, reach);
    }
    const own = least[here]!;
    least[here] = reached.map((chain, k) => (Number.isFinite(chain) ? Math.min(own[k]!, chain) : chain));
  }
  return least;
}

/** Lowers each of `found` to the least of the values whose place is at most `reach` below that which is asked. A sliding window. */
function lowerToLeastWithin(
  found: Float64Array,
  places: Float64Array,
  values: Float64Array,
  asked: Float64Array,
  reach: number,
): void {
  const order = ascending(places);
  /** Those that may still be the least of some window, from `head` on to `tail`: their places and their values rise. */
  const window = new Uint32Array(places.length);
  let head = 0;
  let tail = 0;
  let next = 0;
  for (const k of ascending(asked)) {
    const place = asked[k]!;
    for (; next < order.length && places[order[next]!]! <= place; next++) {
      const entering = order[next]!;
      while (tail > head && values[window[tail - 1]!]! >= values[entering]!) tail--;
      window[tail++] = entering;
    }
    while (head < tail && places[window[head]!]! < place - reach) head++;
    if (head < tail) found[k] = Math.min(found[k]!, values[window[head]!]!);
  }
}

/** The indexes of numbers in the order of these. Most lists are in order, or turned round: only what is neither is sorted. */
function ascending(numbers: Float64Array): Uint32Array {
  let rises = true;
  let falls = true;
  for (let i = 1; i < numbers.length && (rises || falls); i++) {
    if (numbers[i]! < numbers[i - 1]!) rises = false;
    else if (numbers[i]! > numbers[i - 1]!) falls = false;
  }
  const indexes = new Uint32Array(numbers.length);
  for (let i = 0; i < indexes.length; i++) indexes[i] = rises || !falls ? i : indexes.length - 1 - i;
  return rises || falls ? indexes : indexes.sort((a, b) => numbers[a]! - numbers[b]!);
}

function numbersOf(list: readonly Stretch[], numberOf: (stretch: Stretch) => number): Float64Array {
  const numbers = new Float64Array(list.length);
  for (let i = 0; i < list.length; i++) numbers[i] = numberOf(list[i]!);
  return numbers;
}

/** Whether two members of a chain that are not neighbours could share a word. */
function couldOverlap(lists: readonly (readonly Stretch[])[], links: readonly Link[]): boolean {
  for (let i = 0; i < lists.length; i++) {
    let isOrdered = links[i]?.ordered;
    for (let k = i + 2; k < lists.length; k++) {
      isOrdered &&= links[k - 1]!.ordered;
      if (!isOrdered && overlap(lists[i]!, lists[k]!)) return true;
    }
  }
  return false;
}

/** Whether any of one list overlaps any of the other. */
function overlap(a: readonly Stretch[], b: readonly Stretch[]): boolean {
  let [i, k, aTo, bTo] = [0, 0, 0, 0];
  while (i < a.length || k < b.length) {
    const isOfA = k === b.length || (i < a.length && a[i]!.from <= b[k]!.from);
    const { from, to } = isOfA ? a[i++]! : b[k++]!;
    if (from < (isOfA ? bTo : aTo)) return true;
    if (isOfA) aTo = Math.max(aTo, to);
    else bTo = Math.max(bTo, to);
  }
  return false;
}

/** Tells of a place how far the exceptions reach that begin there or before: what ends no later stands inside one. 0 for none. */
function coverage(exceptions: readonly Stretch[]): (from: number) => number {
  let furthest = 0;
  const upTo = exceptions.map(({ to }) => {
    furthest = Math.max(furthest, to);
    return furthest;
  });
  return (from) => upTo[firstFrom(exceptions, from + 1) - 1] ?? 0;
}

/** The index of the first stretch that begins at `from` or after. */
function firstFrom(stretches: readonly Stretch[], from: number): number {
  let low = 0;
  let high = stretches.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (stretches[middle]!.from < from) low = middle + 1;
    else high = middle;
  }
  return low;
}
