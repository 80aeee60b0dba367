import type { Command } from 'commander';
import { patiently } from '../../aws/sns.ts';
import { learnStatus } from '../../aws/subscription.ts';
import type { Wire } from '../../aws/wire.ts';
import { withReach } from './flags.ts';
import { count, note, print, printJson } from './print.ts';
import { type Reach, throughWire } from './reach.ts';

/** Topics deleted side by side; SNS allows thirty calls a second in its smaller regions. */
const AT_ONCE = 10;
/** Half a minute in all: here a throttle only means to wait. */
const LONGEST_WAIT_MS = 16_000;

export function addTeardown(program: Command): void {
  withReach(program.command('teardown'))
    .description(
      'remove what the wire made while running and `cdk destroy` leaves: topics of email subscribers, the compiled index',
    )
    .option('--yes', 'remove them; without it they are only named')
    .action((options: Reach & { yes?: true }) =>
      throughWire(options, async ({ wire, kind }) => {
        const topics: string[] = [];
        for await (const topic of wire.carrier.topics()) topics.push(topic);
        if (options.yes) {
          for (let start = 0; start < topics.length; start += AT_ONCE) {
            const some = topics.slice(start, start + AT_ONCE);
            await Promise.all(some.map((topic) => patiently(() => wire.carrier.deleteTopic(topic), LONGEST_WAIT_MS)));
            if (process.stderr.isTTY) process.stderr.write(`\r  ${Math.min(start + AT_ONCE, topics.length)} removed`);
          }
          if (process.stderr.isTTY && topics.length > 0) process.stderr.write('\n');
          await letGo(wire);
        }
        const bucket = kind === 'aws' ? wire.resources.indexBucket : undefined;
        const versions = bucket && options.yes ? await emptyIndex(bucket) : undefined;
        if (options.json) {
          return printJson({
            topics,
            removed: options.yes === true,
            ...(bucket && { index: { bucket, ...(versions !== undefined && { versions }) } }),
          });
        }
        if (topics.length === 0) await print('there are no topics to remove');
        else if (options.yes) await print(`removed ${count(topics.length, 'topic')}`);
        else {
          await print(topics.join('\n'));
          note(
            `${count(topics.length, 'topic')} would be removed with ${topics.length === 1 ? 'its' : 'their'} subscriptions, ` +
              'and nobody is emailed until they sign up again: say --yes to do it',
          );
        }
        if (versions !== undefined)
          await print(`emptied the bucket ${bucket}: ${count(versions, 'version')} of the compiled index`);
        else if (bucket)
          note(`--yes also empties the bucket ${bucket}: the compiled index, which can be made again from the tables`);
      }),
    );
}

/** Loaded when it is needed: no other command talks to S3. */
async function emptyIndex(bucket: string): Promise<number> {
  const { emptyBucket, openObjects } = await import('../../aws/snapshot.ts');
  const client = openObjects();
  try {
    return await emptyBucket(client, bucket);
  } finally {
    client.destroy();
  }
}

/** Without a topic nobody is told by email: the record says so, and why, before an article comes. */
async function letGo(wire: Wire): Promise<void> {
  for await (const subscriber of wire.subscribers.all()) {
    if (subscriber.channel === 'email') await learnStatus(wire, subscriber, 'torn down', new Date());
  }
}
