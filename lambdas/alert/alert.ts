import type { StoredArticle } from '../../aws/articles.ts';
import { type OutgoingMessage, readOutgoing } from '../../aws/messages.ts';
import { countFailedSend } from '../../aws/metrics.ts';
import { isServiceFailure, readFailure, type SubscriptionStatus } from '../../aws/sns.ts';
import { learnStatus } from '../../aws/subscription.ts';
import type { Wire } from '../../aws/wire.ts';
import { writeEmail, writeMachine, writeSms } from '../../core/alert/index.ts';
import {
  decideClaim,
  decideOutcome,
  decideRecipient,
  MACHINES,
  metWatches,
  type Outcome,
  type Send,
  suppress,
  type Wanted,
} from '../../core/ledger/index.ts';
import { alertLinks, type Subscriber } from '../../core/subscriber/index.ts';

/** What is to become of a message: `done` with, given `back` until a time, or laid aside as `dead` with its error. */
export type Disposition = { kind: 'done' } | { kind: 'back'; until: string } | { kind: 'dead'; error: string };

export interface Alerting {
  wire: Wire;
  now: () => Date;
  /** From 0 to 1, at random. */
  jitter: () => number;
  /** Loads an article; a batch's recipients mostly share one. */
  article: (id: string) => Promise<StoredArticle | undefined>;
}

const DONE: Disposition = { kind: 'done' };

/**
 * The whole life of one alert: decide, claim, ask whether the address may still be told, publish, record.
 * @throws where the tables cannot be reached: the message then comes again, and the ledger knows how far it got
 */
export async function alertRecipient(alerting: Alerting, body: string): Promise<Disposition> {
  const { wire, now } = alerting;
  let message: OutgoingMessage;
  try {
    message = readOutgoing(body);
  } catch (error) {
    return { kind: 'dead', error: String(error) };
  }
  const article = await alerting.article(message.article);
  if (!article) return { kind: 'dead', error: `there is no article ${message.article}` };
  if (message.subscriber === MACHINES) return sendOnce(alerting, toMachines(wire, article));

  const { subscriber, unanswered } = await findSubscriber(wire, message.subscriber, now());
  if (subscriber && unanswered) {
    const matched = metWatches(article.matched ?? [], subscriber);
    return sendOnce(alerting, stopped(wantedBy(subscriber, article, matched), unanswered));
  }
  const decision = decideRecipient(article.matched ?? [], subscriber);
  if (decision.kind === 'suppress') {
    await recordSuppressed(wire, article, message.subscriber, subscriber, decision.reason, now());
    return DONE;
  }
  return sendOnce(alerting, await toSubscriber(alerting, article, subscriber as Subscriber, decision.matched));
}

/** An alert ready to go: what the ledger is to hold, and the calls that find out whether it may go, and send it. */
interface Ready {
  wanted: Wanted;
  /** Asks SNS whether the address may still be told; answers what stands in the way. Absent where nobody need be asked. */
  mayGo?: () => Promise<Outcome | undefined>;
  publish: () => Promise<Outcome>;
}

/** What comes of it is known already, and SNS is not called; the ledger holds it all the same. */
const stopped = (wanted: Wanted, outcome: Outcome): Ready => ({ wanted, publish: async () => outcome });

/** Claims the send, and calls SNS only if the claim is ours. */
async function sendOnce({ wire, now, jitter }: Alerting, { wanted, mayGo, publish }: Ready): Promise<Disposition> {
  let seen: Send | undefined;
  let claimed: Send | undefined;
  // The first look is the claim itself: most sends are new, and then the ledger costs two writes and no read.
  for (let round = 0; !claimed; round++) {
    if (round > 0) seen = await wire.sends.get(wanted.subscriber, wanted.story, wanted.channel);
    if (round > 3) return { kind: 'back', until: now().toISOString() };
    const decision = decideClaim(seen, wanted, now());
    if (decision.kind === 'settled') return DONE;
    if (decision.kind === 'wait') return { kind: 'back', until: decision.until };
    if (!(await wire.sends.replace(seen, decision.next))) continue;
    if (decision.kind === 'poison') return { kind: 'dead', error: decision.error };
    claimed = decision.next;
  }

  let outcome = await mayGo?.();
  const checked = mayGo && !outcome ? { ...claimed, checkedAt: now().toISOString() } : claimed;
  outcome ??= await publish();
  const decided = decideOutcome(checked, outcome, now(), jitter());
  if (!(await wire.sends.replace(claimed, decided.next)) && !(await stands(wire, decided.next))) {
    // Only a worker that was frozen past its lease comes here. Whoever took the claim over has marked it.
    console.error(JSON.stringify({ message: 'claim lost before its outcome was written', outcome, send: claimed }));
    return DONE;
  }
  if (decided.next.state === 'failed' || decided.kind === 'dead') countFailedSend(wire.resources.stack);
  if (decided.kind === 'dead') return { kind: 'dead', error: decided.error };
  return decided.kind === 'done' ? DONE : { kind: 'back', until: decided.next.dueAt as string };
}

/**
 * Whether the ledger holds this outcome after all: the answer to a write may be lost, and the SDK, asking again, is then told
 * that the item is no longer as it was. Only the claim's own worker writes its outcome, so it cannot be another's.
 */
async function stands(wire: Wire, next: Send): Promise<boolean> {
  const found = await wire.sends.get(next.subscriber, next.story, next.channel);
  return (
    found?.state === next.state &&
    found.at === next.at &&
    found.attempts === next.attempts &&
    found.failures === next.failures
  );
}

