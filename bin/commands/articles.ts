import type { Command } from 'commander';
import { wholeNumber, withReach } from './flags.ts';
import { columns, instant, print, printJson, short, tagsInWords } from './print.ts';
import { type Reach, throughWire } from './reach.ts';

export function addArticles(program: Command): void {
  withReach(program.command('articles'))
    .description('the newest articles with the tags that they met')
    .option('--limit <n>', 'at most so many', wholeNumber(1, 1000), 20)
    .action((options: Reach & { limit: number }) =>
      throughWire(options, async ({ wire }) => {
        const articles = await wire.articles.recent(options.limit, new Date());
        if (options.json) return printJson({ articles });
        if (articles.length === 0) return print('no article came in yet: send one with `npm start -- FILE`');
        const rows = articles.map(({ id, acceptedAt, state, title, matched = [] }) => [
          instant(acceptedAt),
          id,
          state,
          short(title, 60),
          tagsInWords(matched),
        ]);
        return print(columns(rows, '').join('\n'));
      }),
    );
}
