import type { Command } from 'commander';
import { type Tag, tagName } from '../../aws/tags.ts';
import type { Wire } from '../../aws/wire.ts';
import { parseQuery, printQuery } from '../../core/query/index.ts';
import { pointAt } from './faults.ts';
import { withReach } from './flags.ts';
import { marksFor } from './marked-text.ts';
import { columns, count, note, plain, print, printJson, short } from './print.ts';
import { type Reach, throughWire } from './reach.ts';
import { mayNameTags, queriesOf, readQuery, tagsNamedIn, tagsThatUse } from './read-query.ts';
import { Refusal } from './refusal.ts';
import { LAST_WEEK, type Period, readPeriod } from './stored-articles.ts';
import { previewAsJson, previewChange, previewInWords } from './tag-preview.ts';

/** A name stands in every ledger item and in the attribute of each message to machines. */
const LONGEST_NAME = 60;
/** Tags whose watchers are counted side by side: the SDK opens 50 connections, and what waits too long for one fails. */
const AT_ONCE = 25;

interface SaveOptions extends Reach {
  dryRun?: true;
  /** False for --no-preview. */
  preview: boolean;
  last?: Period;
}

const withSaving = (command: Command): Command =>
  withReach(command)
    .argument('<name>', 'such as: china')
    .argument('<query...>', `such as: 'china OR beijing' (in quotes, or the shell takes its parentheses and stars)`)
    .option('--dry-run', 'show what it would change, and save nothing')
    .option('--no-preview', 'save without reading through stored articles')
    .option('--last <period>', 'the days, hours or weeks that the preview reads (default: 7d)', readPeriod)
    .addHelpText('after', SAVING_HELP);

/** Checks a tag's query, shows what it changes, and saves it. */
async function save(
  given: string,
  parts: string[],
  options: SaveOptions,
  check: (name: string, tags: readonly Tag[]) => void = () => {},
): Promise<void> {
  const name = readName(given);
  const text = parts.join(' ').trim();
  // Whatever is wrong without a wire is told before one is brought up.
  readQuery(text, { name });
  await throughWire(options, async ({ wire }) => {
    const list = await wire.tags.list();
    check(name, list);
    const tags = queriesOf(list);
    const { query, warnings } = readQuery(text, { tags, name });
    if (warnings.length > 0) note(`warning: this may not be meant\n${pointAt(text, warnings)}`);
    const before = list.find((tag) => tag.name === name);
    const isNew = before?.query !== text;
    const period = options.last ?? LAST_WEEK;
    const change = { before: tags.get(name), after: query, tags };
    const preview = isNew && options.preview ? await previewChange(wire, change, period, new Date()) : undefined;
    const saves = isNew && !options.dryRun;
    if (preview && !options.json) await print(previewInWords(preview, marksFor(process.stdout)));
    if (saves) await wire.tags.put({ name, query: text, updatedAt: new Date().toISOString() });
    const changedToo = isNew ? tagsThatUse(name, tags) : [];
    if (options.json) {
      return printJson({
        name,
        query: text,
        canonical: printQuery(query),
        ...(before && { before: before.query }),
        saved: saves,
        warnings,
        ...(preview && { preview: previewAsJson(preview) }),
        changedToo,
      });
    }
    if (changedToo.length > 0) await print(`tags made of it change with it: ${changedToo.map(plain).join(', ')}`);
    return print(savedInWords(name, text, before?.query, options.dryRun === true));
  });
}

function savedInWords(name: string, query: string, before: string | undefined, isDry: boolean): string {
  if (before === query) return `${plain(name)} is there already with this query`;
  const did = before === undefined ? ['added', 'would be added'] : ['changed', 'would be changed'];
  const head = isDry ? `nothing is saved: ${plain(name)} ${did[1]}` : `${did[0]} ${plain(name)}`;
  return `${head}: ${plain(query)}${before === undefined ? '' : `\n  it was: ${plain(before)}`}`;
}

