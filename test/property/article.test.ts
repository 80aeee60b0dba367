import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { admitArticle, canonicalUrl, cleanArticle, identify, readInput, readUrl } from '../../core/article/index.ts';
import { jsonFault } from '../../core/article/json.ts';

/** Lines as pages have them, and characters as nobody should. */
const line = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      'Dam breaks in the north',
      "'Safe' dam breaks",
      '‘Safe’ dam breaks',
      'The dam broke at night.',
      'Why?',
      'Who opened the gate?',
      'Is your ferry card about to expire?',
      'Museum of Fog reopens on Sunday',
      'Eight dead in mine, three saved',
      'Leave a comment',
      'Share',
      'Facebook',
      'Related articles',
      'Read more: Dam mended',
      'We use cookies.',
      '- one thing',
      'A | 1',
      'Northbank 4',
      'By Ana Whitfield',
      '3 hours ago',
      'Asia',
      'Home',
      'The mayor said: “It was full, and I was told, and I slept on”',
      'The results of the finals:',
      'the town was told of it by a bell',
      '***',
      '',
      'A long paragraph of the story that goes on and on, as paragraphs do, about a dam, a gate, a bell and the mayor, who slept, and about the valley, which did not.',
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
  {
    weight: 1,
    arbitrary: fc.string({
      unit: fc.constantFrom(
        'a',
        'B',
        ' ',
        '.',
        '“',
        "'",
        '\u200d',
        '\u0301',
        '\u202e',
        '\u0000',
        'क',
        '。',
        '中',
        '…',
        '-',
        '\ud800',
        'ﬁ',
      ),
      maxLength: 40,
    }),
  },
);
const copied = fc
  .tuple(fc.array(line, { maxLength: 14 }), fc.constantFrom('\n', '\n\n'))
  .map(([lines, between]) => lines.join(between));
const tag = fc.constantFrom(
  '<p>',
  '</p>',
  '<div>',
  '</div>',
  '<li>',
  '<ul>',
  '</ul>',
  '<a href=/x>',
  '</a>',
  '<table>',
  '<td>',
  '<br>',
  '<h1>',
  '</h1>',
  '<article>',
  '<aside>',
  '<svg>',
  '<title>',
  '<script>',
  '<!--',
  '&amp;',
  '&#8217;',
  '<',
  '<p class="',
  '<meta property=og:title content=x>',
  '</body>',
  '<html lang=en>',
);
const page = fc.array(fc.oneof(tag, line), { maxLength: 40 }).map((parts) => parts.join(''));

describe('cleanArticle', () => {
  it('changes nothing of what it cleaned, neither title nor text nor id', () => {
    fc.assert(
      fc.property(fc.option(line, { nil: undefined }), copied, (title, text) => {
        const once = cleanArticle({ text, ...(title === undefined ? {} : { title }) });
        const twice = cleanArticle(once);
        expect({ title: twice.title, text: twice.text }).toEqual({ title: once.title, text: once.text });
        expect(identify(twice)).toBe(identify(once));
      }),
      { numRuns: 1500 },
    );
  });

  it('does so for pages too, and throws on none', () => {
    fc.assert(
      fc.property(page, (html) => {
        const once = cleanArticle({ html });
        const { title, text } = cleanArticle(once);
        expect({ title, text }).toEqual({ title: once.title, text: once.text });
      }),
      { numRuns: 300 },
    );
  });

  it('leaves nothing unseen in what it gives, one headline in one line, paragraphs of one line', () => {
    fc.assert(
      fc.property(line, copied, (title, text) => {
        const cleaned = cleanArticle({ title, text });
        for (const part of [cleaned.title, ...cleaned.text.split('\n\n')]) {
          expect(part).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u200b\u202a-\u202e\u2066-\u2069\ufeff]/);
          expect(part.isWellFormed()).toBe(true);
          expect(part).toBe(part.normalize('NFC').trim());
        }
        expect(cleaned.title.length).toBeLessThanOrEqual(300);
      }),
    );
  });

  it('keeps every sentence of a story, whatever the page put around it', () => {
    const sentence = fc.constantFrom(
      'The dam broke at night.',
      'Nobody slept.',
      '“It was full,” said the mayor.',
      'Facebook did not reply to the town.',
      'What will the valley drink now?',
      'We use cookies, the baker said.',
    );
    const furniture = fc.constantFrom(
      'Share',
      'Leave a comment',
      'Facebook | Twitter | Email',
      'Museum of Fog reopens on Sunday',
      'Seal pups counted on northern skerries',
      'This site uses Akismet to reduce spam.',
      '© 2026 The Lantern Post',
    );
    fc.assert(
      fc.property(
        fc.array(sentence, { minLength: 1, maxLength: 8 }),
        fc.array(furniture, { maxLength: 6 }),
        (story, around) => {
          const text = [
            'Dam breaks',
            'Dam breaks',
            ...story,
            'The end is near, the bell said, and it rang for all who lived there.',
            ...around,
          ].join('\n\n');
          const kept = cleanArticle({ text }).text.split('\n\n');
          expect(kept.slice(0, story.length)).toEqual(story);
        },
      ),
    );
  });
});

