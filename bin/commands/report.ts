import type { Send, SendState } from '../../core/ledger/index.ts';
import { inWords, type Matched } from '../../core/ledger/index.ts';
import type { Followed } from './follow.ts';
import { columns, plain, sendRow, tagsInWords } from './print.ts';
import type { Refused } from './read-files.ts';

/** What one run of `start` did, as `--json` prints it. */
export interface Report {
  articles: ReportedArticle[];
  sends: ReportedSend[];
  errors: Refused[];
}

interface ReportedArticle {
  id: string;
  title: string;
  text: string;
  /** Null where the article does not say. */
  url: string | null;
  source: string | null;
  publishedAt: string | null;
  tags: string[];
}

interface ReportedSend {
  article: string;
  story: string;
  subscriber: string;
  channel: 'email' | 'sms';
  to: string;
  state: SendState;
  reason?: string;
  messageId?: string;
  subject?: string;
  text: string;
  segments?: number;
  matched: Matched[];
  at: string;
}

/** An article of this run: `before` it began, in the ledger's own times, somebody may have been told already. */
export interface Ran extends Followed {
  /** It was in when this run took it. */
  known: boolean;
}

/**
 * The sends of an article as this run saw them: people only, and whoever was told before the run began is `suppressed` in it.
 * The ledger keeps their own item as it was: this is a view.
 * @param since when the run began, ISO 8601
 */
function sendsOfRun({ sends }: Pick<Ran, 'sends'>, since: string, now: Date): Send[] {
  const people = sends.filter(isToAPerson).sort((a, b) => (order(a) < order(b) ? -1 : 1));
  return people.map((send) => {
    if (send.state !== 'sent' || send.at >= since) return send;
    const { messageId: _messageId, ...told } = send;
    return { ...told, state: 'suppressed', reason: `already told on ${inWords(send.at)}`, at: now.toISOString() };
  });
}

const order = ({ channel, to }: Send) => `${channel} ${to}`;

/** The ledger also has a recipient for machines, which is nobody's alert. */
const isToAPerson = ({ channel }: Send): boolean => channel !== 'topic';

export function reportOf(run: readonly Ran[], errors: readonly Refused[], since: string, now: Date): Report {
  return {
    articles: run.map(({ article: { id, title, text, url, source, publishedAt, matched = [] } }) => ({
      id,
      title,
      text,
      url: url ?? null,
      source: source ?? null,
      publishedAt: publishedAt ?? null,
      // Own queries stand with those who watch them, in `sends`.
      tags: matched.filter(({ own }) => !own).map(({ tag }) => tag),
    })),
    sends: run.flatMap((ran) => sendsOfRun(ran, since, now)).map(reportedSend),
    errors: errors.map(({ input, reason }) => ({ input, reason })),
  };
}

function reportedSend(send: Send): ReportedSend {
  const { article, story, subscriber, channel, to, state, reason, messageId, subject, text, segments, matched, at } =
    send;
  return {
    article,
    story,
    subscriber,
    channel: channel as ReportedSend['channel'],
    to,
    state,
    ...(reason !== undefined && state !== 'sent' && { reason }),
    ...(messageId !== undefined && { messageId }),
    ...(subject !== undefined && { subject }),
    // Somebody not told has no text in the ledger.
    text: text ?? '',
    ...(segments !== undefined && { segments }),
    matched,
    at,
  };
}

/** The same for a person: headline, tags, and a line for each recipient. */
export function inLines(ran: Ran, since: string, now: Date): string {
  const { article, known, sends } = ran;
  const lines = [`  ${plain(article.title) || '(no headline)'}`];
  const indent = '    ';
  if (known) {
    const nothing = sends.some((send) => isToAPerson(send) && send.state === 'sent' && send.at >= since)
      ? 'what was left to do was done now'
      : 'nothing sent';
    lines.push(`${indent}already in since ${inWords(article.acceptedAt)}: ${nothing}`);
  }
  const { matched, state, lastError } = article;
  if (matched === undefined) {
    lines.push(`${indent}not tagged yet${state === 'accepted' && lastError ? `: ${plain(lastError)}` : ''}`);
  } else {
    lines.push(`${indent}tags   ${tagsInWords(matched) || 'none met: nobody is told'}`);
  }
  const people = sendsOfRun(ran, since, now);
  if (matched?.some(({ own }) => !own) && people.length === 0 && state === 'done') {
    lines.push(`${indent}nobody watches these tags`);
  }
  // All channels as wide as `tags` and `email` need, so that the lines stand below each other.
  lines.push(
    ...columns(
      people.map((send) => {
        const [channel = '', ...rest] = sendRow(send);
        return [channel.padEnd(5), ...rest];
      }),
      indent,
    ),
  );
  return lines.join('\n');
}
