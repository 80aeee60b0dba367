import { describe, expect, it } from 'vitest';
import { writeSms, writeWelcome } from '../../core/alert/index.ts';
import type { AlertLinks } from '../../core/subscriber/index.ts';

const matched = [{ tag: 'china' }];
const stop = 'https://b.example/u?t=1bd9e268t94rAAAAAAAAAA';
const both = 'https://b.example/a/0123456789abcdef1bd9e268t94rAAAAAAAA';
const withUrl = (url?: string): AlertLinks => ({
  ...(url !== undefined && { read: url }),
  stop,
  manage: 'https://b.example/manage?t=1bd9e268t94rAAAAAAAAAA',
  both,
});
const sms = (title: string, url?: string, source?: string) =>
  writeSms({
    article: { title, ...(url !== undefined && { url }), ...(source !== undefined && { source }) },
    matched,
    links: withUrl(url),
  });

describe('writeSms: which layout', () => {
  // What stands beside the headline in the full layout: a blank, the URL, a blank, "Stop: " and the link to stop. The host
  // is not named: the URL shows it.
  const beside = (url: string) => ` ${url} Stop: ${stop}`.length;
  const urlThatLeaves = (septets: number) => {
    const url = 'https://x.example/';
    return url + 'p'.repeat(160 - septets - beside(url));
  };
  const long = 'Council '.repeat(20).trim();

  it('both links while thirty septets of the headline are left', () => {
    const url = urlThatLeaves(30);
    expect(sms(long, url).text).toBe(`Council Council Council... ${url} Stop: ${stop}`);
  });

  it('one link from twenty-nine on, and then the host', () => {
    expect(sms(long, urlThatLeaves(29)).text).toMatch(/^Council .*\.\.\. \(x\.example\) https:\/\/b\.example\/a\/\w+$/);
  });

  it('both links with less, where that is the whole headline', () => {
    const url = urlThatLeaves(12);
    expect(sms('Bridge falls', url).text).toBe(`Bridge falls ${url} Stop: ${stop}`);
    expect(sms('Bridge falls.', url).text).toBe(`Bridge falls. (x.example) ${both}`);
  });

  it('a source with a name stands beside its link', () => {
    const url = 'https://x.example/bridge';
    expect(sms(long, url, 'Osterby Today').text).toBe(
      `Council Council Council Council Council Council Council Council... (Osterby Today) ${url} Stop: ${stop}`,
    );
  });

  it('no article link: headline, source, stop', () => {
    expect(sms('Bridge falls', undefined, 'Osterby Today').text).toBe(`Bridge falls (Osterby Today) Stop: ${stop}`);
    expect(sms('Bridge falls').text).toBe(`Bridge falls Stop: ${stop}`);
  });

  it('drops the source before the last ten characters', () => {
    const links = { ...withUrl('https://x.example/'), stop: `${'s'.repeat(150)}`, both: 'b'.repeat(160 - 13 - 10) };
    const article = { title: long, url: 'https://x.example/' };
    expect(writeSms({ article, matched, links }).text).toBe(`Council... (x.example) ${links.both}`);
    const tighter = { ...links, both: `${links.both}b` };
    expect(writeSms({ article, matched, links: tighter }).text).toBe(`Council Council... ${tighter.both}`);
  });

  it('keeps the link at the cost of the headline', () => {
    const links = { ...withUrl('https://x.example/'), both: 'b'.repeat(154), stop: 's'.repeat(160) };
    const article = { title: long, url: 'https://x.example/' };
    expect(writeSms({ article, matched, links }).text).toBe(`Co... ${links.both}`);
    expect(writeSms({ article, matched, links: { ...links, both: 'b'.repeat(160) } }).text).toBe('b'.repeat(160));
    expect(() => writeSms({ article, matched, links: { ...links, both: 'b'.repeat(161) } })).toThrow(RangeError);
  });
});

describe('writeSms: the headline', () => {
  it('is in GSM-7 where its script allows', () => {
    expect(sms('Łódź says ‘no’ – again… 🎉', 'https://x.example/')).toMatchObject({
      text: `Lodz says 'no' - again... https://x.example/ Stop: ${stop}`,
      encoding: 'GSM-7',
      segments: 1,
    });
  });

  it('costs two septets for an extension character', () => {
    const { text, units, segments } = sms(`${'€'.repeat(30)} `.repeat(9), 'https://x.example/');
    expect([segments, units <= 160]).toEqual([1, true]);
    expect(text.startsWith('€'.repeat(20))).toBe(true);
  });

  it('keeps its own script', () => {
    const { text, encoding } = sms('Порт закрыт на ремонт', 'https://x.example/');
    expect([text, encoding]).toEqual([`Порт закрыт… ${both}`, 'UCS-2']);
  });

  it('ends before a word in another script that would cost more than it says', () => {
    expect(sms('Harbour paper of ninety years, Вестник, closes', 'https://x.example/').text).toBe(
      `Harbour paper of ninety years... https://x.example/ Stop: ${stop}`,
    );
  });

  it('gives way to the tags where one word does not fit', () => {
    const links = { ...withUrl('https://x.example/'), both: 'b'.repeat(91), stop: 's'.repeat(79) };
    const article = { title: '维尔马港关闭', url: 'https://x.example/' };
    const { text, encoding } = writeSms({ article, matched: [{ tag: 'china' }, { tag: 'cyber' }], links });
    expect(encoding).toBe('GSM-7');
    expect(text).toBe(`Bellwire: china, cyber https://x.example/ Stop: ${links.stop}`);
  });
});

describe('writeSms: the source', () => {
  it('is the name that the article gives, else the host', () => {
    expect(sms('A', 'https://www.x.example/p', 'Osterby Today').text).toContain(' (Osterby Today) ');
    expect(sms('A'.repeat(200), `https://www.x.example/${'p'.repeat(90)}`).text).toContain(' (x.example) ');
  });

  it('is the name, whatever the host is written in', () => {
    expect(sms('A', 'https://bücher.example/', 'Bücher').text).toContain(' (Bücher) ');
  });

  it('is at most thirty characters: a host keeps its end, a name its start', () => {
    const host = 'https://trusted-paper.example.com.login.evil-site.example/';
    expect(sms('A'.repeat(200), host + 'p'.repeat(90)).text).toContain(' (...login.evil-site.example) ');
    expect(sms('A', undefined, 'The Most Serene Gazette of the Northern Provinces').text).toContain(
      ' (The Most Serene Gazette of...) ',
    );
  });

  it('does not force a Latin headline into seventy units', () => {
    expect(sms('Council votes again on the bridge that nobody asked for', undefined, 'Вестник')).toMatchObject({
      text: `Council votes again on the bridge that nobody asked for Stop: ${stop}`,
      encoding: 'GSM-7',
    });
  });
});

describe('writeWelcome', () => {
  it('names what fits and counts the rest', () => {
    const watches = Array.from({ length: 40 }, (_, i) => `harbour number ${i}`);
    const { text, segments } = writeWelcome({ watches, stop });
    expect(segments).toBe(1);
    expect(text).toMatch(
      /^Bellwire: you will hear of harbour number 0, harbour number 1,.* and 3\d more\. Stop: https/,
    );
  });
});
