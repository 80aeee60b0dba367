import type { Command } from 'commander';
import { withReach } from './flags.ts';
import { print, printJson } from './print.ts';
import { type Reach, throughWire } from './reach.ts';

export function addToken(program: Command): void {
  withReach(program.command('token'))
    .description('the token that POST /articles wants, as `Authorization: Bearer TOKEN`')
    .action((reach: Reach) =>
      throughWire(reach, async ({ wire }) => {
        const { apiToken } = await wire.secret(new Date());
        return reach.json ? printJson({ token: apiToken }) : print(apiToken);
      }),
    );
}
