import type { Change } from '../../aws/changes.ts';
import type { Snapshot } from '../../aws/snapshot.ts';
import type { Wire } from '../../aws/wire.ts';
import { FreshIndex, type Rule, WatchIndex } from '../../core/matcher/index.ts';
import type { Tags } from '../../core/query/index.ts';
import { idsOf, indexOf, type LeftOut, ruleOf, tagRules } from '../../core/rules/index.ts';

/** S3 is asked for the index when another edition of it is out; and this often all the same, should somebody have put back an older one. */
const ASK_ANYWAY_MS = 60_000;
/** Where S3 fails, it is asked again no sooner. */
const ASK_AGAIN_MS = 5_000;
/** With rules that cannot be brought up to date work goes on for this long; after that, the messages wait. */
const STALE_MS = 5 * 60_000;
/** A change stays in the delta for this long after it was last seen marked: the index of marks lags, and may name it late. */
const HELD_MS = 60_000;
/** More changes than this wait for `compile`: each is read, parsed and indexed here, in the time of an article. */
const MAX_CHANGES = 10_000;
/** Where the compiled index cannot be used, one is built here out of the tables, if there are no more rules than this. */
const MAX_BUILT = 100_000;

type Tables = Pick<Wire, 'tags' | 'queries' | 'changes' | 'edition'>;

/** What the fresh index stands on: the compiled index, or one that was built here while that one could not be used. */
interface Base {
  index: WatchIndex;
  /** Of what S3 holds, also where that could not be used. */
  etag?: string | undefined;
  /** Which was out when S3 was asked. */
  edition?: string | undefined;
  askedAt: number;
  /** When S3 last answered, or the tables gave what it did not. */
  checkedAt: number;
}

/** A name of which something has changed since the base, and what it stands for now: a tag, an own query, or nothing. */
interface Held {
  version: string;
  seenAt: number;
  tag?: string;
  own?: string;
}

/**
 * The rules in force: the compiled index, and what has changed since. Each call of {@link FreshRules.index} asks first for the
 * marks of what has changed, then which edition of the index is out, and for that index, if it is another. In this order nothing
 * falls between the two: `compile` publishes, says so, and only then takes marks away.
 *
 * What a name stands for is read from the tables by key, consistently, so that a name too many in the delta is never wrong. When a
 * new base comes, all of them are read again: it may hold later changes than the delta.
 */
