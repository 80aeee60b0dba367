import type { TagMatch } from '../../core/article/index.ts';
import type { Send, SendState } from '../../core/ledger/index.ts';
import { formatAddress } from '../../core/subscriber/index.ts';

/**
 * Foreign text for a terminal, on one line: control characters would move the cursor or change colours, and bidi overrides
 * would let a headline rewrite what stands around it.
 */
export function plain(text: string): string {
  return plainPiece(text).trim();
}

/** The same for a piece of a text, whose blanks at either end part it from its neighbours. */
export function plainPiece(text: string): string {
  return text
    .replace(/[\s\p{Cc}\u2028\u2029]+/gu, ' ')
    .replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, '');
}

/** At most `most` characters, the last of them an ellipsis where something was left out. */
export function short(text: string, most: number): string {
  const line = plain(text);
  return line.length <= most ? line : `${[...line].slice(0, most - 1).join('')}…`;
}

/** Writes to standard output, and waits until the reader has it: a process that ends at once would cut a long text off. */
export function print(text: string): Promise<void> {
  return new Promise((done) => process.stdout.write(`${text}\n`, () => done()));
}

let printed = false;

/** The one JSON object of a command: whatever goes wrong after it is told on standard error alone. */
export async function printJson(value: unknown): Promise<void> {
  if (printed) return;
  printed = true;
  await print(JSON.stringify(value, null, 2));
}

/** For a person who waits, never for a program: on standard error. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Rows as columns, parted by two spaces and as wide as their widest cell. A column in which nothing stands is left out. */
export function columns(rows: readonly (readonly string[])[], indent = '  '): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, widthOf(cell));
  }
  const padded = (cell: string, at: number) => cell + ' '.repeat((widths[at] ?? 0) - widthOf(cell));
  return rows.map((row) => {
    const cells = row.map(padded).filter((_, at) => widths[at]);
    return `${indent}${cells.join('  ')}`.trimEnd();
  });
}

/** Columns that a terminal gives a text: two for the wide characters of East Asia, as far as scripts tell. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) {
    if (/\p{M}/u.test(character)) continue;
    width += /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\uff01-\uff60]/u.test(character)
      ? 2
      : 1;
  }
  return width;
}

/**
 * The tags that an article met, for one line. Subscribers' own queries are theirs, and may be thousands: they are counted. Empty
 * where it met neither.
 */
export function tagsInWords(matched: readonly TagMatch[]): string {
  const tags = matched.filter(({ own }) => !own);
  const own = matched.length - tags.length;
  const queries = count(own, 'query of subscribers', 'queries of subscribers');
  if (tags.length === 0) return own === 0 ? '' : `no tag, but ${queries}`;
  return [...tags.map(tagInWords), ...(own > 0 ? [`and ${queries}`] : [])].join('   ');
}

/** `china (China, Chinese…)`: up to three words, and none where the only word is the tag itself. */
export function tagInWords({ tag, words }: TagMatch): string {
  const shown = words.slice(0, 3).map((word) => short(word, 40));
  const [only] = shown;
  if (words.length === 0 || (words.length === 1 && only?.toLowerCase() === tag.toLowerCase())) return plain(tag);
  return `${plain(tag)} (${shown.join(', ')}${words.length > shown.length ? '…' : ''})`;
}

/** An address as its owner writes it. The ledger's channel `topic` goes to an ARN, which has no other form. */
export function addressInWords({ channel, to }: Pick<Send, 'channel' | 'to'>): string {
  return plain(channel === 'topic' ? to.slice(to.lastIndexOf(':') + 1) : formatAddress(channel, to));
}

/** What a list of sends shows of one: channel, address, state, and what a reader asks next. */
export function sendRow(
  send: Pick<Send, 'channel' | 'to' | 'matched'> & Partial<Send> & { state: SendState },
): string[] {
  const watches = send.matched.map(({ watch }) => short(watch, 60)).join(', ');
  const told = send.messageId ? `${send.messageId.slice(0, 8)}…` : '';
  const segments = send.segments ? `${send.segments} segment${send.segments === 1 ? '' : 's'}` : '';
  return [
    send.channel,
    addressInWords(send),
    send.state,
    told,
    [
      ...(send.state === 'sent' && segments ? [segments] : []),
      ...(watches ? [`watches ${watches}`] : []),
      ...(send.maybeDuplicate ? ['perhaps told twice'] : []),
      ...(send.reason && send.state !== 'sent' ? [plain(send.reason)] : []),
    ].join('   '),
  ];
}

/** `2026-11-03 14:05:09`, in UTC. */
export function instant(iso: string | undefined): string {
  return iso ? iso.slice(0, 19).replace('T', ' ') : '';
}

/** A path as it can be pasted into a shell: in quotes where a blank or the like would part it. */
export function quoted(path: string): string {
  return /^[\w./\\:@%+=,~-]+$/.test(path) ? path : `"${path}"`;
}

/** `1 article`, `2 articles`, and with `things` what is no thing and an s. */
export function count(number: number, thing: string, things = `${thing}s`): string {
  return `${number.toLocaleString('en')} ${number === 1 ? thing : things}`;
}
