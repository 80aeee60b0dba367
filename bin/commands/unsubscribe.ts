import type { Command } from 'commander';
import { unsubscribe } from '../../aws/signup.ts';
import { withReach } from './flags.ts';
import { plain, print, printJson } from './print.ts';
import { type Reach, throughWire } from './reach.ts';
import { Refusal } from './refusal.ts';
import { withoutCode } from './subscribers.ts';
import { findSubscriber } from './why.ts';

export function addUnsubscribe(program: Command): void {
  withReach(program.command('unsubscribe'))
    .description('end all alerts to an address, or those of one tag or query')
    .argument('<to>', "an email address, a phone number, or a subscriber's id")
    .option('--watch <tag-or-query>', 'this one alone')
    .action((to: string, options: Reach & { watch?: string }) =>
      throughWire(options, async ({ wire }) => {
        const { id } = await findSubscriber(wire, to);
        const leaving = { id, reason: 'by an editor', ...(options.watch !== undefined && { watch: options.watch }) };
        const done = await unsubscribe(wire, leaving, new Date());
        if (!done.ok) throw new Refusal(done.reason);
        const { did, words, subscriber } = done;
        return options.json ? printJson({ did, words, subscriber: withoutCode(subscriber) }) : print(plain(words));
      }),
    );
}
