import type { Query } from '../core/query/index.ts';

/**
 * Whether an article must hold something to make `query` come out as `wanted`. What only leaves words out is met by nearly every
 * article; the parser refuses it as it is typed, and the index by what its branches hold.
 */
export function requires(query: Query, wanted = true): boolean {
  switch (query.kind) {
    case 'and':
    case 'or':
    case 'of': {
      const all = query.parts.length;
      const mustHold = query.kind === 'and' ? all : query.kind === 'or' ? 1 : query.count;
      const deciding = wanted ? mustHold : all - mustHold + 1;
      // So many parts decide it, whichever they are: one of them requires something if fewer do not.
      return query.parts.filter((part) => !requires(part, wanted)).length < deciding;
    }
    case 'not':
      return requires(query.part, !wanted);
    default:
      return wanted;
  }
}
