import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { writeConfirmation, writeEmail, writeSms, writeWelcome } from '../../core/alert/index.ts';
import type { Matched } from '../../core/ledger/send.ts';
import { type AlertLinks, alertLinks, newSubscriber } from '../../core/subscriber/index.ts';
import articles from './alert-articles.json' with { type: 'json' };

/** UPDATE_GOLDEN=1 writes the files anew: read the difference before it is kept. */
const update = process.env.UPDATE_GOLDEN === '1';
const folder = new URL('../golden/alerts/', import.meta.url);
const subscriber = newSubscriber({
  channel: 'sms',
  to: '+447700900123',
  watches: ['china', 'cyber'],
  now: '2024-01-01T00:00:00Z',
});
const matched: Matched[] = [
  { tag: 'china', watch: 'china', words: ['China', 'Chinese'] },
  { tag: 'cyber', watch: 'cyber', words: ['cyber'] },
];
/** A short domain of the owner's, and the name that API Gateway gives. */
const homes = ['https://bell.example', 'https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com'];

type Text = string | { repeat: string; times: number; then?: string; thenTimes?: number };
const spell = (text: Text | undefined) =>
  typeof text === 'object' ? text.repeat.repeat(text.times) + (text.then ?? '').repeat(text.thenTimes ?? 0) : text;
interface Fixture {
  title: Text;
  text: string;
  url?: Text;
  source?: string;
  publishedAt?: string;
}

const written = new Set<string>();

function compare(name: string, text: string) {
  written.add(name);
  const file = new URL(name, folder);
  if (update) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, text);
  }
  expect(existsSync(file), `test/golden/alerts/${name} is missing: UPDATE_GOLDEN=1 writes it`).toBe(true);
  expect(text).toBe(readFileSync(file, 'utf8'));
}

const shown = ({ text, encoding, units, segments }: ReturnType<typeof writeSms>) =>
  `${text}\n[${encoding}, ${units} units, ${segments} segment]\n`;

describe('texts as their readers see them', () => {
  for (const [name, fixture] of Object.entries(articles as Record<string, Fixture>)) {
    const url = spell(fixture.url);
    const { title, text, url: _, ...rest } = fixture;
    const article = {
      id: '0123456789abcdef',
      title: spell(title) ?? '',
      text,
      ...rest,
      ...(url !== undefined && { url }),
    };
    const links = (publicUrl: string): AlertLinks => alertLinks({ key: 'golden', publicUrl, article, subscriber });

    it(`${name}: email`, () => {
      const email = writeEmail({ article, matched, links: links('https://bell.example') });
      compare(`${name}.email.txt`, `Subject: ${email.subject}\n\n${email.text}\n`);
    });

    it(`${name}: sms`, () => {
      compare(
        `${name}.sms.txt`,
        homes.map((home) => shown(writeSms({ article, matched, links: links(home) }))).join('\n'),
      );
    });
  }

  it('confirmation', () => compare('confirmation.sms.txt', shown(writeConfirmation({ code: '123456' }))));

  it('welcome', () => {
    const many = [
      'china',
      'cyber',
      'microsoft exchange',
      'harbours',
      'lighthouses',
      'grain prices',
      'bridges',
      'elections in Osterby',
    ];
    const texts = homes.flatMap((home) => {
      const stop = alertLinks({ key: 'golden', publicUrl: home, article: { id: '0123456789abcdef' }, subscriber }).stop;
      return [['china', 'cyber'], many, ['Łódź “port”'], ['сверхдержава'], []].map((watches) =>
        writeWelcome({ watches, stop }),
      );
    });
    compare('welcome.sms.txt', texts.map(shown).join('\n'));
  });

  it('there is no file that nothing writes', () => {
    expect(readdirSync(folder).sort()).toEqual([...written].sort());
  });
});
