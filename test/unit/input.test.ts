import { describe, expect, it } from 'vitest';
import { admitArticle, MAX_INPUT_BYTES, readInput } from '../../core/article/index.ts';
import jsonFaults from './input-json-faults.json' with { type: 'json' };

const utf8 = (text: string) => new TextEncoder().encode(text);
const utf16 = (text: string) => Buffer.from(text, 'utf16le');
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const one = (label: string, input: unknown) => ({ inputs: [{ label, input }], errors: [] });
const refused = (input: string, reason: string) => ({ inputs: [], errors: [{ input, reason }] });

describe('what it is', () => {
  const page = '<!DOCTYPE html><p>The dam broke.</p>';
  for (const [name, text, input] of [
    ['dam.txt', 'Dam breaks\n', { text: 'Dam breaks\n' }],
    ['-', ' \n{"title": "Dam breaks"}', { title: 'Dam breaks' }],
    ['-', page, { html: page }],
    ['-', '\n <article><p>x</p>', { html: '\n <article><p>x</p>' }],
    ['dam.HTM', 'Dam breaks', { html: 'Dam breaks' }],
    ['dam.html', '{"not": "json"}', { html: '{"not": "json"}' }],
    ['-', '<3 is what she wrote', { text: '<3 is what she wrote' }],
    ['-', '[Update] The bridge is open', { text: '[Update] The bridge is open' }],
    ['dam.txt', '{"title": "Dam breaks"}', { title: 'Dam breaks' }],
  ] as const) {
    it(`${name} with ${JSON.stringify(text)}`, () => {
      expect(readInput(utf8(text), name)).toEqual(one(name, input));
    });
  }

  it('gives each element of an array a name, whatever it is: the door judges them', () => {
    const { inputs, errors } = readInput(utf8('[{"title": "Dam breaks"}, 7, {"title": "Dam mended"}]'), 'news.json');
    expect(inputs).toEqual([
      { label: 'news.json[0]', input: { title: 'Dam breaks' } },
      { label: 'news.json[1]', input: 7 },
      { label: 'news.json[2]', input: { title: 'Dam mended' } },
    ]);
    expect(errors).toEqual([]);
    expect(inputs.map(({ input }) => admitArticle(input).ok)).toEqual([true, false, true]);
  });
});

describe('encodings', () => {
  const text = 'Zürich: “Dämme halten” – 5 €';
  it('reads UTF-8 with and without its mark', () => {
    expect(readInput(utf8(text), 'a.txt')).toEqual(one('a.txt', { text }));
    expect(readInput(utf8(`\ufeff${text}`), 'a.txt')).toEqual(one('a.txt', { text }));
    expect(readInput(utf8('\ufeff{"title": "Dam"}'), 'a.json')).toEqual(one('a.json', { title: 'Dam' }));
  });
  it('reads UTF-16 with its mark, either way round', () => {
    expect(readInput(utf16(`\ufeff${text}`), 'a.txt')).toEqual(one('a.txt', { text }));
    expect(readInput(utf16(`\ufeff${text}`).swap16(), 'a.txt')).toEqual(one('a.txt', { text }));
    expect(readInput(utf16('\ufeff{"title": "Dam"}'), 'a.json')).toEqual(one('a.json', { title: 'Dam' }));
  });
  it('says so when the mark is missing', () => {
    expect(readInput(utf16('Dam breaks in the north'), 'a.txt')).toEqual(
      refused('a.txt', 'it is no text; it looks like text in UTF-16 without its mark: save it as UTF-8'),
    );
  });
  it('reads what is no UTF-8 as Windows-1252', () => {
    const bytes = Buffer.concat([
      Buffer.from('Z\xfcrich: ', 'latin1'),
      hex('93'),
      Buffer.from('halt'),
      hex('94 20 96 20 35 20 80'),
    ]);
    expect(readInput(bytes, 'a.txt')).toEqual(one('a.txt', { text: 'Zürich: “halt” – 5 €' }));
  });
  it('reads UTF-8 of which a byte was lost as UTF-8', () => {
    const bytes = utf8('Zürich’s “dam” – 5 €');
    expect(readInput(bytes.subarray(0, -1), 'a.txt')).toEqual(one('a.txt', { text: 'Zürich’s “dam” – 5 \ufffd' }));
  });
  it('reads a page by what it declares', () => {
    const koi8 = Buffer.concat([
      Buffer.from('<html><head><meta charset="koi8-r"></head><body><p>'),
      hex('eb c9 d4 c1 ca'),
      Buffer.from('</p>'),
    ]);
    expect(JSON.stringify(readInput(koi8, 'a.html'))).toContain('<p>Китай</p>');
    const japanese = Buffer.concat([
      Buffer.from('<meta http-equiv=content-type content="text/html; charset=iso-2022-jp"><p>'),
      hex('1b 24 42 43 66 39 71 1b 28 42'),
    ]);
    expect(JSON.stringify(readInput(japanese, 'a.html'))).toContain('<p>中国');
  });
  it('does not believe a declaration against valid UTF-8', () => {
    const html = '<meta charset=iso-8859-1><p>Zürich</p>';
    expect(readInput(utf8(html), 'a.html')).toEqual(one('a.html', { html }));
  });
  it('believes the bytes where a page says utf-8 and is not', () => {
    const bytes = Buffer.from('<meta charset=utf-8><p>Z\xfcrich</p>', 'latin1');
    expect(readInput(bytes, 'a.html')).toEqual(one('a.html', { html: '<meta charset=utf-8><p>Zürich</p>' }));
  });
});

