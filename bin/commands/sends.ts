import type { Command } from 'commander';
import type { Send } from '../../core/ledger/index.ts';
import { wholeNumber, withReach } from './flags.ts';
import { columns, instant, print, printJson, sendRow } from './print.ts';
import { type Reach, throughWire } from './reach.ts';
import { Refusal } from './refusal.ts';

export function addSends(program: Command): void {
  withReach(program.command('sends'))
    .description('the ledger: who was told what, when and why, and who was not; newest first')
    .option('--article <id>', 'of this article alone, oldest first')
    .option('--limit <n>', 'at most so many', wholeNumber(1, 10_000), 50)
    .action((options: Reach & { article?: string; limit: number }) =>
      throughWire(options, async ({ wire }) => {
        const { article, limit } = options;
        if (article !== undefined && !(await wire.articles.get(article))) {
          throw new Refusal(`there is no article ${article}: \`npx bellwire articles\` lists them`);
        }
        const found =
          article === undefined ? await wire.sends.recent(limit, new Date()) : await wire.sends.byArticle(article);
        const sends = found.slice(0, limit);
        if (options.json) return printJson({ sends });
        if (sends.length === 0) return print('nobody was told of anything yet');
        return print(columns(sends.map(row), '').join('\n'));
      }),
    );
}

const row = (send: Send): string[] => [instant(send.at), send.article, ...sendRow(send)];
