import type { Query } from './query.ts';

/** A part of a query as it was typed: what it means, where it stands, and what must be known to refuse it. */
export interface Part {
  query: Query;
  /** Whether an article must hold something to meet it. What only leaves words out would be met by nearly every article. */
  requires: boolean;
  /** Groups within groups: 0 for a word or a phrase. */
  depth: number;
  at: number;
  end: number;
  /** What a NOT is the opposite of. */
  opposite?: Part;
}

/** Two parts or more that must all be met: an AND within an AND is one AND. */
export function all(parts: Part[]): Part {
  return join(
    'and',
    parts,
    parts.some(({ requires }) => requires),
  );
}

/** Two parts or more of which one is enough: an OR within an OR is one OR. */
export function any(parts: Part[]): Part {
  return join(
    'or',
    parts,
    parts.every(({ requires }) => requires),
  );
}

/** What must not be met. The opposite of an opposite is the thing itself. `at` is where the NOT stands. */
export function opposite(part: Part, at: number): Part {
  if (part.opposite) return { ...part.opposite, at, end: part.end };
  return {
    query: { kind: 'not', part: part.query },
    requires: false,
    depth: part.depth,
    at,
    end: part.end,
    opposite: part,
  };
}

function join(kind: 'and' | 'or', parts: Part[], requires: boolean): Part {
  if (parts.length === 1) return parts[0]!;
  return {
    query: { kind, parts: parts.flatMap(({ query }) => (query.kind === kind ? query.parts : [query])) },
    requires,
    depth: Math.max(...parts.map(({ query, depth }) => (query.kind === kind ? depth : depth + 1))),
    at: parts[0]!.at,
    end: parts.at(-1)!.end,
  };
}
