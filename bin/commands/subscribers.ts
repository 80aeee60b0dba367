import type { Command } from 'commander';
import { learnStatus } from '../../aws/subscription.ts';
import type { Wire } from '../../aws/wire.ts';
import { formatAddress, type Subscriber } from '../../core/subscriber/index.ts';
import { withReach } from './flags.ts';
import { columns, plain, print, printJson } from './print.ts';
import { type Reach, throughWire } from './reach.ts';

export function addSubscribers(program: Command): void {
  withReach(program.command('subscribers'))
    .description('everybody who signed up, with what they watch')
    .action((reach: Reach) =>
      throughWire(reach, async ({ wire }) => {
        const subscribers: Subscriber[] = [];
        for await (const subscriber of wire.subscribers.all()) subscribers.push(subscriber);
        const pending = subscribers.filter(({ channel, state }) => channel === 'email' && state === 'pending');
        if (pending.length <= MOST_ASKED) {
          for (const subscriber of pending)
            subscribers[subscribers.indexOf(subscriber)] = await asSnsHasIt(wire, subscriber);
        }
        subscribers.sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
        if (reach.json) return printJson({ subscribers: subscribers.map(withoutCode) });
        if (subscribers.length === 0) return print('nobody has signed up yet: see `npx bellwire subscribe --help`');
        const rows = subscribers.map(({ id, channel, to, state, watches, reason }) => [
          id,
          channel,
          plain(formatAddress(channel, to)),
          state,
          [
            `watches ${watches.length ? watches.map(plain).join(', ') : 'nothing'}`,
            ...(reason && state !== 'confirmed' ? [plain(reason)] : []),
          ].join('   '),
        ]);
        return print(columns(rows, '').join('\n'));
      }),
    );
}

/** SNS does not say when a person confirms, and `recover` may be minutes away: a few are simply asked for. */
const MOST_ASKED = 30;

async function asSnsHasIt(wire: Wire, subscriber: Subscriber): Promise<Subscriber> {
  if (!subscriber.subscriptionArn) return subscriber;
  const now = new Date();
  return learnStatus(wire, subscriber, await wire.carrier.subscriptionStatus(subscriber.subscriptionArn), now);
}

/** What a code is checked against is nobody's to read. */
export function withoutCode({ codeHash: _codeHash, ...subscriber }: Subscriber): Omit<Subscriber, 'codeHash'> {
  return subscriber;
}
