import type { Query, Tags } from './query.ts';

/**
 * A query with each `tag:` replaced by that tag's query, however deep. What a tag means is made once and shared.
 * @throws {TypeError} for a tag that is not there, or is made of itself; `parseQuery` with the same tags tells it before
 */
export function expandTags(query: Query, tags: Tags): Query {
  return new Expander(tags).expand(query);
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
      case 'of':
        return { ...query, parts: query.parts.map((part) => this.expand(part)) };
      case 'not':
        return { kind: 'not', part: this.expand(query.part) };
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
    const expanded = this.expand(query);
    this.#open.delete(name);
    this.#done.set(name, expanded);
    return expanded;
  }
}
