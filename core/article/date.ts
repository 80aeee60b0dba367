import { cutAtWord, oneLine } from './characters.ts';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const MONTH =
  '(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\.?';
const WEEKDAY = '(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\\.?,? +)?';
const TIME =
  '(?:(?:t|,? +(?:at +)?)(\\d{1,2}):(\\d{2})(?::(\\d{2})(?:[.,](\\d{1,9}))?)? *(?:([ap])\\.?m\\.?)? *([a-z]{1,4})? *([+-]\\d{2}(?::?\\d{2})?)?)?';

/** Groups: the three parts of the day in `order`, then hour, minute, second, fraction, a or p, zone's name, zone's offset. */
const SHAPES: { shape: RegExp; order: 'ymd' | 'dmy' | 'mdy' }[] = [
  { shape: new RegExp(`^(\\d{4})([-/])(\\d{1,2})\\2(\\d{1,2})${TIME}$`), order: 'ymd' },
  { shape: new RegExp(`^${WEEKDAY}(\\d{1,2})(?:st|nd|rd|th)?[ -]+${MONTH},?[ -]+(\\d{4})${TIME}$`), order: 'dmy' },
  { shape: new RegExp(`^${WEEKDAY}${MONTH} +(\\d{1,2})(?:st|nd|rd|th)?,? +(\\d{4})${TIME}$`), order: 'mdy' },
];

/** Minutes east of UTC. The names of RFC 5322 and a few that pages of Europe write. */
const ZONES: Record<string, number> = {
  z: 0,
  ut: 0,
  utc: 0,
  gmt: 0,
  wet: 0,
  bst: 60,
  cet: 60,
  west: 60,
  eet: 120,
  cest: 120,
  eest: 180,
  msk: 180,
  est: -300,
  edt: -240,
  cst: -360,
  cdt: -300,
  mst: -420,
  mdt: -360,
  pst: -480,
  pdt: -420,
};

/**
 * Reads a date as feeds and pages write it: ISO 8601, RFC 5322, `July 19, 2021 10:30 am`, `19 July 2021`. A date without a
 * zone is UTC. `Date` itself is too kind for a door: it takes `page 7` for a day in 2001 and the 30th of February for
 * March. `07/08/2021` is two days, depending on who wrote it, and so none.
 *
 * @returns the instant in ISO 8601 UTC, or why there is none
 */
export function readDate(text: string): { ok: true; iso: string } | { ok: false; reason: string } {
  const shown = cutAtWord(oneLine(text.slice(0, 200)), 40);
  const refused = { ok: false as const, reason: `“${shown}” is no date: write it like 2021-07-19T10:30:00Z` };
  if (text.length > 100) return refused;
  // `Mon Jul 19 2021 10:30:00 GMT+0200 (Central European Summer Time)`: what stands in brackets repeats the offset.
  const plain = oneLine(text)
    .toLowerCase()
    .replace(/ ?\([^()]{0,50}\)$/, '');
  for (const { shape, order } of SHAPES) {
    const found = shape.exec(plain);
    if (!found) continue;
    const groups = found.slice(1);
    if (order === 'ymd') groups.splice(1, 1);
    const [a = '', b = '', c = '', hours, minutes, seconds, fraction, half, zoneName, offset] = groups;
    const year = Number(order === 'ymd' ? a : c);
    const monthText = order === 'mdy' ? a : b;
    const month = order === 'ymd' ? Number(b) - 1 : MONTHS.indexOf(monthText.slice(0, 3));
    const day = Number(order === 'ymd' ? c : order === 'dmy' ? a : b);
    let hour = Number(hours ?? 0);
    if (half !== undefined) {
      if (hour < 1 || hour > 12) return refused;
      hour = (hour % 12) + (half === 'p' ? 12 : 0);
    }
    const minute = Number(minutes ?? 0);
    const second = Number(seconds ?? 0);
    const milliseconds = Number((fraction ?? '').padEnd(3, '0').slice(0, 3));
    const days = new Date(Date.UTC(2000 + (year % 400), month + 1, 0)).getUTCDate();
    if (month < 0 || month > 11 || day < 1 || day > days || hour > 23 || minute > 59 || second > 60) return refused;
    let east = 0;
    if (zoneName !== undefined) {
      const known = ZONES[zoneName];
      if (known === undefined) return refused;
      east = known;
    }
    if (offset !== undefined) {
      const digits = offset.replace(/[^0-9]/g, '').padEnd(4, '0');
      if (Number(digits.slice(0, 2)) > 14 || Number(digits.slice(2)) > 59) return refused;
      east += (offset.startsWith('-') ? -1 : 1) * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2)));
    }
    if (year < 1000 || year > 9998) return refused;
    const instant = Date.UTC(year, month, day, hour, minute, Math.min(second, 59), milliseconds) - east * 60_000;
    return { ok: true, iso: new Date(instant).toISOString() };
  }
  return refused;
}
