import type { Article, TagMatch } from '../article/article.ts';
import { cutAtWord, oneLine } from '../article/characters.ts';

/** `message` is JSON; `tags` the values of the String.Array attribute `tags`, for SNS's filter policies. */
export interface MachineMessage {
  message: string;
  tags: string[];
}

/** SNS: 256 KB for the message and its attributes together, their names and types counted. Some room is left for those. */
const mostBytes = 255 * 1024;
/** Tags stand in the message and in the attribute, so each copy has well under a half. */
const mostTagBytes = 64 * 1024;
const longestTitle = 2_000;
const longestUrl = 8_000;

/**
 * What the topic `alerts` carries to machines, as JSON:
 *
 *     { "article": { "id", "title", "url"?, "source"?, "publishedAt"?, "lang"? },
 *       "tags": ["china"], "words": { "china": ["China", "Chinese"] }, "cut"?: true }
 *
 * Never more than SNS takes: `cut` says that words (fewer for each tag, then none), or tags after the first 64 KB, were
 * left out. The article's text is not in it; who needs that has the URL.
 */
export function writeMachine({
  article,
  tags,
}: {
  article: Pick<Article, 'id' | 'title' | 'url' | 'source' | 'publishedAt' | 'lang'>;
  tags: TagMatch[];
}): MachineMessage {
  const names: string[] = [];
  const kept: TagMatch[] = [];
  let tagBytes = 0;
  for (const match of tags) {
    if (names.includes(match.tag)) continue;
    tagBytes += bytesOf(match.tag) + 1;
    if (tagBytes > mostTagBytes) break;
    names.push(match.tag);
    kept.push(match);
  }
  const { id, title, url, source, publishedAt, lang } = article;
  const head = {
    id,
    title: cutAtWord(oneLine(title.slice(0, longestTitle * 4)), longestTitle),
    ...(url !== undefined && url.length <= longestUrl && { url }),
    ...(source !== undefined && { source: cutAtWord(oneLine(source.slice(0, 2_000)), 400) }),
    ...(publishedAt !== undefined && { publishedAt }),
    ...(lang !== undefined && { lang: lang.slice(0, 100) }),
  };
  const attributeBytes = bytesOf(names);
  const allTags = new Set(tags.map((match) => match.tag)).size === names.length;
  for (const most of [Number.POSITIVE_INFINITY, 200, 50, 10, 3, 0]) {
    const words = Object.fromEntries(kept.map((match) => [match.tag, match.words.slice(0, most)]));
    const cut = !allTags || kept.some((match) => match.words.length > most);
    const message = JSON.stringify({ article: head, tags: names, words: most === 0 ? {} : words, ...(cut && { cut }) });
    if (Buffer.byteLength(message) + attributeBytes <= mostBytes || most === 0) return { message, tags: names };
  }
  throw new Error('unreachable: without words the message is bounded by its parts');
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