describe('what is refused', () => {
  for (const [what, bytes, reason] of [
    ['nothing', utf8(''), 'it is empty'],
    ['blanks', utf8('\ufeff \n\t'), 'it is empty: nothing but blanks'],
    ['a PNG', hex('89504e470d0a1a0a0000000d'), 'it is no text; it looks like a PNG picture'],
    ['a PDF', utf8('%PDF-1.7\n'), 'it is no text; it looks like a PDF: save its text, or copy it into a text file'],
    [
      'a ZIP',
      hex('504b030414000600'),
      'it is no text; it looks like a ZIP archive or an office document: save it as text or HTML',
    ],
    [
      'rich text',
      utf8('{\\rtf1 Dam}'),
      'it is no text; it looks like a rich text document (RTF): save it as text or HTML',
    ],
    ['bytes', hex('0001020304050607'), 'it is no text; it looks like binary data'],
    ['a number', utf8('7'), undefined],
    ['an empty array', utf8('[]'), 'it is an array with no article in it'],
  ] as const) {
    it(what, () => {
      expect(readInput(bytes, 'a')).toEqual(reason === undefined ? one('a', { text: '7' }) : refused('a', reason));
    });
  }

  it('JSON that is no article', () => {
    expect(readInput(utf8('7'), 'a.json')).toEqual(
      refused('a.json', 'it is JSON, but neither an object (one article) nor an array of them'),
    );
  });

  it('more than 1 MiB, with its size', () => {
    expect(readInput(new Uint8Array(MAX_INPUT_BYTES + 1).fill(97), 'a.txt')).toEqual(
      refused('a.txt', 'it is too large: 1,048,577 bytes (1.00 MiB); the most is 1,048,576 bytes (1 MiB)'),
    );
    expect(readInput(new Uint8Array(MAX_INPUT_BYTES).fill(97), 'a.txt').errors).toEqual([]);
  });

  it('but not a text for a stray NUL', () => {
    const { inputs } = readInput(utf8(`Dam\0 breaks in the north\n\nThe dam broke at night.`), 'a.txt');
    expect(admitArticle(inputs[0]?.input)).toMatchObject({ ok: true, article: { title: 'Dam breaks in the north' } });
  });

  for (const { json, at, message } of jsonFaults) {
    it(`broken JSON: ${JSON.stringify(json)}`, () => {
      expect(readInput(utf8(json), 'a.json')).toEqual(refused('a.json', `it is broken JSON at ${at}: ${message}`));
    });
  }
});
