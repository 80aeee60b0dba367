/** How a subscriber is reached. */
export type Channel = 'email' | 'sms';

/**
 * `pending`: asked for, not yet confirmed by its owner. `confirmed`: may be alerted. `unsubscribed`: by the person, by an
 * editor, or because SNS no longer holds the subscription; never alerted, kept so that `why` can say so.
 */
export type SubscriberState = 'pending' | 'confirmed' | 'unsubscribed';

/** One address of one person. The id is made from channel and address, so that the same address is the same subscriber. */
export interface Subscriber {
  /** Twelve characters of `0-9a-z`. */
  id: string;
  channel: Channel;
  /** A lower-cased email address, or a phone number in E.164. */
  to: string;
  state: SubscriberState;
  /** Why it is unsubscribed, in words, where that is known. */
  reason?: string;
  /** What is watched, sorted: names of tags, and queries of the subscriber's own. Kept after unsubscribing, for `why`. */
  watches: string[];
  /** Those of the watches that are own queries, in their canonical form. */
  queries?: string[];
  /** What was watched before the last change, and may not yet be taken away everywhere. */
  formerWatches?: string[];
  /** Email: the subscriber's own SNS topic, and SNS's subscription of the address to it. */
  topicArn?: string;
  subscriptionArn?: string;
  /** SMS: the code that was sent, as an HMAC; when it expires; how many wrong tries it has had. */
  codeHash?: string;
  codeExpiresAt?: string;
  codeTries?: number;
  createdAt: string;
  updatedAt: string;
  confirmedAt?: string;
  unsubscribedAt?: string;
  /** Counts the writes of the item, so that of two writers who read the same one only the first succeeds. */
  revision?: number;
}
