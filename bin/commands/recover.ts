import type { Command } from 'commander';
import { recover } from '../../lambdas/recover/recover.ts';
import { withReach } from './flags.ts';
import { count, print, printJson } from './print.ts';
import { type Reach, throughWire } from './reach.ts';
import { Refusal } from './refusal.ts';

export function addRecover(program: Command): void {
  withReach(program.command('recover'))
    .description('do now what the wire does every five minutes: set going again whatever stopped half way')
    .action((reach: Reach) =>
      throughWire(reach, async ({ wire, idle }) => {
        const found = await recover(wire, new Date(), () => false);
        await idle();
        if (reach.json) await printJson(found);
        else {
          const { articles, sends, changes, subscribers, confirmed, gone } = found;
          await print(
            `set going again: ${count(articles, 'article')}, ${count(sends, 'send')}, ${count(subscribers, 'subscriber')}, ${count(changes, 'change')} of tags and queries\n` +
              `by SNS's own list: ${confirmed} newly confirmed, ${gone} gone`,
          );
        }
        if (found.errors.length > 0) throw new Refusal(`not all of it could be done: ${found.errors.join('; ')}`);
      }),
    );
}