describe('canonicalUrl', () => {
  const part = fc.stringMatching(/^[A-Za-z0-9._~%+=!-]{0,8}$/);
  const url = fc
    .tuple(
      fc.constantFrom('http', 'HTTPS'),
      fc.constantFrom('Post.example', 'www.post.example:443', 'a.b.example.'),
      fc.array(part, { maxLength: 4 }),
      fc.array(fc.tuple(fc.oneof(part, fc.constantFrom('utm_x', 'CMP', 'id')), part), { maxLength: 5 }),
      fc.constantFrom('', '#x', '#!x', '/'),
    )
    .map(
      ([scheme, host, path, query, end]) =>
        `${scheme}://${host}/${path.join('/')}${query.length > 0 ? '?' : ''}${query.map(([name, value]) => `${name}=${value}`).join('&')}${end}`,
    );

  it('is idempotent, and so is any address that it can read', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          url,
          fc.webUrl({ withQueryParameters: true, withFragments: true }),
          fc.string({ unit: 'binary' }).map((text) => `https://post.example/${text}`),
        ),
        (text) => {
          const read = readUrl(text);
          if (read.ok) expect(canonicalUrl(read.url)).toBe(read.url);
          else expect(() => canonicalUrl(text)).toThrow(RangeError);
        },
      ),
    );
  });

  it('keeps two ids two, in the path and in the query', () => {
    const id = fc.stringMatching(/^[A-Za-z0-9_-]{1,12}$/);
    fc.assert(
      fc.property(id, id, (a, b) => {
        fc.pre(a !== b);
        for (const form of [
          'https://post.example/ID',
          'https://post.example/ID/?utm_x=1',
          'https://post.example/?p=ID',
          'https://post.example/a?x=1&id=ID',
          'https://post.example/#!ID',
        ]) {
          const [first, second] = [canonicalUrl(form.replace('ID', a)), canonicalUrl(form.replace('ID', b))];
          expect(first).not.toBe(second);
          expect(identify({ title: '', text: '', url: first })).not.toBe(
            identify({ title: '', text: '', url: second }),
          );
        }
      }),
    );
  });
});

describe('the door', () => {
  it('never throws: admitted or refused with a reason', () => {
    const fields = fc.record(
      {
        title: fc.anything(),
        text: fc.oneof(copied, fc.anything()),
        html: fc.oneof(page, fc.anything()),
        url: fc.oneof(fc.webUrl(), fc.string(), fc.anything()),
        publishedAt: fc.oneof(fc.string(), fc.anything()),
        lang: fc.string(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(fields, fc.anything()), (input) => {
        const read = admitArticle(input);
        if (read.ok) expect(read.article.id).toMatch(/^[0-9a-hjkmnp-tv-z]{16}$/);
        else expect(read.reason).toMatch(/\w{2}/);
      }),
      { numRuns: 300 },
    );
  });

  it('reads any bytes or says why not', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom('a.txt', 'a.json', 'a.html', '-'),
        (bytes, name) => {
          const { inputs, errors } = readInput(bytes, name);
          expect(inputs.length + errors.length).toBeGreaterThan(0);
        },
      ),
    );
  });

  it('finds a fault in just the JSON that the engine refuses', () => {
    const broken = fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom('', ',', '"', '}', ']', '\\', '0', '.', 'x'))
      .map(([json, at, extra]) => {
        const place = at % (json.length + 1);
        return json.slice(0, place) + extra + json.slice(place + (extra === '' ? 1 : 0));
      });
    fc.assert(
      fc.property(fc.oneof(fc.json(), broken, fc.string()), (json) => {
        let good = true;
        try {
          JSON.parse(json);
        } catch {
          good = false;
        }
        const fault = jsonFault(json);
        expect(fault === undefined).toBe(good);
        if (fault) expect(fault.at).toBeLessThanOrEqual(json.length);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('hostile input', () => {
  const full = (text: string, size = 1024 * 1024) => text.repeat(Math.ceil(size / text.length));
  const hostile: Record<string, string> = {
    'a million <': full('<'),
    '100,000 nested <div>': `${'<div>'.repeat(100_000)}The dam broke.`,
    '90,000 nested and closed <div>': `${'<div>'.repeat(90_000)}The dam broke.${'</div>'.repeat(90_000)}`,
    'paragraphs never closed': full('<p>a'),
    headings: full('<h2>x</h2>'),
    'nested links': full('<a>'),
    'items of links': full('<li><a href=x>y</a>'),
    'nested svg': full('<svg>'),
    'comments never closed': full('<!--'),
    entities: full('&amp;'),
    'a hundred thousand attributes': `<p ${Array.from({ length: 100_000 }, (_, i) => `a${i}=1`).join(' ')}>x</p>`,
    'an attribute of a megabyte': `<p class="${full('a ')}">The dam broke.</p>`,
    'a srcset made for backtracking': `<p>The dam broke.</p><img srcset="${full('x')} y z">`,
    'nested data': `<script type="application/ld+json">${'['.repeat(300_000)}</script><p>The dam broke.</p>`,
    'one giant word': full('a'),
    'one giant line': full('word '),
    blanks: `a${full(' \n')}b`,
    'one headline over and over': full('Dam breaks in the north\n'),
    questions: full('Who opened the gate?\n\n'),
    'headlines without a story': `The dam broke.\n\n${full('Museum of Fog reopens on Sunday\n\n')}`,
    'marks out of order': `a${full('\u0316\u0301', 500_000)}`,
    'ligatures that unfold eighteenfold': full('\ufdfa', 500_000),
    quotes: full("'"),
    columns: full('a | '),
  };
  for (const [what, text] of Object.entries(hostile)) {
    it(`${what}: ends soon`, () => {
      // Time of this process's own, so that a busy machine does not fail it. Measured: 1 s at most, the first one with the compiler's.
      const before = process.cpuUsage();
      cleanArticle({ html: text });
      cleanArticle({ title: text, text });
      const { user, system } = process.cpuUsage(before);
      expect((user + system) / 1e6).toBeLessThan(5);
    });
  }
});
