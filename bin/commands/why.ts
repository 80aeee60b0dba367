import type { Command } from 'commander';
import type { StoredArticle } from '../../aws/articles.ts';
import type { Wire } from '../../aws/wire.ts';
import { explainWhy, metWatches, type Send } from '../../core/ledger/index.ts';
import { formatAddress, readAddress, type Subscriber, subscriberId } from '../../core/subscriber/index.ts';
import { withReach } from './flags.ts';
import { missedInWords, missedWatches } from './missed-watches.ts';
import { columns, plain, print, printJson } from './print.ts';
import { type Reach, throughWire } from './reach.ts';
import { Refusal } from './refusal.ts';

export function addWhy(program: Command): void {
  withReach(program.command('why'))
    .description('why a subscriber was, or was not, told of an article')
    .argument('<article>', "an article's id, as `npx bellwire articles` lists them")
    .argument('<subscriber>', "an email address, a phone number, or a subscriber's id")
    .addHelpText('after', HELP)
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
        const missed = metNone(article, subscriber, send)
          ? missedWatches(subscriber, await wire.tags.list(), article)
          : [];
        if (reach.json) {
          const misses = missed.map(({ watch, miss, note }) => ({
            watch,
            ...(miss && { nearestMiss: miss }),
            ...(note && { note }),
          }));
          return printJson({ article: article.id, subscriber: subscriber.id, verdict, words, misses, send });
        }
        const lines = columns(missed.map(missedInWords), '    ');
        const head = `${formatAddress(subscriber.channel, subscriber.to)}: ${plain(article.title)}\n  ${plain(words)}`;
        return print([head, ...lines].join('\n'));
      }),
    );
}

/** Whether it comes to the subscriber's queries: the article is tagged, and they were no recipient of it. */
function metNone(article: StoredArticle, subscriber: Subscriber, send: Send | undefined): boolean {
  return !send && article.state !== 'accepted' && metWatches(article.matched ?? [], subscriber).length === 0;
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

const HELP = `
For somebody who was told it shows the words that matched; where no watch was met, how near each came to it.

Example:
  $ npx bellwire why 3f0c9t1xq8m2v7ab ben@example.org
  ben@example.org: China opens its longest railway tunnel under a glacier
    No watch met: the article met china; this subscriber watches cyber and microsoft exchange.
      cyber               no word that begins with “cyber” is in the article
      microsoft exchange  “microsoft exchange” is not in the article`;
