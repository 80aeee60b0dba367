import type { TagMatch } from '../article/article.ts';
import type { Subscriber } from '../subscriber/subscriber.ts';
import { inWords, metWatches, unsubscribedReason } from './recipient.ts';
import type { Send } from './send.ts';

/** What is known of an article's way through the wire. */
export interface ArticleProgress {
  state: 'accepted' | 'tagged' | 'done';
  acceptedAt: string;
  taggedAt?: string;
  doneAt?: string;
  matched?: TagMatch[];
}

/** The answer to *why was, or was not, this subscriber told of this article?* `verdict` is for programs, `words` for people. */
export interface Why {
  verdict: 'told' | 'not told' | 'not yet';
  words: string;
}

/**
 * Explains from the record. A ledger item, where there is one, is the answer; without one the subscriber was never a
 * recipient, and the article and the subscriber tell why.
 */
export function explainWhy(article: ArticleProgress, subscriber: Subscriber, send: Send | undefined): Why {
  if (send) return fromLedger(send);
  if (article.state === 'accepted') {
    return {
      verdict: 'not yet',
      words: `The article came in on ${inWords(article.acceptedAt)} and is not tagged yet.`,
    };
  }
  // What others watch for in words of their own is theirs.
  const matched = (article.matched ?? []).filter(({ tag, own }) => !own || subscriber.watches.includes(tag));
  if (matched.length === 0) return { verdict: 'not told', words: 'No watch met: the article met no tag at all.' };
  const tags = listed(matched.map(({ tag }) => tag));
  const met = metWatches(matched, subscriber);
  if (met.length === 0) {
    const watches = subscriber.watches.length ? listed(subscriber.watches) : 'nothing';
    return { verdict: 'not told', words: `No watch met: the article met ${tags}; this subscriber watches ${watches}.` };
  }
  const tagged = article.taggedAt ?? article.acceptedAt;
  if (subscriber.state === 'unsubscribed') {
    return { verdict: 'not told', words: `Not told: ${unsubscribedReason(subscriber)}.` };
  }
  if (article.state === 'tagged') {
    return { verdict: 'not yet', words: `The article met ${tags}; its recipients are still being handed out.` };
  }
  if (subscriber.createdAt > tagged) {
    return {
      verdict: 'not told',
      words: `Not told: signed up on ${inWords(subscriber.createdAt)}, after the article was tagged on ${inWords(tagged)}.`,
    };
  }
  if (subscriber.updatedAt > tagged) {
    return {
      verdict: 'not told',
      words: `Not told: the watch ${listed(met.map(({ watch }) => watch))} was set after the article was tagged on ${inWords(tagged)}.`,
    };
  }
  return { verdict: 'not yet', words: 'On its way: the alert is on the queue and not claimed yet.' };
}

function fromLedger(send: Send): Why {
  const watched = `watches ${listed(send.matched.map(({ watch, words }) => (words.length ? `${watch} (${words.join(', ')})` : watch)))}`;
  const when = inWords(send.at);
  const earlier = (come: string) =>
    send.maybeDuplicate ? ` An earlier attempt got no answer, so it may have come ${come}.` : '';
  switch (send.state) {
    case 'sent':
      return {
        verdict: 'told',
        words: `Told on ${when} by ${send.channel} to ${send.to}: ${watched}. SNS accepted it as ${send.messageId}.${earlier('twice')}`,
      };
    case 'suppressed':
      return { verdict: 'not told', words: `Not told: ${send.reason}. Decided on ${when}.${earlier('all the same')}` };
    case 'failed':
      return {
        verdict: 'not told',
        words: `Not told: refused for good on ${when}: ${send.reason}.${earlier('all the same')}`,
      };
    case 'held':
      return {
        verdict: 'not yet',
        words: `Not yet: ${send.reason}.${send.dueAt ? ` Next try after ${inWords(send.dueAt)}.` : ''} It ${watched}.${earlier('already')}`,
      };
    case 'claimed':
      return {
        verdict: 'not yet',
        words: `Being sent since ${when} (attempt ${send.attempts})${send.reason ? `: ${send.reason}` : ''}. It ${watched}.`,
      };
  }
}

const list = new Intl.ListFormat('en', { type: 'conjunction' });
const listed = (parts: string[]) => list.format(parts);
