import type { Command } from 'commander';
import { subscribe } from '../../aws/signup.ts';
import { gather, withReach } from './flags.ts';
import { note, plain, print, printJson } from './print.ts';
import { type Reach, throughWire } from './reach.ts';
import { Refusal } from './refusal.ts';
import { withoutCode } from './subscribers.ts';

export function addSubscribe(program: Command): void {
  withReach(program.command('subscribe'))
    .description('sign an address up; nothing but the request to confirm is sent before its owner confirms')
    .argument('<to>', 'an email address, or a mobile number such as "+44 7700 900123"')
    .requiredOption('--watch <tag-or-query>', "a tag, or a query of the person's own; give it once for each", gather)
    .addHelpText('after', HELP)
    .action((to: string, options: Reach & { watch: string[] }) =>
      throughWire(options, async ({ wire, kind }) => {
        const done = await subscribe(wire, { to, watches: options.watch, trusted: true }, new Date());
        if (!done.ok) throw new Refusal(done.reason);
        const { did, words, subscriber } = done;
        if (options.json) return printJson({ did, words, subscriber: withoutCode(subscriber) });
        await print(plain(words));
        if (kind === 'running' && did.endsWith(' sent')) note(`  its inbox here: ${wire.resources.publicUrl}/`);
        if (did === 'code sent') await print(`  then: npx bellwire confirm "${subscriber.to}" CODE`);
      }),
    );
}

const HELP = `
The name of a tag is that tag; anything else is a query in the same language as tags, which may name some (tag:china).
What it would have met: npx bellwire query try 'QUERY'

Examples:
  $ npx bellwire subscribe ana@example.org --watch china --watch "microsoft exchange"
  $ npx bellwire subscribe "+44 7700 900123" --watch 'tag:china title:(sanctions OR tariff*)'`;
