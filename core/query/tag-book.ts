import { shown } from './findings.ts';
import { MAX_DEPTH } from './limits.ts';
import { nearest } from './nearest.ts';
import type { Query, Tags } from './query.ts';

/** What a tag comes to with the tags that it is made of: its words and phrases, and its groups within groups. */
type TagSize = { terms: number; depth: number; fault?: undefined } | { fault: { message: string; hint: string } };

/** The tags that a query may name, each measured once. */
export class TagBook {
  readonly #tags: Tags;
  readonly #self: string | undefined;
  readonly #known = new Map<string, TagSize>();

  /** `self` is the tag that is being written: to name it is to make it of itself. */
  constructor(tags: Tags, self: string | undefined) {
    this.#tags = tags;
    this.#self = self;
  }

  sizeOf(name: string): TagSize {
    return this.#size(name, this.#self === undefined ? [] : [this.#self]);
  }

  /** `path` is what has led to the tag, from the outermost on; never more than `MAX_DEPTH` of them. */
  #size(name: string, path: string[]): TagSize {
    const begin = path.indexOf(name);
    if (begin >= 0) {
      const cycle = [...path.slice(begin), name].join(' → ');
      return fault(`The tag ${shown(name)} is made of itself: ${cycle}`, 'Take one of these tags out of another.');
    }
    const known = this.#known.get(name);
    if (known) return known;
    const size = this.#measured(name, path);
    this.#known.set(name, size);
    return size;
  }

  #measured(name: string, path: string[]): TagSize {
    const query = this.#tags.get(name);
    if (query === undefined) return this.#missing(name, path);
    if (path.length >= MAX_DEPTH) {
      return fault(`Tags are made of tags more than ${MAX_DEPTH} deep.`, 'Write the words of some of them out.');
    }
    return this.#sizeOfQuery(query, [...path, name]);
  }

  #sizeOfQuery(query: Query, path: string[]): TagSize {
    switch (query.kind) {
      case 'tag': {
        const size = this.#size(query.name, path);
        return size.fault ? size : { ...size, depth: size.depth + 1 };
      }
      case 'not':
        return this.#sizeOfQuery(query.part, path);
      case 'and':
      case 'or':
      case 'of': {
        let terms = 0;
        let depth = 0;
        for (const part of query.parts) {
          const size = this.#sizeOfQuery(part, path);
          if (size.fault) return size;
          terms += size.terms;
          depth = Math.max(depth, size.depth + 1);
        }
        return { terms, depth };
      }
      case 'count':
        return { terms: query.operand.terms.length + query.operand.exceptions.length, depth: 0 };
      case 'near': {
        const operands = query.operands.map(({ terms, exceptions }) => terms.length + exceptions.length);
        return { terms: operands.reduce((sum, one) => sum + one, query.exceptions.length), depth: 0 };
      }
      default:
        return { terms: 1, depth: 0 };
    }
  }

  #missing(name: string, path: string[]): TagSize {
    const user = path.at(-1);
    if (user !== undefined && user !== this.#self) {
      return fault(
        `The tag ${shown(user)} is made of the tag ${shown(name)}, which is not there.`,
        'Mend that tag first.',
      );
    }
    const names = nearest(name, this.#tags.keys());
    const hint =
      names.length > 0
        ? `Is one of these meant? ${names.map((near) => `tag:${near}`).join(' ')}`
        : `Add that tag first, or look for the words themselves: "${name}"`;
    return fault(`There is no tag ${shown(name)}.`, hint);
  }
}

function fault(message: string, hint: string): TagSize {
  return { fault: { message, hint } };
}