export class FreshRules {
  readonly #tables: Tables;
  readonly #snapshot: Pick<Snapshot, 'get'>;
  #base: Base | undefined;
  #fresh: FreshIndex | undefined;
  #freshAt = 0;
  #held = new Map<string, Held>();
  /** The tags taken apart, for `tag:` in the delta; read when one is needed, anew once a tag has changed. */
  #tags: Tags | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(tables: Tables, snapshot: Pick<Snapshot, 'get'>) {
    this.#tables = tables;
    this.#snapshot = snapshot;
  }

  /**
   * The index in force: what was saved before this call is in it, as soon as DynamoDB's index of marks shows it.
   * @throws where nothing can be read, or nothing new for five minutes
   */
  index(now: Date): Promise<FreshIndex> {
    // One after the other: two at once would undo each other's work.
    const refreshed = () => this.#refreshed(now.getTime());
    const turn = this.#turn.then(refreshed, refreshed);
    this.#turn = turn;
    return turn;
  }

  async #refreshed(now: number): Promise<FreshIndex> {
    try {
      await this.#refresh(now);
    } catch (error) {
      if (!this.#fresh || now - this.#freshAt > STALE_MS) throw error;
      console.error(JSON.stringify({ message: 'the rules could not be refreshed', error: String(error) }));
    }
    return this.#fresh as FreshIndex;
  }

  /** What it has found counts only when all of it is there: after a failure the next call finds everything still to be done. */
  async #refresh(now: number): Promise<void> {
    const marks = await this.#marks();
    const base = await this.#baseFor(await this.#tables.edition.get(), now);
    const isNew = base.index !== this.#base?.index;

    const held = new Map<string, Held>();
    const toRead: string[] = [];
    for (const [name, before] of this.#held) {
      const version = marks.get(name) ?? before.version;
      const seenAt = marks.has(name) ? now : before.seenAt;
      if (isNew && now - seenAt > HELD_MS) continue;
      held.set(name, { ...before, version, seenAt });
      if (isNew || version !== before.version) toRead.push(name);
    }
    for (const [name, version] of marks) {
      if (held.has(name)) continue;
      held.set(name, { version, seenAt: now });
      toRead.push(name);
    }
    let fresh = this.#fresh;
    if (!fresh || isNew || toRead.length > 0) {
      if (isNew || toRead.some((name) => marks.get(name)?.startsWith('tag'))) this.#tags = undefined;
      await this.#read(toRead, held);
      const rules = await this.#rulesOf(held);
      const replaced = [...held.keys()].flatMap((name) => Object.values(idsOf(name)));
      fresh = (!fresh || isNew ? new FreshIndex(base.index) : fresh).with(built(rules), replaced);
    }
    this.#base = base;
    this.#held = held;
    this.#fresh = fresh;
    this.#freshAt = now;
  }

  /** The names of what has changed, each with what tells one change of it from another. */
  async #marks(): Promise<Map<string, string>> {
    const [tags, queries] = await Promise.all([
      gathered(this.#tables.tags.changed()),
      gathered(this.#tables.queries.changed()),
    ]);
    const marks = new Map(tags.map(({ name, version }) => [name, `tag ${version}`]));
    for (const { name, version } of queries) {
      const ofTag = marks.get(name);
      marks.set(name, ofTag === undefined ? version : `${ofTag} ${version}`);
    }
    return marks;
  }

  async #baseFor(edition: string | undefined, now: number): Promise<Base> {
    const before = this.#base;
    if (before) {
      const failed = before.checkedAt !== before.askedAt;
      if (now - before.askedAt < (failed ? ASK_AGAIN_MS : before.edition === edition ? ASK_ANYWAY_MS : 0))
        return before;
    }
    const asked = { edition, askedAt: now, checkedAt: now };
    let answer: Awaited<ReturnType<Snapshot['get']>>;
    try {
      answer = await this.#snapshot.get(before?.etag);
    } catch (error) {
      console.error(JSON.stringify({ message: 'the compiled index cannot be read', error: String(error) }));
      if (before && now - before.checkedAt < STALE_MS) return { ...before, askedAt: now };
      return this.#built({ ...asked, etag: undefined });
    }
    if (before && answer.kind === 'same') return { ...before, ...asked };
    if (answer.kind !== 'other') {
      if (before && before.etag === undefined) return { ...before, ...asked };
      return this.#built({ ...asked, etag: undefined });
    }
    try {
      return { index: WatchIndex.fromBytes(answer.bytes), etag: answer.etag, ...asked };
    } catch (error) {
      const { etag } = answer;
      console.error(JSON.stringify({ message: 'the compiled index is of no use', etag, error: String(error) }));
      await this.#askForAnother();
      return this.#built({ ...asked, etag });
    }
  }

  /** A base out of the tables. `etag` is that of a compiled index that is of no use, so that it is not fetched again. */
  async #built(asked: Omit<Base, 'index'>): Promise<Base> {
    const list = await this.#tables.tags.list();
    const isTag = new Set(list.map(({ name }) => name));
    const { rules, tags } = tagRules(list);
    for await (const { name, query } of this.#tables.queries.all()) {
      if (query === undefined || isTag.has(name)) continue;
      if (rules.length >= MAX_BUILT) {
        if (asked.etag === undefined) await this.#askForAnother();
        throw new Error(
          `there is no compiled index to be used, and there are over ${MAX_BUILT} rules to do without it`,
        );
      }
      const read = ruleOf({ name, query }, tags);
      if ('rule' in read) rules.push(read.rule);
    }
    return { index: built(rules), ...asked };
  }

  async #askForAnother(): Promise<void> {
    await this.#tables.changes.send({ rebuild: true }).catch((error) => {
      console.warn(JSON.stringify({ message: 'compile was not woken', error: String(error) }));
    });
  }

  /** Writes into `held` what the names stand for. */
  async #read(names: string[], held: Map<string, Held>): Promise<void> {
    const { tags, queries } = this.#tables;
    const [asTags, asOwn] = await Promise.all([tags.read(names), queries.read(names)]);
    for (const name of names) {
      const { version, seenAt } = held.get(name) as Held;
      held.set(name, { version, seenAt });
    }
    for (const { name, query } of asTags) held.get(name)!.tag = query;
    for (const { name, query } of asOwn) held.get(name)!.own = query;
  }

  async #rulesOf(held: Map<string, Held>): Promise<Rule[]> {
    const saved = [...held].flatMap(([name, { tag, own }]) => {
      const query = tag ?? own;
      return query === undefined ? [] : [{ name, query, isTag: tag !== undefined }];
    });
    if (!this.#tags && saved.some(({ query }) => /tag:/i.test(query))) {
      this.#tags = tagRules(await this.#tables.tags.list()).tags;
    }
    return saved.flatMap(({ name, query, isTag }): Rule[] => {
      const read = ruleOf({ name, query }, this.#tags ?? new Map());
      if ('rule' in read) return [isTag ? { ...read.rule, id: idsOf(name).tag } : read.rule];
      report(read.leftOut);
      return [];
    });
  }
}

function built(rules: Rule[]): WatchIndex {
  const { index, leftOut } = indexOf(rules);
  for (const one of leftOut) report(one);
  return index;
}

function report(leftOut: LeftOut): void {
  console.error(JSON.stringify({ message: 'a rule is left out', ...leftOut }));
}

async function gathered(changes: AsyncIterable<Change>): Promise<Change[]> {
  const all: Change[] = [];
  for await (const change of changes) {
    if (all.length >= MAX_CHANGES) {
      console.warn(JSON.stringify({ message: `more than ${MAX_CHANGES} changes wait for compile` }));
      break;
    }
    all.push(change);
  }
  return all;
}
