/**
 * A page made thin before a DOM is built of it. The DOM and the extractor are written for pages that somebody wanted to be
 * read: half a million tags, a thousand levels, or one attribute of a megabyte take them seconds, minutes or the stack
 * (each of these was tried). This pass reads the page once, in time proportional to its length, and gives the same
 * page well-formed and bounded: without scripts, styles, pictures and comments, with those attributes only that say what
 * a part is for, cut to a length.
 */

/** A page of news has up to five thousand elements and forty levels. What is beyond keeps its text and loses its tags. */
const MAX_ELEMENTS = 8_000;
const MAX_DEPTH = 100;
/** Each named entity is a text node of its own to the parser. */
const MAX_ENTITIES = 10_000;
const MAX_HEAD = 400;
const MAX_JSON_LD_LENGTH = 400_000;
const MAX_VALUE_LENGTH = 400;
const MAX_CONTENT_LENGTH = 2_000;

const VOID = new Set('area base br col embed hr img input link meta param source track wbr'.split(' '));
/** Gone with all that is in them: up to their end tag no tag inside counts. */
const GONE = new Set(
  'script style noscript template svg math canvas iframe object video audio picture select textarea noembed noframes xmp map button'.split(
    ' ',
  ),
);
/** Tags that would only take up room. Their content stays. */
const IGNORED = new Set(
  'html head body img input source track embed param area base wbr col colgroup font blink frameset frame'.split(' '),
);
const ATTRIBUTES = new Set('class id role itemprop rel href lang dir hidden aria-hidden style datetime'.split(' '));
const HEAD_ATTRIBUTES = new Set('name property itemprop content rel href hreflang media'.split(' '));

/** What an opening tag closes by itself, as in HTML's optional end tags. */
const CLOSES: Record<string, readonly string[]> = {
  li: ['li'],
  dt: ['dt', 'dd'],
  dd: ['dt', 'dd'],
  tr: ['tr', 'td', 'th'],
  td: ['td', 'th'],
  th: ['td', 'th'],
  option: ['option'],
};
const CLOSES_P = new Set(
  'p div ul ol dl table h1 h2 h3 h4 h5 h6 section article aside header footer nav main blockquote pre form fieldset figure figcaption hr address details'.split(
    ' ',
  ),
);

export interface ThinPage {
  /** Well-formed, with `meta`, `link` and `title` in its head. */
  html: string;
  /** The text of each `script type="application/ld+json"`. */
  jsonLd: string[];
}

interface Tag {
  name: string;
  closing: boolean;
  attributes: Map<string, string>;
  end: number;
}

const SPACE = /\s/;

/** Reads the tag that begins at `<`; undefined where that is no tag but a character of the text. */
function readTag(html: string, at: number): Tag | undefined {
  let i = at + 1;
  const closing = html[i] === '/';
  if (closing) i++;
  const nameStart = i;
  if (!/[a-z]/i.test(html[i] ?? '')) return undefined;
  while (i < html.length && i - nameStart < 40 && /[a-z0-9:-]/i.test(html[i]!)) i++;
  const name = html.slice(nameStart, i).toLowerCase();
  const attributes = new Map<string, string>();
  while (i < html.length && html[i] !== '>') {
    if (SPACE.test(html[i]!) || html[i] === '/') {
      i++;
      continue;
    }
    const keyStart = i;
    i++;
    while (i < html.length && !/[\s=>/]/.test(html[i]!)) i++;
    const keyEnd = i;
    while (i < html.length && SPACE.test(html[i]!)) i++;
    let value = '';
    if (html[i] === '=') {
      i++;
      while (i < html.length && SPACE.test(html[i]!)) i++;
      const quote = html[i];
      const valueStart = quote === '"' || quote === "'" ? i + 1 : i;
      if (valueStart > i) {
        const close = html.indexOf(quote!, valueStart);
        i = close < 0 ? html.length : close;
      } else {
        while (i < html.length && !/[\s>]/.test(html[i]!)) i++;
      }
      value = html.slice(valueStart, Math.min(i, valueStart + MAX_CONTENT_LENGTH));
      if (valueStart > 0 && (html[valueStart - 1] === '"' || html[valueStart - 1] === "'") && i < html.length) i++;
    }
    if (keyEnd - keyStart <= 20 && attributes.size < 60) {
      const key = html.slice(keyStart, keyEnd).toLowerCase();
      if (!attributes.has(key)) attributes.set(key, value);
    }
  }
  return { name, closing, attributes, end: Math.min(i + 1, html.length) };
}

/** 128–159 are Windows-1252 in HTML, whatever Unicode says. */
const WINDOWS_1252 = new TextDecoder('windows-1252');

function characterOf(code: number): string {
  if (code >= 0x80 && code <= 0x9f) return WINDOWS_1252.decode(Uint8Array.of(code));
  if (!(code > 0 && code <= 0x10ffff) || (code >= 0xd800 && code <= 0xdfff)) return '';
  return code === 0x3c ? '&lt;' : code === 0x26 ? '&amp;' : String.fromCodePoint(code);
}

