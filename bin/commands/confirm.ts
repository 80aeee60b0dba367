import type { Command } from 'commander';
import { confirm } from '../../aws/signup.ts';
import { withReach } from './flags.ts';
import { plain, print, printJson } from './print.ts';
import { type Reach, throughWire } from './reach.ts';
import { Refusal } from './refusal.ts';
import { withoutCode } from './subscribers.ts';

export function addConfirm(program: Command): void {
  withReach(program.command('confirm'))
    .description('confirm an address with what was sent to it')
    .argument('<to>', 'the address')
    .argument('<code>', 'the six digits of the SMS; for email the link in the mail from Amazon SNS')
    .action((to: string, code: string, reach: Reach) =>
      throughWire(reach, async ({ wire }) => {
        const request = to.includes('@') ? { to, token: code } : { to, code };
        const done = await confirm(wire, request, new Date());
        if (!done.ok) throw new Refusal(done.reason);
        const { did, words, subscriber } = done;
        return reach.json ? printJson({ did, words, subscriber: withoutCode(subscriber) }) : print(plain(words));
      }),
    );
}
