import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { segmentSms, toGsm, writeSms, writeWelcome } from '../../core/alert/index.ts';
import { oneLine } from '../../core/article/characters.ts';
import { alertLinks, subscriberId } from '../../core/subscriber/index.ts';

const word = fc.oneof(
  fc.stringMatching(/^[a-z]{1,12}$/),
  fc.constantFrom(
    '‘no’',
    '—',
    '€5bn',
    '[x]',
    'Łódź',
    'É',
    'Вестник',
    '维尔马港',
    '🎉',
    '👩‍👩‍👧',
    'می‌خواهم',
    '1½',
    '\u202e',
    '\n',
    "China's",
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
);
const headline = fc.oneof(
  fc.array(word, { maxLength: 60 }).map((words) => words.join(' ')),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.stringMatching(/^[a-z]{0,400}$/),
  fc.string({ unit: fc.constantFrom('维', '尔', '马', '港', '，', 'a'), maxLength: 100 }),
);
const url = fc.option(
  fc.oneof(
    fc.webUrl({ withQueryParameters: true, withFragments: true }),
    fc.stringMatching(/^[a-z0-9~|{}^[\]`-]{0,200}$/).map((path) => `https://www.long.example/?q=${path}`),
  ),
  { nil: undefined },
);
const home = fc.constantFrom(
  'https://b.example',
  'http://127.0.0.1:4400',
  'https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com',
  `https://${'long.'.repeat(14)}example`,
);
const tags = fc.array(fc.oneof(word, fc.string({ maxLength: 200 })), { maxLength: 4 });

describe('writeSms', () => {
  it('for any headline, source and URL: one segment, a link last, a start of the headline first', () => {
    fc.assert(
      fc.property(
        headline,
        fc.option(word, { nil: undefined }),
        url,
        home,
        tags,
        (title, source, read, publicUrl, names) => {
          const article = {
            id: '0123456789abcdef',
            title,
            ...(source !== undefined && { source }),
            ...(read !== undefined && { url: read }),
          };
          const links = alertLinks({
            key: 'k',
            publicUrl,
            article,
            subscriber: { id: subscriberId('sms', '+447700900123') },
          });
          const sms = writeSms({ article, matched: names.map((tag) => ({ tag })), links });
          expect(segmentSms(sms.text)).toEqual({ encoding: sms.encoding, units: sms.units, segments: 1 });
          expect(sms.segments).toBe(1);
          expect(sms.text.endsWith(links.stop) || (read !== undefined && sms.text.endsWith(links.both))).toBe(true);
          expect(sms.text).not.toMatch(/[\p{Cc}\u202e]/u);
          expect(sms.text.isWellFormed()).toBe(true);

          const whole = oneLine(title);
          if (toGsm(whole) === '' || sms.text.startsWith('Bellwire')) return;
          if (sms.text === links.stop || sms.text === links.both) return;
          const start = startOf(sms.text, whole);
          expect(start, sms.text).toBeDefined();
        },
      ),
      { numRuns: 3_000 },
    );
  });
});

/**
 * The most of the headline, as it is or in GSM-7, that the text begins with; undefined unless the headline stands whole
 * there, or is closed by an ellipsis after whole words (or after a part of a first word that is longer than the room).
 */
function startOf(text: string, whole: string): string | undefined {
  for (const form of [toGsm(whole), latin(whole)]) {
    if (form !== '' && text.startsWith(`${form} `)) return form;
    for (let end = Math.min(form.length, 160); end > 0; end -= 1) {
      const start = form.slice(0, end);
      if (!text.startsWith(`${start}...`) && !text.startsWith(`${start}…`)) continue;
      const before = start.lastIndexOf(' ') + 1;
      const rest = form.slice(end);
      const atWord = !/^[\p{L}\p{N}]/u.test(rest) || !/[\p{L}\p{N}]$/u.test(start);
      if (atWord || before === 0 || /[^\u0000-\u024f]/u.test(start)) return start;
      // A long word may be cut where its beginning is more than all the words before it.
      if (end - before >= before) return start;
    }
  }
  return undefined;
}

/** The headline up to its first word in another script, in GSM-7. */
function latin(whole: string): string {
  let best = '';
  for (const match of whole.matchAll(/\S+/gu)) {
    const start = toGsm(whole.slice(0, match.index + match[0].length));
    if (segmentSms(start).encoding !== 'GSM-7') break;
    best = start;
  }
  return best;
}

describe('toGsm', () => {
  it('gives GSM-7, or the text itself', () => {
    fc.assert(
      fc.property(headline, (text) => {
        const plain = toGsm(text);
        expect(segmentSms(plain).encoding === 'GSM-7' || plain === text.normalize('NFC')).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it('done twice is done once', () => {
    fc.assert(
      fc.property(headline, (text) => {
        expect(toGsm(toGsm(text))).toBe(toGsm(text));
      }),
      { numRuns: 1_000 },
    );
  });

  it('leaves GSM-7 alone', () => {
    const gsm = fc.string({
      unit: fc.constantFrom(...'@£$¥èéùìòÇØøÅåΔ_ÆæßÉ !"#¤%&()*+,-./09:;<=>?¡AZÄÖÑÜ§¿azäöñüà^{}\\[~]|€'),
    });
    fc.assert(
      fc.property(gsm, (text) => {
        expect(toGsm(text)).toBe(text);
      }),
    );
  });
});

describe('segmentSms', () => {
  it('adds up: no more units than segments hold, and not one segment too many', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (text) => {
        const { encoding, units, segments } = segmentSms(text);
        const [alone, joined] = encoding === 'GSM-7' ? [160, 153] : [70, 67];
        if (segments === 1) expect(units).toBeLessThanOrEqual(alone);
        else {
          expect(units).toBeGreaterThan(alone);
          expect(units).toBeLessThanOrEqual(segments * joined);
          // Each segment but the last may be one unit short, for a pair that does not fit.
          expect(units).toBeGreaterThan((segments - 1) * (joined - 1));
        }
      }),
    );
  });
});

describe('writeWelcome', () => {
  it('is one segment for any watches', () => {
    fc.assert(
      fc.property(tags, home, (watches, publicUrl) => {
        const stop = `${publicUrl}/u?t=1bd9e268t94rAAAAAAAAAA`;
        const { text, segments } = writeWelcome({ watches, stop });
        expect(segments).toBe(1);
        expect(text.endsWith(`Stop: ${stop}`)).toBe(true);
      }),
    );
  });
});