/** The page, thin. Never throws; takes time proportional to its length. */
export function thinPage(html: string): ThinPage {
  const body: string[] = [];
  const head: string[] = [];
  const jsonLd: string[] = [];
  const stack: string[] = [];
  /** Opening tags beyond the bounds: their end tags must not close somebody else. */
  const dropped = new Map<string, number>();
  /** End tags that are not to be found any more: searching for them each time would be quadratic. */
  const endless = new Set<string>();
  let elements = 0;
  let entities = 0;
  let language = '';
  let jsonLdLength = 0;
  let i = 0;

  const pushText = (text: string) => {
    body.push(
      text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|[a-z][a-z0-9]{1,30});?|[&<>]/gi, (found, decimal, hexadecimal) => {
        if (decimal !== undefined) return characterOf(Number.parseInt(decimal, 10));
        if (hexadecimal !== undefined) return characterOf(Number.parseInt(hexadecimal, 16));
        if (++entities > MAX_ENTITIES) return ' ';
        return found === '&' ? '&amp;' : found === '<' ? '&lt;' : found === '>' ? '&gt;' : found;
      }),
    );
  };
  /** Where a tag went, words must not grow together; once is enough. */
  const blank = () => {
    if (body.at(-1) !== ' ') body.push(' ');
  };
  const tagText = (name: string, attributes: Map<string, string>, wanted: Set<string>) => {
    let text = `<${name}`;
    for (const [key, value] of attributes) {
      if (!wanted.has(key)) continue;
      const most = key === 'content' || key === 'href' ? MAX_CONTENT_LENGTH : MAX_VALUE_LENGTH;
      text += ` ${key}="${value.slice(0, most).replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')}"`;
    }
    return `${text}>`;
  };
  const closeDownTo = (depth: number) => {
    while (stack.length > depth) body.push(`</${stack.pop()}>`);
  };
  const open = ({ name, attributes }: Tag) => {
    if (CLOSES_P.has(name) && stack.at(-1) === 'p') closeDownTo(stack.length - 1);
    const closes = CLOSES[name];
    while (closes?.includes(stack.at(-1) ?? '')) closeDownTo(stack.length - 1);
    if (++elements > MAX_ELEMENTS || stack.length >= MAX_DEPTH) {
      if (!VOID.has(name)) dropped.set(name, (dropped.get(name) ?? 0) + 1);
      blank();
      return;
    }
    body.push(tagText(name, attributes, ATTRIBUTES));
    if (!VOID.has(name)) stack.push(name);
  };
  const close = (name: string) => {
    const beyond = dropped.get(name) ?? 0;
    if (beyond > 0) {
      dropped.set(name, beyond - 1);
      blank();
      return;
    }
    const depth = stack.lastIndexOf(name);
    if (depth >= 0) closeDownTo(depth);
  };
  /** The end of what is in an element whose content is passed over; where its end tag begins, and where that ends. */
  const endOf = (name: string, from: number): [content: number, after: number] | undefined => {
    if (endless.has(name)) return undefined;
    const end = new RegExp(`</${name}(?=[\\s>/])`, 'gi');
    end.lastIndex = from;
    const found = end.exec(html);
    if (!found) {
      endless.add(name);
      return undefined;
    }
    const after = html.indexOf('>', found.index);
    return [found.index, after < 0 ? html.length : after + 1];
  };

  while (i < html.length) {
    const next = html.indexOf('<', i);
    if (next < 0) {
      pushText(html.slice(i));
      break;
    }
    if (next > i) pushText(html.slice(i, next));
    const after = html[next + 1];
    if (after === '!' || after === '?') {
      const comment = html.startsWith('<!--', next);
      const end = html.indexOf(comment ? '-->' : '>', next + 2);
      i = end < 0 ? html.length : end + (comment ? 3 : 1);
      continue;
    }
    const tag = readTag(html, next);
    if (!tag) {
      pushText('<');
      i = next + 1;
      continue;
    }
    i = tag.end;
    const { name, attributes } = tag;
    if (tag.closing) {
      if (name === 'p' && !stack.includes('p')) blank();
      else if (!IGNORED.has(name)) close(name);
      continue;
    }
    if (name === 'html') language ||= attributes.get('lang') ?? attributes.get('xml:lang') ?? '';
    if (name === 'title' || GONE.has(name)) {
      const end = endOf(name, i);
      const raw = name === 'script' || name === 'style' || name === 'title' || name === 'textarea';
      if (!end && !raw) continue;
      const [content, behind] = end ?? [html.length, html.length];
      if (name === 'title') {
        if (head.length < MAX_HEAD) {
          const text = html.slice(i, Math.min(content, i + MAX_CONTENT_LENGTH));
          head.push(`<title>${text.replaceAll('<', '&lt;').replaceAll('>', '&gt;')}</title>`);
        }
      } else if (name === 'script' && /^application\/ld\+json\b/i.test((attributes.get('type') ?? '').trim())) {
        jsonLdLength += content - i;
        if (jsonLdLength <= MAX_JSON_LD_LENGTH) jsonLd.push(html.slice(i, content));
      }
      blank();
      i = behind;
      continue;
    }
    if (name === 'meta' || name === 'link') {
      if (head.length < MAX_HEAD) head.push(tagText(name, attributes, HEAD_ATTRIBUTES));
      continue;
    }
    if (!IGNORED.has(name)) open(tag);
  }
  closeDownTo(0);
  const lang = language === '' ? '' : ` lang="${language.slice(0, 40).replace(/[^A-Za-z0-9_-]/g, '')}"`;
  return {
    html: `<!doctype html><html${lang}><head>${head.join('')}</head><body>${body.join('')}</body></html>`,
    jsonLd,
  };
}
