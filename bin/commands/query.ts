import type { Command } from 'commander';
import { parseQuery, printQuery } from '../../core/query/index.ts';
import type { ExplainOptions } from './explain-query.ts';
import { pointAt } from './faults.ts';
import { wholeNumber, withReach } from './flags.ts';
import { count, note, plain, print, printJson } from './print.ts';
import { type Reach, throughWire } from './reach.ts';
import { hasWire, mayNameTags, tagQueries } from './read-query.ts';
import { readPeriod } from './stored-articles.ts';
import type { TryOptions } from './try-query.ts';

const QUOTES =
  '\nPut the query in single quotes, or the shell takes its stars, parentheses and "double quotes" for itself;' +
  '\none that begins with a minus sign stands after --. How to write one: docs/query-language.md';

export function addQuery(program: Command): void {
  const query = program
    .command('query')
    .description('try a query out: whether it can be read, what it meets, and why not');

  withReach(query.command('check'))
    .description('read a query: its faults, what may not be meant, and how it is understood')
    .argument('<query...>', `such as: 'china (cyber* OR hack*) -"china shop"'`)
    .addHelpText('after', CHECK_HELP)
    .action((parts: string[], reach: Reach, command: Command) => check(parts.join(' '), reach, command));

  withReach(query.command('try'))
    .description('which articles a query meets: stored ones of the last days, or those in files')
    .argument('<query>', `such as: 'china cyber*'`)
    .argument('[files...]', 'text, HTML or JSON, as `start` takes them; - for standard input')
    .option('--last <period>', 'the stored articles of so many days, hours or weeks (default: 7d)', readPeriod)
    .option('--limit <n>', 'show at most so many; all are counted', wholeNumber(0, 10_000), 20)
    .addHelpText('after', TRY_HELP)
    // Loaded when it is needed: the cleaning of articles is much of the time that a command takes.
    .action(async (text: string, files: string[], options: TryOptions) =>
      (await import('./try-query.ts')).tryQuery(text, files, options),
    );

  withReach(query.command('explain'))
    .description('clause by clause, why an article meets a query or does not')
    .argument('<query>', `such as: 'china (raid OR arrest)'`)
    .argument('<article>', "a file, or a stored article's id, as `npx bellwire articles` lists them")
    .addHelpText('after', EXPLAIN_HELP)
    .action(async (text: string, article: string, options: ExplainOptions) =>
      (await import('./explain-query.ts')).explainQuery(text, article, options),
    );
}

/** What `query check` found. `canonical` is there where the query can be read. */
async function check(text: string, reach: Reach, command: Command): Promise<void> {
  const named = mayNameTags(text);
  const checksTags = named && (await hasWire(reach, command));
  const tags = checksTags ? await throughWire(reach, ({ wire }) => tagQueries(wire)) : undefined;
  const parsed = parseQuery(text, tags && { tags });
  if (!parsed.ok) process.exitCode = 1;
  if (reach.json) {
    return printJson(
      parsed.ok
        ? {
            ok: true,
            query: text,
            canonical: printQuery(parsed.query),
            warnings: parsed.warnings,
            tagsChecked: checksTags,
          }
        : { ok: false, query: text, errors: parsed.errors },
    );
  }
  await print(checkedInWords(text, parsed));
  if (named && !checksTags && parsed.ok) {
    note('the names of tags were not checked: --state or --stack says by which wire, and here none runs');
  }
}

/** What a person reads of a checked query. */
export function checkedInWords(text: string, parsed: ReturnType<typeof parseQuery>): string {
  if (!parsed.ok) {
    return `it cannot be read: ${count(parsed.errors.length, 'fault')}\n\n${pointAt(text, parsed.errors)}`;
  }
  const { query, warnings } = parsed;
  const doubts = warnings.length > 0 ? `, with ${count(warnings.length, 'warning')}\n\n${pointAt(text, warnings)}` : '';
  return `it can be read${doubts}\n\nits canonical form, which means the same:\n  ${plain(printQuery(query))}`;
}

const CHECK_HELP = `
No wire is needed. Names of tags are checked where one is at hand: it runs, or --state or --stack names it.
Ends with 1 where the query cannot be read.
${QUOTES}

Examples:
  $ npx bellwire query check 'china beijing OR "hong kong"'
  it can be read, with 1 warning

    china beijing OR "hong kong"
    ^^^^^^^^^^^^^
    An OR stands beside words that must all be there, without parentheses. (It is read as: (china beijing) OR "hong kong")

  its canonical form, which means the same:
    "hong kong" OR (beijing china)

  $ npx bellwire query check 'china (river OR'
  it cannot be read: 2 faults

    china (river OR
          ^
    This parenthesis is not closed. (Put a ) where the group ends.)
    china (river OR
                 ^^
    “OR” has nothing after it. (Type a word there, or write it in small letters to look for the word “or”.)`;

const TRY_HELP = `
Without files the articles are those that the wire stored: the last 7 days, or what --last says. An alert is what a
subscriber who watches nothing but this query would have been sent. Newest first.
${QUOTES}

Examples:
  $ npx bellwire query try 'china cyber*' --last 30d
  2026-11-24 14:05:09  3f0c9t1xq8m2v7ab  Four governments trace ‘patient’ «cyber»-espionage on mail servers to «China»
      … “a story in search of evidence” and said that «China» was itself the most frequent victim of «cyber» attacks. …
  met 1 of 7 articles of the last 30 days: an alert in about 30 days

  $ npx bellwire query try 'title:(bridge OR tunnel)' samples/*
  $ npx bellwire query try 'tag:china -tag:cyber' --stack Bellwire --json`;

const EXPLAIN_HELP = `${QUOTES}

Example:
  $ npx bellwire query explain 'china (raid OR arrest) ATLEAST/2 cyber' samples/china-cyber.txt
  not met: Four governments trace ‘patient’ cyber-espionage on mail servers to China
    ✓ china            China
    ✗ arrest OR raid   neither “raid” nor “arrest” is in the article
    ✓ ATLEAST/2 cyber  cyber-espionage, cyber
    nearest miss: neither “raid” nor “arrest” is in the article`;
