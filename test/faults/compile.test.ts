import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { openObjects, type Snapshot, snapshotObject } from '../../aws/snapshot.ts';
import { WatchIndex } from '../../core/matcher/index.ts';
import { readId } from '../../core/rules/index.ts';
import { type Compiled, compile } from '../../lambdas/compile/compile.ts';
import { FreshRules } from '../../lambdas/tag/fresh-rules.ts';
import { type CrashPoint, Scene } from './scene.ts';

let scene: Scene;
let s3: S3Client;
/** The index as the test sees it: its calls are not counted, and never die. */
let snapshot: Snapshot;
let logged: { message: string }[];
let word = 0;

beforeAll(async () => {
  scene = await Scene.open();
  s3 = openObjects(scene.emulators.endpoints.s3);
  snapshot = snapshotObject(s3, scene.emulators.resources.indexBucket);
});
afterAll(() => scene?.close());
beforeEach(() => {
  scene.arm();
  logged = [];
  for (const level of ['log', 'warn', 'error'] as const) {
    vi.spyOn(console, level).mockImplementation((line: string) => {
      logged.push(JSON.parse(line));
    });
  }
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** A word that no other test uses. */
const newWord = () => `word${++word}x`;
const put = (name: string, query = name) => scene.hands.tags.put({ name, query, updatedAt: scene.clock.toISOString() });
const article = (...words: string[]) => ({ title: 'Harbour notes', text: `Of ${words.join(' and ')} was heard.` });
const compiling = (rebuild = false): Promise<Compiled> =>
  compile({ wire: scene.wire, snapshot: scene.snapshot, now: scene.now, timeIsUp: () => false }, rebuild);

/** What an article of these words meets, by the index in S3 alone. */
async function inSnapshot(...words: string[]): Promise<string[]> {
  const got = await snapshot.get();
  if (got.kind !== 'other') throw new Error(got.kind);
  return metIn(WatchIndex.fromBytes(got.bytes), words);
}

const metIn = (index: Pick<WatchIndex, 'match' | 'idOf'>, words: string[]) =>
  [...index.match(article(...words))].map((ordinal) => readId(index.idOf(ordinal)).name).sort();

/** What it meets by the rules in force. */
const inForce = async (rules: FreshRules, ...words: string[]) => metIn(await rules.index(scene.clock), words);

async function marks(): Promise<string[]> {
  const found: string[] = [];
  for (const table of [scene.hands.tags, scene.hands.queries]) {
    for await (const { name } of table.changed()) found.push(name);
  }
  return found;
}

const damage = (bytes: Uint8Array) =>
  s3.send(new PutObjectCommand({ Bucket: scene.emulators.resources.indexBucket, Key: 'watch-index', Body: bytes }));

describe('compile', () => {
  test('publishes what there is and takes its marks away; without a change it does nothing', async () => {
    const [kept, removed, own] = [newWord(), newWord(), newWord()];
    await put(kept);
    await put(removed);
    await scene.hands.queries.keep(own, scene.clock);
    expect(await compiling()).toMatchObject({ did: 'published', leftOut: 0 });
    expect(await inSnapshot(kept, removed, own)).toEqual([kept, own, removed].sort());
    expect(await marks()).toEqual([]);
    expect(await compiling()).toEqual({ did: 'nothing' });

    await scene.hands.tags.remove(removed);
    expect(await marks()).toEqual([removed]);
    expect(await scene.hands.tags.remove(removed)).toBe(false);
    expect((await scene.hands.tags.list()).map(({ name }) => name)).not.toContain(removed);
    await compiling();
    expect(await inSnapshot(kept, removed, own)).toEqual([kept, own].sort());
    expect(await marks()).toEqual([]);
  });

  test('leaves out and names what cannot be read, and what is made of it', async () => {
    const [broken, on, good] = [newWord(), newWord(), newWord()];
    await put(broken, 'china OR');
    await put(on, `tag:${broken} OR ${on}`);
    await put(good);
    expect(await compiling()).toMatchObject({ did: 'published', leftOut: 2 });
    expect(await inSnapshot(broken, on, good)).toEqual([good]);
    expect(logged.filter(({ message }) => message === 'a rule is left out')).toMatchObject([
      { name: broken },
      { name: on },
    ]);
    for (const name of [broken, on]) await scene.hands.tags.remove(name);
    await compiling();
  });

  test('a burst of changes is compiled once', async () => {
    const words = Array.from({ length: 100 }, newWord);
    await Promise.all(words.map((name) => put(name)));
    await scene.settle();
    scene.arm();
    await scene.compile();
    const published = logged.filter((line) => line.message === 'compiled');
    expect(published).toMatchObject([{ did: 'published' }]);
    expect(await inSnapshot(...words)).toEqual([...words].sort());
    expect(scene.calls.filter((call) => call === 's3 PutObjectCommand')).toHaveLength(1);
  });

  test('two at once publish every change, whichever comes second', async () => {
    for (let turn = 0; turn < 5; turn++) {
      const [first, second] = [newWord(), newWord()];
      await put(first);
      const one = compiling();
      await put(second);
      const done = await Promise.all([one, compiling(true), compiling(true)]);
      expect(done.map(({ did }) => did)).toContain('published');
      // A change that came between the reading and the publishing of all three is still marked.
      await compiling();
      expect(await inSnapshot(first, second)).toEqual([first, second].sort());
      expect(await marks()).toEqual([]);
    }
  });

  test('that is overtaken takes no mark away, and goes by what is there then', async () => {
    const name = newWord();
    await put(name);
    const before = await snapshot.head();
    let overtaken = 0;
    const slow: Pick<Snapshot, 'head' | 'put'> = {
      head: () => snapshot.head(),
      put: async (...parameters) => {
        // Somebody who read before the change publishes first.
        if (overtaken++ === 0) await damage(new Uint8Array(10));
        const taken = await snapshot.put(...parameters);
        if (!taken) expect(await marks()).toEqual([name]);
        return taken;
      },
    };
    const done = await compile({ wire: scene.wire, snapshot: slow, now: scene.now, timeIsUp: () => false });
    expect([overtaken, done.did]).toEqual([2, 'published']);
    expect((await snapshot.head())?.etag).not.toBe(before?.etag);
    expect(await inSnapshot(name)).toEqual([name]);
  });

  test('a change while it reads keeps its mark', async () => {
    const name = newWord();
    await put(name);
    const late: Pick<Snapshot, 'head' | 'put'> = {
      head: () => snapshot.head(),
      put: async (...parameters) => {
        await put(name, `${name} other`);
        return snapshot.put(...parameters);
      },
    };
    await compile({ wire: scene.wire, snapshot: late, now: scene.now, timeIsUp: () => false });
    expect(await marks()).toEqual([name]);
    await compiling();
    expect(await inSnapshot(name)).toEqual([]);
    expect(await inSnapshot(name, 'other')).toEqual([name]);
  });

  test('whose time is up leaves marks to the next, and loses nothing', async () => {
    const name = newWord();
    await put(name);
    await compile({ wire: scene.wire, snapshot: scene.snapshot, now: scene.now, timeIsUp: () => true });
    expect(await inSnapshot(name)).toEqual([name]);
    expect(await marks()).toEqual([name]);
    expect(await inForce(new FreshRules(scene.wire, snapshot), name)).toEqual([name]);
    await compiling();
    expect(await marks()).toEqual([]);
  });

  test('that dies before or after any call leaves a good index, and no change is lost', async () => {
    const through = async (...points: CrashPoint[]) => {
      const [added, removed, own] = [newWord(), newWord(), newWord()];
      await put(removed);
      await compiling();
      await scene.hands.tags.remove(removed, scene.clock);
      await put(added);
      await scene.hands.queries.keep(own, scene.clock);
      scene.arm(...points);
      await scene.compile();
      const calls = scene.calls.length;
      // Whatever has happened, the rules in force are right.
      expect(await inForce(new FreshRules(scene.hands, snapshot), added, removed, own)).toEqual([added, own].sort());
      await scene.settle();
      scene.arm();
      expect(await inSnapshot(added, removed, own)).toEqual([added, own].sort());
      expect(await marks()).toEqual([]);
      return calls;
    };
    const calls = await through();
    expect(calls).toBeGreaterThan(6);
    for (let call = 1; call <= calls; call++) {
      for (const when of ['before', 'after'] as const) await through({ call, when });
    }
  }, 60_000);

  test('knows its own index again where the answer of S3 was lost', async () => {
    const name = newWord();
    await put(name);
    scene.arm();
    const happened = scene.lose((input) => 'ContentType' in input);
    expect(await compiling()).toMatchObject({ did: 'published' });
    expect(happened()).toBe(true);
    expect(await marks()).toEqual([]);
    expect(await inSnapshot(name)).toEqual([name]);
  });

  test('is woken again by `recover` for changes whose message was lost', async () => {
    await scene.compile();
    await put(newWord());
    for (const { ReceiptHandle } of await scene.hands.changes.receive(43_000)) {
      await scene.hands.changes.remove(ReceiptHandle as string);
    }
    expect(await scene.recover()).toMatchObject({ changes: 0 });
    scene.wait(3 * 60);
    expect(await scene.recover()).toMatchObject({ changes: 1 });
    await scene.compile();
    expect(await marks()).toEqual([]);
    expect(await scene.recover()).toMatchObject({ changes: 0 });
  });
});

describe('the rules in force', () => {
  test('have what was saved a moment ago, and not what was removed', async () => {
    const [tag, own] = [newWord(), newWord()];
    const rules = new FreshRules(scene.wire, snapshot);
    expect(await inForce(rules, tag, own)).toEqual([]);
    await put(tag);
    await scene.hands.queries.keep(own, scene.clock);
    expect(await inForce(rules, tag, own)).toEqual([own, tag].sort());
    await put(tag, `${tag} twice`);
    expect(await inForce(rules, tag, own)).toEqual([own]);
    await scene.hands.queries.release(own, async () => false, scene.clock);
    expect(await inForce(rules, tag, own, 'twice')).toEqual([tag]);
    await scene.hands.tags.remove(tag);
    expect(await inForce(rules, tag, own, 'twice')).toEqual([]);
  });

  test('ask S3 when there is another index, and take it without having been without one', async () => {
    const [first, second] = [newWord(), newWord()];
    await put(first);
    await compiling();
    let asked = 0;
    const rules = new FreshRules(scene.wire, {
      get: (etag) => {
        asked++;
        return snapshot.get(etag);
      },
    });
    expect(await inForce(rules, first, second)).toEqual([first]);
    await put(second);
    expect(await inForce(rules, first, second)).toEqual([first, second].sort());
    await put(first, 'none');
    await compiling();
    // Changed, published and unmarked since they last looked.
    expect(await marks()).toEqual([]);
    expect(await inForce(rules, first, second)).toEqual([second]);
    expect(asked).toBe(2);
    scene.wait(50);
    await put(second, 'none');
    expect(await inForce(rules, first, second, 'none')).toEqual([first, second].sort());
    expect(asked).toBe(2);
    scene.wait(20);
    expect(await inForce(rules, first, second, 'none')).toEqual([first, second].sort());
    expect(asked).toBe(3);
  });

  test.each(['before', 'after'])('miss nothing that is published just %s S3 is asked', async (when) => {
    const [tag, gone] = [newWord(), newWord()];
    await put(gone);
    await compiling();
    const looking = {
      get: async (etag?: string) => {
        if (when === 'before') await compiling();
        const got = await snapshot.get(etag);
        if (when === 'after') await compiling();
        return got;
      },
    };
    const warm = new FreshRules(scene.wire, looking);
    await inForce(warm);
    await put(tag);
    await scene.hands.tags.remove(gone);
    expect(await inForce(new FreshRules(scene.wire, looking), tag, gone)).toEqual([tag]);
    expect(await inForce(warm, tag, gone)).toEqual([tag]);
    // And what they had learned of before it was changed, compiled and forgotten is learned anew.
    await put(gone);
    expect(await inForce(warm, tag, gone)).toEqual([gone, tag].sort());
    await scene.hands.tags.remove(gone);
    await put(tag, 'none');
    await compiling();
    expect(await inForce(warm, tag, gone)).toEqual([]);
  });

  test('know what a tag means to queries made of it, once compiled; a new query at once', async () => {
    const [tag, own] = [newWord(), newWord()];
    await put(tag);
    await compiling();
    const rules = new FreshRules(scene.wire, snapshot);
    await inForce(rules);
    await scene.hands.queries.keep(`tag:${tag} ${own}`, scene.clock);
    expect(await inForce(rules, tag, own)).toEqual([tag, `tag:${tag} ${own}`].sort());
    await put(tag, `${tag} OR other`);
    expect(await inForce(rules, 'other', own)).toEqual([tag, `tag:${tag} ${own}`].sort());
    await scene.hands.tags.remove(tag);
    expect(await inForce(rules, tag, own)).toEqual([]);
    await scene.hands.queries.release(`tag:${tag} ${own}`, async () => false, scene.clock);
    await compiling();
  });

  test('a tag comes before the own query of its name, and leaves it behind when it goes', async () => {
    const name = newWord();
    await scene.hands.queries.keep(name, scene.clock);
    await put(name, `${name} tagged`);
    for (const rules of [new FreshRules(scene.wire, snapshot), new FreshRules(scene.wire, { get: missing })]) {
      expect(await inForce(rules, name)).toEqual([]);
      expect(await inForce(rules, name, 'tagged')).toEqual([name]);
    }
    await compiling();
    expect(await inSnapshot(name)).toEqual([]);
    await scene.hands.tags.remove(name);
    expect(await inForce(new FreshRules(scene.wire, snapshot), name)).toEqual([name]);
    await compiling();
    expect(await inSnapshot(name)).toEqual([name]);
  });

  const missing = async () => ({ kind: 'missing' as const });

  test.each([
    ['is missing', missing],
    ['cannot be read', () => Promise.reject(new Error('S3 is down'))],
  ])('come out of the tables where the index %s', async (_what, get) => {
    const [tag, own] = [newWord(), newWord()];
    await put(tag);
    await scene.hands.queries.keep(own, scene.clock);
    await compiling();
    const rules = new FreshRules(scene.wire, { get });
    expect(await inForce(rules, tag, own)).toEqual([own, tag].sort());
    await put(tag, 'none');
    expect(await inForce(rules, tag, own)).toEqual([own]);
    await compiling();
  });

  test('come out of the tables where the index is damaged, which is said, and mended', async () => {
    const name = newWord();
    await put(name);
    await compiling();
    const got = await snapshot.get();
    if (got.kind !== 'other') throw new Error(got.kind);
    const warm = new FreshRules(scene.wire, snapshot);
    await inForce(warm);
    const half = got.bytes.slice(0, got.bytes.length - 1);
    const turned = got.bytes.map((byte, at) => (at === got.bytes.length >> 1 ? byte ^ 1 : byte));
    for (const bytes of [half, turned, new Uint8Array(0), new TextEncoder().encode('<html>')]) {
      await damage(bytes);
      scene.wait(61);
      logged = [];
      for (const rules of [warm, new FreshRules(scene.wire, snapshot)]) {
        expect(await inForce(rules, name)).toEqual([name]);
        // The same bytes are not read again and again.
        scene.wait(61);
        expect(await inForce(rules, name)).toEqual([name]);
      }
      expect(logged).toMatchObject(Array(2).fill({ message: 'the compiled index is of no use' }));
    }
    await scene.compile();
    expect(await inSnapshot(name)).toEqual([name]);
    await put(name, 'none');
    await compiling();
    expect(await inForce(warm, name)).toEqual([]);
  });

  test('stay for five minutes while nothing can be read, and then the messages wait', async () => {
    const name = newWord();
    await put(name);
    await compiling();
    let down = false;
    const perhaps = async function* () {
      if (down) throw new Error('DynamoDB is down');
      yield* scene.hands.tags.changed();
    };
    const tables = { ...scene.wire, tags: { ...scene.wire.tags, changed: perhaps } };
    const rules = new FreshRules(tables, snapshot);
    expect(await inForce(rules, name)).toEqual([name]);
    down = true;
    scene.wait(4 * 60);
    expect(await inForce(rules, name)).toEqual([name]);
    expect(logged.at(-1)).toMatchObject({ message: 'the rules could not be refreshed' });
    scene.wait(2 * 60);
    await expect(inForce(rules, name)).rejects.toThrow('DynamoDB is down');
    down = false;
    expect(await inForce(rules, name)).toEqual([name]);
  });

  test('are what the tables say, whatever is done in whatever order, though the index of marks lags', async () => {
    const names = Array.from({ length: 3 }, newWord);
    const step = fc.oneof(
      fc.record({ kind: fc.constantFrom('tag', 'own', 'untag', 'disown'), name: fc.constantFrom(...names) }),
      fc.record({ kind: fc.constantFrom('compile', 'publish', 'ask', 'ask late', 'wait', 'start') }),
    );
    const { tags, queries } = scene.hands;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 14 }), fc.infiniteStream(fc.boolean()), async (steps, coins) => {
        let lags = false;
        /** Marks as they were when last asked for, where they lag. */
        const lagging = (table: typeof tags | typeof queries) => {
          let last: { name: string; version: string }[] = [];
          return async function* () {
            const current: typeof last = [];
            for await (const change of table.changed()) current.push(change);
            const seen = lags ? last : current;
            last = current;
            yield* seen;
          };
        };
        const start = () =>
          new FreshRules(
            {
              ...scene.hands,
              tags: { ...tags, changed: lagging(tags) },
              queries: { ...queries, changed: lagging(queries) },
            },
            {
              // Now and then a compiler publishes, and takes its marks away, just before S3 is asked, or just after.
              get: async (etag) => {
                if (coins.next().value) await compiling(true);
                const got = await snapshot.get(etag);
                if (coins.next().value) await compiling(true);
                return got;
              },
            },
          );
        let rules = start();
        const ask = async (late: boolean) => {
          lags = late;
          const met = await inForce(rules, ...names);
          if (late) return;
          const list = (await tags.list()).map(({ name }) => name);
          const own = (await queries.read(names)).map(({ name }) => name);
          expect(met).toEqual(names.filter((name) => list.includes(name) || own.includes(name)).sort());
        };
        const deeds: Record<string, (name: string) => Promise<unknown>> = {
          tag: (name) => put(name),
          untag: (name) => tags.remove(name, scene.clock),
          own: (name) => queries.keep(name, scene.clock),
          disown: (name) => queries.release(name, async () => false, scene.clock),
          compile: () => compiling(),
          // The marks are left, as by a compiler that dies.
          publish: () => compile({ wire: scene.hands, snapshot, now: scene.now, timeIsUp: () => true }, true),
          ask: () => ask(false),
          'ask late': () => ask(true),
          wait: async () => scene.wait(90),
          start: async () => {
            rules = start();
          },
        };
        for (const one of steps) await deeds[one.kind]!('name' in one ? one.name : '');
        await ask(false);
      }),
      { numRuns: 40 },
    );
  }, 60_000);
});
