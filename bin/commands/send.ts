import type { Command } from 'commander';
import { withReach } from './flags.ts';
import { columns, print, printJson, short } from './print.ts';
import { type Reach, type Reached, throughWire } from './reach.ts';

export function addSend(program: Command): void {
  withReach(program.command('send'))
    .description('put articles in at the door of the wire that runs, here or in AWS, without waiting for their alerts')
    .argument('<files...>', 'text, HTML or JSON; - for standard input')
    .action(async (files: string[], reach: Reach) => {
      const { readFiles } = await import('./read-files.ts');
      const { nameRefused, takeInAll } = await import('./take-in.ts');
      const { given, refused } = await readFiles(files);
      const work = async ({ wire, idle }: Pick<Reached, 'wire' | 'idle'>) => {
        const done = await takeInAll(wire, given);
        refused.push(...done.refused);
        await idle();
        const articles = await Promise.all(
          done.taken.map(async ({ article: { id, title }, known }) => ({
            id,
            title,
            known,
            state: (await wire.articles.get(id))?.state ?? 'accepted',
          })),
        );
        if (reach.json) await printJson({ articles, errors: refused });
        else {
          const rows = articles.map(({ id, title, known, state }) => [
            id,
            known ? `already in, ${state}` : state,
            short(title, 70),
          ]);
          if (rows.length > 0) await print(columns(rows, '').join('\n'));
        }
      };
      if (given.length > 0) await throughWire(reach, work);
      else if (reach.json) await printJson({ articles: [], errors: refused });
      nameRefused(refused);
      if (refused.length > 0) process.exitCode = 1;
    });
}
