import type { Command } from 'commander';
import { tagName } from '../../aws/tags.ts';
import type { Wire } from '../../aws/wire.ts';
import { parseQuery, type QueryError } from '../../core/query/index.ts';
import { withReach } from './flags.ts';
import { columns, count, note, plain, print, printJson } from './print.ts';
import { type Reach, throughWire } from './reach.ts';
import { Refusal } from './refusal.ts';

/** A name stands in every ledger item and in the attribute of each message to machines. */
const LONGEST_NAME = 60;
/** Tags whose watchers are counted side by side: the SDK opens 50 connections, and what waits too long for one fails. */
const AT_ONCE = 25;

export function addTag(program: Command): void {
  const tag = program.command('tag').description('the named queries that articles are tagged by');

  withReach(tag.command('add'))
    .description('add a tag, or give it another query')
    .argument('<name>', 'such as: china')
    .argument('<query...>', 'such as: china OR beijing (in quotes, or the shell takes its parentheses and stars)')
    .addHelpText(
      'after',
      '\nA query is words, "phrases" and prefix*, joined by AND, OR and NOT (in capitals), grouped by ( ).\n' +
        'Articles that came in before are not tagged again.',
    )
    .action(async (given: string, parts: string[], reach: Reach) => {
      const name = readName(given);
      const query = parts.join(' ').trim();
      const parsed = parseQuery(query);
      if (!parsed.ok) throw new Refusal(`the query cannot be read\n${pointAt(query, parsed.errors)}`);
      if (parsed.warnings.length > 0) note(`warning: this may not be meant\n${pointAt(query, parsed.warnings)}`);
      await throughWire(reach, async ({ wire }) => {
        const before = (await wire.tags.list()).find((other) => other.name === name);
        if (before?.query !== query) await wire.tags.put({ name, query, updatedAt: new Date().toISOString() });
        if (reach.json) {
          return printJson({ name, query, ...(before && { before: before.query }), warnings: parsed.warnings });
        }
        if (!before) return print(`added ${name}: ${plain(query)}`);
        if (before.query === query) return print(`${name} is there already with this query`);
        return print(`changed ${name}: ${plain(query)}\n  it was: ${plain(before.query)}`);
      });
    });

  withReach(tag.command('list'))
    .description('all tags with their queries, and how many watch each')
    .action((reach: Reach) =>
      throughWire(reach, async ({ wire }) => {
        const found = await wire.tags.list();
        const tags: ((typeof found)[number] & { watchers: number })[] = [];
        for (let start = 0; start < found.length; start += AT_ONCE) {
          const some = found.slice(start, start + AT_ONCE);
          tags.push(
            ...(await Promise.all(some.map(async (one) => ({ ...one, watchers: await wire.watches.count(one.name) })))),
          );
        }
        if (reach.json) return printJson({ tags });
        if (tags.length === 0) return print('there are no tags: add some with `npx bellwire tag starter`');
        const rows = tags.map(({ name, query, watchers }) => [plain(name), count(watchers, 'watcher'), plain(query)]);
        return print(columns(rows, '').join('\n'));
      }),
    );

  withReach(tag.command('remove'))
    .description('remove a tag; refused while somebody watches it')
    .argument('<name>')
    .option('--force', 'even where somebody watches it: they are then told nothing for it')
    .action((given: string, options: Reach & { force?: true }) =>
      throughWire(options, async ({ wire }) => {
        const name = tagName(given);
        await mustExist(wire, name);
        const watchers = await wire.watches.count(name);
        if (watchers > 0 && !options.force) {
          throw new Refusal(
            `${name} has ${count(watchers, 'watcher')}, who would be told nothing for it: say --force to remove it all the same`,
          );
        }
        await wire.tags.remove(name);
        if (options.json) return printJson({ removed: name, watchers });
        return print(`removed ${name}${watchers > 0 ? ` (${count(watchers, 'watcher')})` : ''}`);
      }),
    );

  withReach(tag.command('starter'))
    .description('add the starter tags (samples/tags.json) that are not there')
    .action((reach: Reach) =>
      throughWire(reach, async ({ wire }) => {
        const { readStarterTags } = await import('../../local/seed.ts');
        const there = new Set((await wire.tags.list()).map(({ name }) => name));
        const missing = (await readStarterTags()).filter(({ name }) => !there.has(name));
        for (const { name, query } of missing)
          await wire.tags.put({ name, query, updatedAt: new Date().toISOString() });
        if (reach.json) return printJson({ added: missing });
        if (missing.length === 0) return print('all starter tags are there');
        return print(missing.map(({ name, query }) => `added ${name}: ${query}`).join('\n'));
      }),
    );
}

function readName(given: string): string {
  const name = tagName(given);
  if (name === '') throw new Refusal('a tag needs a name, such as: china');
  if (name.length > LONGEST_NAME) throw new Refusal(`a tag's name is at most ${LONGEST_NAME} characters long`);
  if (/[\p{C}]/u.test(name)) throw new Refusal("a tag's name has no control characters or other invisible ones in it");
  return name;
}

async function mustExist(wire: Wire, name: string): Promise<void> {
  const names = (await wire.tags.list()).map((tag) => tag.name);
  if (names.includes(name)) return;
  throw new Refusal(
    `there is no tag ${plain(name)}${names.length ? `: there are ${names.map(plain).join(', ')}` : ', nor any other'}`,
  );
}

/** The query with a line of carets under each fault, and what is wrong there. */
export function pointAt(query: string, faults: readonly QueryError[]): string {
  // One column for each character as a terminal shows it: a fault's place counts UTF-16 units, and line breaks are blanks.
  const line = query.replace(/[\s\p{Cc}]/gu, ' ');
  return faults
    .map(({ message, at, length, hint }) => {
      const before = ' '.repeat([...line.slice(0, at)].length);
      const carets = '^'.repeat(Math.max(1, [...line.slice(at, at + length)].length));
      return `  ${line}\n  ${before}${carets}\n  ${message}${hint ? ` (${hint})` : ''}`;
    })
    .join('\n');
}
