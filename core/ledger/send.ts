import type { TagMatch } from '../article/article.ts';
import type { Channel } from '../subscriber/subscriber.ts';

/** The ledger's channels: the two that reach people, and the topic `alerts` that reaches machines. */
export type SendChannel = Channel | 'topic';

/**
 * `claimed`: a worker holds it under a lease, and SNS may have been called. `held`: SNS surely was not reached or refused
 * for now; it is tried again. `sent`: SNS answered with a MessageId. `suppressed` and `failed`: not told, for `reason`.
 */
export type SendState = 'claimed' | 'held' | 'sent' | 'suppressed' | 'failed';

/** A watch that the article met: the tag, the watch as the subscriber wrote it, and the words that matched. */
export interface Matched extends TagMatch {
  watch: string;
}

/** One item of the ledger: one (subscriber, story, channel). Times are ISO 8601 UTC. */
export interface Send {
  subscriber: string;
  story: string;
  channel: SendChannel;
  article: string;
  /** Where it goes: the address at the time, or the topic's ARN. */
  to: string;
  state: SendState;
  /** In words, for a person: why it is held, suppressed or failed. */
  reason?: string;
  matched: Matched[];
  /** What was, or would have been, sent. Email has a subject, SMS segments. */
  subject?: string;
  text?: string;
  segments?: number;
  /** SNS's own, once it accepted. */
  messageId?: string;
  /** How often SNS was called for it. */
  attempts: number;
  /** Real failures: errors of ours, and claims whose lease ran out. A throttle or an outage of SNS is none. */
  failures: number;
  /** An earlier attempt's answer was lost: the person may have been told twice, or told though this is not `sent`. */
  maybeDuplicate?: boolean;
  createdAt: string;
  /** When it came into its present state. */
  at: string;
  /** Claimed: when the lease ends. Held: when it is next tried. Absent once nothing more is to happen by itself. */
  dueAt?: string;
  /** When `recover` last put it back on the queue. */
  requeuedAt?: string;
  /** When SNS last said, before this send, that the address may be told: its subscription is confirmed, its owner has not opted out. */
  checkedAt?: string;
}

/** The key of a send among one subscriber's. */
export const sendKey = (story: string, channel: SendChannel): string => `${story}#${channel}`;

/** The recipient that stands for the topic `alerts` and whoever listens there. */
export const MACHINES = 'machines';
