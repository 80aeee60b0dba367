import { InvalidArgumentError } from 'commander';
import type { StoredArticle } from '../../aws/articles.ts';
import type { Wire } from '../../aws/wire.ts';
import { count, instant } from './print.ts';

/** A stretch of time up to now. */
export interface Period {
  days: number;
  /** `the last 7 days`. */
  words: string;
}

const HOURS_OF = { h: 1, d: 24, w: 7 * 24 };
const DAY_MS = 86_400_000;
const MOST_DAYS = 366;

/** Reads `7d`, `12h` or `2w`, for commander's option parsers. */
export function readPeriod(text: string): Period {
  const [, number, unit] = /^(\d{1,4})([hdw])$/i.exec(text.trim()) ?? [];
  const days = (Number(number) * HOURS_OF[unit?.toLowerCase() as keyof typeof HOURS_OF]) / 24;
  if (!(days > 0 && days <= MOST_DAYS)) {
    throw new InvalidArgumentError(`Expected days, hours or weeks, such as 7d, 12h or 2w, of a year at most.`);
  }
  const whole = Number.isInteger(days) ? { number: days, thing: 'day' } : { number: days * 24, thing: 'hour' };
  return { days, words: `the last ${whole.number === 1 ? whole.thing : count(whole.number, whole.thing)}` };
}

export const LAST_WEEK = readPeriod('7d');

/** The articles that came in within the period, newest first, in pages. A person who waits at a terminal is told how far it is. */
export async function* storedWithin(wire: Wire, { days }: Period, now: Date): AsyncGenerator<StoredArticle[]> {
  const progress = progressLine();
  progress.show('  reading the stored articles');
  try {
    let read = 0;
    for await (const page of wire.articles.since(new Date(now.getTime() - days * DAY_MS), now)) {
      // What is printed of the page begins on a line of its own.
      progress.clear();
      yield page;
      read += page.length;
      progress.show(`  ${count(read, 'article')} tried, back to ${instant(page.at(-1)?.acceptedAt)}`);
    }
  } finally {
    progress.clear();
  }
}

/** `1.7 alerts a day`, or what says more where that is next to nothing. */
export function alertsADay(met: number, days: number): string {
  const rate = met / days;
  if (met === 0) return 'no alert';
  if (rate < 0.1) return `an alert in about ${Math.round(1 / rate)} days`;
  const shown = rate < 10 ? Math.round(rate * 10) / 10 : Math.round(rate);
  return `${count(shown, 'alert')} a day`;
}

/** One line on standard error that is written over; nothing where no person sees it. */
function progressLine(stream: NodeJS.WriteStream = process.stderr): { show(text: string): void; clear(): void } {
  let shown = false;
  return {
    show(text) {
      if (!stream.isTTY) return;
      stream.write(`\r${text}`);
      shown = true;
    },
    clear() {
      if (shown) stream.write('\r\u001b[K');
      shown = false;
    },
  };
}
