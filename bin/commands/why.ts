import type { Command } from 'commander';
import type { Wire } from '../../aws/wire.ts';
import { explainWhy } from '../../core/ledger/index.ts';
import { formatAddress, readAddress, type Subscriber, subscriberId } from '../../core/subscriber/index.ts';
import { withReach } from './flags.ts';
import { plain, print, printJson } from './print.ts';
import { type Reach, throughWire } from './reach.ts';
import { Refusal } from './refusal.ts';

export function addWhy(program: Command): void {
  withReach(program.command('why'))
    .description('why a subscriber was, or was not, told of an article')
    .argument('<article>', "an article's id, as `npx bellwire articles` lists them")
    .argument('<subscriber>', "an email address, a phone number, or a subscriber's id")
    .action((articleId: string, who: string, reach: Reach) =>
      throughWire(reach, async ({ wire }) => {
        const article = await wire.articles.get(articleId);
        if (!article) {
          throw new Refusal(`there is no article ${plain(articleId)}: \`npx bellwire articles\` lists them`);
        }
        const subscriber = await findSubscriber(wire, who);
        // The story is, so far, the article itself.
        const send = await wire.sends.get(subscriber.id, article.id, subscriber.channel);
        const { verdict, words } = explainWhy(article, subscriber, send);
        if (reach.json) return printJson({ article: article.id, subscriber: subscriber.id, verdict, words, send });
        return print(`${formatAddress(subscriber.channel, subscriber.to)}: ${plain(article.title)}\n  ${plain(words)}`);
      }),
    );
}

/** Finds a subscriber by id or address. @throws {Refusal} where there is none */
export async function findSubscriber(wire: Wire, who: string): Promise<Subscriber> {
  const byId = /^[0-9a-z]{12}$/.test(who) ? await wire.subscribers.get(who) : undefined;
  if (byId) return byId;
  const address = readAddress(who, { countries: wire.resources.smsCountries.split(',') });
  if (!address.ok) throw new Refusal(`${plain(who)} is no subscriber's id, and as an address: ${address.reason}`);
  const found = await wire.subscribers.get(subscriberId(address.channel, address.to));
  if (!found) {
    throw new Refusal(
      `${formatAddress(address.channel, address.to)} never signed up: \`npx bellwire subscribers\` lists who did`,
    );
  }
  return found;
}
