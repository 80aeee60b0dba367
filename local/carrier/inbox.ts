import type { SQLInputValue } from 'node:sqlite';
import { cancellationMail, confirmationMail, confirmLink, notificationMail, unsubscribeLink } from './mail.ts';
import type { Store } from './store.ts';

/** One message as its reader sees it. */
export interface Message {
  /** Counts up from 1 in the order of acceptance. */
  id: number;
  /** ISO 8601, UTC. */
  at: string;
  channel: 'email' | 'sms';
  /** An email address, or a phone number in E.164. */
  to: string;
  /** Email: who it seems to come from. SMS: the sender id, where one was given. */
  from?: string;
  subject?: string;
  /** The whole text, for email with SNS's own footer and its unsubscribe link. */
  body: string;
  /** `cancellation` is SNS's mail after its unsubscribe link was followed; it offers a way back. */
  kind: 'notification' | 'confirmation' | 'cancellation' | 'sms';
  /** The id that Publish answered; the mails of one Publish to a topic have it in common. */
  messageId: string;
  topicArn?: string;
  /** Of a notification by email: the subscription it came through. */
  subscriptionArn?: string;
  /** Of a confirmation: the link that confirms when it is visited, and the token in it for `confirm(token)`. */
  confirmUrl?: string;
  token?: string;
}

/** Which messages: each part that is given must hold. `after` is an id; `limit` takes the newest so many, still oldest first. */
export interface InboxQuery {
  channel?: 'email' | 'sms';
  to?: string;
  kind?: Message['kind'];
  topicArn?: string;
  messageId?: string;
  after?: number;
  limit?: number;
}

interface Row {
  seq: number;
  at: string;
  channel: 'email' | 'sms';
  recipient: string;
  kind: Message['kind'];
  sender: string | null;
  subject: string | null;
  text: string;
  message_id: string;
  topic: string | null;
  subscription: string | null;
  token: string | null;
}

/** What is kept of a message. Its links are written when it is read: the port may be another after a restart. */
export type Delivery = Pick<Row, 'channel' | 'recipient' | 'kind' | 'text'> & Partial<Omit<Row, 'seq' | 'at'>>;

/** Puts a message into the inbox. */
export function deliver(store: Store, at: Date, messageId: string, message: Delivery): void {
  store.run(
    `INSERT INTO messages (at, channel, recipient, kind, sender, subject, text, message_id, topic, subscription, token)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    at.toISOString(),
    message.channel,
    message.recipient,
    message.kind,
    message.sender ?? null,
    message.subject ?? null,
    message.text,
    messageId,
    message.topic ?? null,
    message.subscription ?? null,
    message.token ?? null,
  );
}

/** The messages that `query` asks for, oldest first, with links that lead to `base`. */
export function readInbox(store: Store, base: string, query: InboxQuery = {}): Message[] {
  const conditions: string[] = [];
  const values: SQLInputValue[] = [];
  const where = (condition: string, value: SQLInputValue | undefined) => {
    if (value === undefined) return;
    conditions.push(condition);
    values.push(value);
  };
  where('channel = ?', query.channel);
  where('recipient = ?', query.to);
  where('kind = ?', query.kind);
  where('topic = ?', query.topicArn);
  where('message_id = ?', query.messageId);
  where('seq > ?', query.after);
  const clause = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
  values.push(query.limit ?? -1);
  return store
    .all<Row>(`SELECT * FROM messages ${clause} ORDER BY seq DESC LIMIT ?`, ...values)
    .reverse()
    .map((row) => asRead(row, base));
}

function asRead(row: Row, base: string): Message {
  const message: Message = {
    id: row.seq,
    at: row.at,
    channel: row.channel,
    to: row.recipient,
    body: row.text,
    kind: row.kind,
    messageId: row.message_id,
  };
  if (row.sender !== null) message.from = row.sender;
  if (row.topic !== null) message.topicArn = row.topic;
  if (row.subscription !== null) message.subscriptionArn = row.subscription;
  if (row.kind === 'sms') return message;
  if (row.kind === 'notification') {
    const link = unsubscribeLink(base, { subscription: row.subscription ?? '', endpoint: row.recipient });
    return Object.assign(message, notificationMail(row.subject, row.text, link));
  }
  const topic = row.topic ?? '';
  const link = confirmLink(base, { topic, token: row.token ?? '', endpoint: row.recipient });
  if (row.kind === 'cancellation') return Object.assign(message, cancellationMail(topic, link));
  return Object.assign(message, confirmationMail(topic, link), { confirmUrl: link, token: row.token ?? '' });
}