export function addTag(program: Command): void {
  const tag = program.command('tag').description('the named queries that articles are tagged by');

  withSaving(tag.command('add'))
    .description('add a tag, or give it another query')
    .action((given: string, parts: string[], options: SaveOptions) => save(given, parts, options));

  withSaving(tag.command('edit'))
    .description('give a tag another query; refused where there is no such tag')
    .action((given: string, parts: string[], options: SaveOptions) => save(given, parts, options, mustExist));

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
    .description('remove a tag; refused while somebody watches it, or another tag names it')
    .argument('<name>')
    .option(
      '--force',
      'even where somebody watches it, or names it in a query of their own: they are then told nothing for it',
    )
    .action((given: string, options: Reach & { force?: true }) =>
      throughWire(options, async ({ wire }) => {
        const name = tagName(given);
        const tags = await wire.tags.list();
        mustExist(name, tags);
        refuseWhereUsed(name, tags);
        const watchers = await wire.watches.count(name);
        const queries = await ownQueriesWith(name, wire);
        const users = [
          ...(watchers > 0 ? [count(watchers, 'watcher')] : []),
          ...queries
            .slice(0, 1)
            .map((query) => `${count(queries.length, 'own query', 'own queries')} made of it (${short(query, 60)})`),
        ];
        if (users.length > 0 && !options.force) {
          throw new Refusal(
            `${plain(name)} has ${users.join(' and ')}, who would be told nothing for it: say --force to remove it all the same`,
          );
        }
        await wire.tags.remove(name);
        if (options.json) return printJson({ removed: name, watchers, ownQueries: queries });
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

/** @throws {Refusal} that names what there is */
function mustExist(name: string, tags: readonly Tag[]): void {
  if (tags.some((tag) => tag.name === name)) return;
  const names = tags.map((tag) => plain(tag.name));
  throw new Refusal(
    `there is no tag ${plain(name)}${names.length ? `: there are ${names.join(', ')}` : ', nor any other'}`,
  );
}

/** Subscribers' own queries that name the tag. There may be many: they are read page by page. */
async function ownQueriesWith(name: string, wire: Wire): Promise<string[]> {
  const found: string[] = [];
  for await (const { query = '' } of wire.queries.all()) {
    if (!mayNameTags(query)) continue;
    const parsed = parseQuery(query);
    if (parsed.ok && tagsNamedIn(parsed.query).has(name)) found.push(query);
  }
  return found;
}

/** A tag that another one is made of cannot go, whatever is forced: the other would mean nothing. */
function refuseWhereUsed(name: string, tags: readonly Tag[]): void {
  const users = [...queriesOf(tags)].filter(([, query]) => tagsNamedIn(query).has(name)).map(([user]) => plain(user));
  if (users.length === 0) return;
  throw new Refusal(
    `${plain(name)} is part of ${users.join(', ')}: take tag:${name.includes(' ') ? `"${plain(name)}"` : plain(name)} out of ${users.length === 1 ? 'it' : 'them'} first (\`npx bellwire tag edit\`)`,
  );
}

const SAVING_HELP = `
A query is words, "phrases" and prefix*, joined by AND, OR, NOT, NEAR/8, EXCEPT (in capitals), grouped by ( ): see
docs/query-language.md. Before it is saved you see what it changes over the last 7 days. It is in force for the articles
that come in from then on: those that are in are not tagged again, and nobody is told of them.

Examples:
  $ npx bellwire tag edit china 'china OR chinese OR beijing OR taipei' --dry-run
  of 840 articles of the last 7 days it met 31 and now meets 44: 4.4 alerts a day before, 6.3 alerts a day from now on
    + «Taipei» raises its ferry fares
    + Night market returns with 60 stalls
  nothing is saved: china would be changed: china OR chinese OR beijing OR taipei
    it was: china OR chinese OR beijing

  $ npx bellwire tag add asia 'tag:china OR tag:japan OR korea*'`;