function toMachines(wire: Wire, article: StoredArticle): Ready {
  // A subscriber's own query is not for machines to read.
  const tagged = (article.matched ?? []).filter(({ own }) => !own);
  const matched = tagged.map((match) => ({ ...match, watch: match.tag }));
  const { message, tags } = writeMachine({ article, tags: tagged });
  return {
    wanted: { ...about(article, MACHINES), channel: 'topic', to: wire.resources.alertsTopic, matched, text: message },
    publish: () => wire.carrier.publishToMachines(message, tags),
  };
}

async function toSubscriber(
  { wire, now }: Alerting,
  article: StoredArticle,
  subscriber: Subscriber,
  matched: Send['matched'],
): Promise<Ready> {
  const wanted = wantedBy(subscriber, article, matched);
  try {
    const { signingKey: key } = await wire.secret(now());
    const links = alertLinks({ key, publicUrl: wire.resources.publicUrl, article, subscriber });
    if (subscriber.channel === 'sms') {
      const { text, segments } = writeSms({ article, matched, links });
      return {
        wanted: { ...wanted, text, segments },
        mayGo: () => unlessOptedOut(wire, subscriber, now()),
        publish: () => wire.carrier.publishSms(subscriber.to, text),
      };
    }
    const { subject, text } = writeEmail({ article, matched, links });
    return {
      wanted: { ...wanted, subject, text },
      mayGo: () => unlessGone(wire, subscriber, now()),
      publish: () => wire.carrier.publishEmail(subscriber.topicArn as string, subject, text),
    };
  } catch (error) {
    // A service that is down is not this message's fault; whatever else stops it is, and is counted in the ledger.
    if (isServiceFailure(error)) throw error;
    return stopped(wanted, { kind: 'broken', reason: `the alert could not be written: ${error}` });
  }
}

const wantedBy = ({ id, channel, to }: Subscriber, article: StoredArticle, matched: Send['matched']) => ({
  ...about(article, id),
  channel,
  to,
  matched,
});

const about = (article: StoredArticle, subscriber: string) => ({ subscriber, story: article.id, article: article.id });

/** The opt-out list is asked before each SMS: Publish would answer a MessageId for a number on it. */
async function unlessOptedOut(wire: Wire, subscriber: Subscriber, now: Date): Promise<Outcome | undefined> {
  try {
    if (!(await wire.carrier.isOptedOut(subscriber.to))) return undefined;
  } catch (error) {
    return unasked(error);
  }
  await learnStatus(wire, subscriber, 'opted out', now);
  return { kind: 'refused', reason: 'the number is on the opt-out list: its owner replied STOP' };
}

/**
 * SNS is asked for the subscription before each email: Publish to a topic that nobody is subscribed to answers a MessageId
 * all the same, and that must never stand in the ledger as somebody told.
 */
async function unlessGone(wire: Wire, subscriber: Subscriber, now: Date): Promise<Outcome | undefined> {
  if (!subscriber.topicArn || !subscriber.subscriptionArn) {
    return { kind: 'gone', reason: 'the subscriber has no subscription in SNS' };
  }
  let status: SubscriptionStatus;
  try {
    status = await wire.carrier.subscriptionStatus(subscriber.subscriptionArn);
  } catch (error) {
    return unasked(error);
  }
  if (status === 'confirmed') return undefined;
  await learnStatus(wire, subscriber, status, now);
  return {
    kind: 'gone',
    reason:
      status === 'gone'
        ? 'the subscription is gone from SNS: ended by its own unsubscribe link, or removed in SNS'
        : 'SNS has put the subscription back to unconfirmed',
  };
}

/**
 * A question that got no answer has told nobody anything: it is asked again later. One that SNS refuses (a number that it
 * calls invalid) or does not allow is refused every time.
 */
function unasked(error: unknown): Outcome {
  const failure = readFailure(error);
  return failure.kind === 'broken' || failure.kind === 'refused' ? failure : { kind: 'later', reason: failure.reason };
}

/**
 * The subscriber as it stands. SNS does not say when a person confirms, so that somebody pending may be confirmed since:
 * `unanswered` where SNS could not be asked.
 */
async function findSubscriber(
  wire: Wire,
  id: string,
  now: Date,
): Promise<{ subscriber?: Subscriber; unanswered?: Outcome }> {
  const found = await wire.subscribers.get(id);
  if (!found) return {};
  if (found.channel !== 'email' || found.state !== 'pending' || !found.subscriptionArn) return { subscriber: found };
  let status: SubscriptionStatus;
  try {
    status = await wire.carrier.subscriptionStatus(found.subscriptionArn);
  } catch (error) {
    return { subscriber: found, unanswered: unasked(error) };
  }
  return { subscriber: await learnStatus(wire, found, status, now) };
}

async function recordSuppressed(
  wire: Wire,
  article: StoredArticle,
  id: string,
  subscriber: Subscriber | undefined,
  reason: string,
  now: Date,
): Promise<void> {
  const wanted = {
    ...about(article, id),
    channel: subscriber?.channel ?? ('email' as const),
    to: subscriber?.to ?? 'unknown',
    matched: [],
  };
  const next = suppress(undefined, wanted, reason, now) as Send;
  if (await wire.sends.replace(undefined, next)) return;
  const seen = await wire.sends.get(id, article.id, wanted.channel);
  const overridden = suppress(seen, wanted, reason, now);
  if (overridden) await wire.sends.replace(seen, overridden);
}
