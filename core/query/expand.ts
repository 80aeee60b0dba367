import type { Query, Tags } from './query.ts';

/**
 * A query with each `tag:` replaced by that tag's query, however deep. For more than one query with the same tags take `tagExpander`.
 * @throws {TypeError} for a tag that is not there, or is made of itself; `parseQuery` with the same tags tells it before
 */
export function expandTags(query: Query, tags: Tags): Query {
  return tagExpander(tags)(query);
}

/**
 * `expandTags` for many queries with the same tags: what a tag means is made once, and is the same object wherever it stands. A query
 * without tags is answered as it is. What it is given and what it answers must not be changed.
 */
export function tagExpander(tags: Tags): (query: Query) => Query {
  const expander = new Expander(tags);
  return (query) => expander.expand(query);
}

class Expander {
  readonly #tags: Tags;
  readonly #done = new Map<string, Query>();
  /** The tags that are being taken apart, from the outermost on. */
  readonly #open = new Set<string>();

  constructor(tags: Tags) {
    this.#tags = tags;
  }

  expand(query: Query): Query {
    switch (query.kind) {
      case 'and':
      case 'or':
      case 'of': {
        const parts = query.parts.map((part) => this.expand(part));
        return parts.every((part, i) => part === query.parts[i]) ? query : { ...query, parts };
      }
      case 'not': {
        const part = this.expand(query.part);
        return part === query.part ? query : { kind: 'not', part };
      }
      case 'tag':
        return this.#expandTag(query.name);
      default:
        return query;
    }
  }

  #expandTag(name: string): Query {
    const known = this.#done.get(name);
    if (known) return known;
    const query = this.#tags.get(name);
    if (query === undefined) throw new TypeError(`There is no tag “${name}”.`);
    if (this.#open.has(name)) throw new TypeError(`The tag “${name}” is made of itself.`);
    this.#open.add(name);
    try {
      const expanded = this.expand(query);
      this.#done.set(name, expanded);
      return expanded;
    } finally {
      this.#open.delete(name);
    }
  }
}
