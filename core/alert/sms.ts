import type { CleanedArticle } from '../article/article.ts';
import { oneLine, startThatFits } from '../article/characters.ts';
import type { Matched } from '../ledger/send.ts';
import type { AlertLinks } from '../subscriber/links.ts';
import { toGsm } from './gsm.ts';
import { hostOf, insteadOfHeadline, readableUrl } from './headline.ts';
import { type Encoding, isGsm, room, type Segmentation, segmentSms, unitsIn } from './segment.ts';

/** A text of one segment. */
export interface SmsText extends Segmentation {
  text: string;
}

/** The longest name of a source in an SMS, in characters. */
const longestSource = 30;
/** With less of the headline than this, the article's own link is not worth its room: septets, or units of UCS-2. */
const wanted: Record<Encoding, number> = { 'GSM-7': 30, 'UCS-2': 20 };
/** With less than this, neither is the source. */
const needed = 10;
const ellipsisIn: Record<Encoding, string> = { 'GSM-7': '...', 'UCS-2': '…' };
/** What room is left for a headline is never more than 160 units: a longer one is not read to its end. */
const longestHeadline = 2_000;

/** A headline to be fitted beside a source. `cut`: it is already less than the whole, so it always ends with the ellipsis. */
interface Candidate {
  headline: string;
  source: string;
  encoding: Encoding;
  cut: boolean;
}

/**
 * The SMS of an alert: always one segment, headline first, and a link last. In this order, what fits is taken:
 *
 *     Headline (source) READ Stop: STOP     while the headline keeps 30 septets (20 units in UCS-2) or all of itself
 *     Headline (source) BOTH                BOTH is our own page with the article's link and a stop button
 *     Headline BOTH
 *
 * The source is the name that the article gives, else the host of its address, which the first layout shows in the link
 * already. An article without a link has `Headline (source) Stop: STOP`. The headline is cut at a word, with "..." (GSM-7) or "…".
 * One word of another script would make the whole SMS UCS-2, with 70 units in place of 160: where more of the headline
 * stands before that word in GSM-7 than fits with it in UCS-2, it ends there, and a source in another script is left out
 * where it would cost some of the headline. Where not one word fits beside the link (a Chinese headline and a link on API
 * Gateway's own long host name), the tags stand in for the headline, in GSM-7.
 *
 * Throws RangeError for a link too long for any SMS: only a broken deployment (an absurd `publicUrl`) has one.
 */
export function writeSms({
  article,
  matched,
  links,
}: {
  article: Pick<CleanedArticle, 'title' | 'source' | 'url'>;
  matched: Pick<Matched, 'tag'>[];
  links: AlertLinks;
}): SmsText {
  const source = shortSource(article.source, article.url ?? links.read);
  const tags = toGsm(insteadOfHeadline(matched));
  const headline = toGsm(oneLine(article.title.slice(0, longestHeadline)));
  let best: Layout | undefined;
  for (const candidate of headline === '' ? [] : candidates(headline, source)) {
    const laid = layOut(candidate, links);
    if (laid && (!best || laid.kept > best.kept)) best = laid;
  }
  return oneSegment((best ?? standIn(tags, source, links))?.text ?? lastLink(links));
}

/** The tags in place of the headline, in GSM-7, with the source where that fits too; of the name at least the whole. */
function standIn(tags: string, source: string, links: AlertLinks): Layout | undefined {
  const headline = isGsm(tags) ? tags : 'Bellwire';
  const beside = [gsmOnly(source), ''];
  return beside
    .map((shown) => layOut({ headline, source: shown, encoding: 'GSM-7', cut: false }, links))
    .find((laid) => laid && laid.kept >= 'Bellwire'.length);
}

function candidates(headline: string, source: string): Candidate[] {
  if (isGsm(headline) && isGsm(source)) return [{ headline, source, encoding: 'GSM-7', cut: false }];
  const all: Candidate[] = [{ headline, source, encoding: 'UCS-2', cut: false }];
  const latin = isGsm(headline) ? headline : latinStart(headline);
  if (latin !== '') {
    all.push({ headline: latin, source: gsmOnly(source), encoding: 'GSM-7', cut: !isGsm(headline) });
  }
  return all;
}

/** The words before the first one that GSM-7 cannot carry, in GSM-7. */
function latinStart(headline: string): string {
  let end = 0;
  for (const match of headline.matchAll(/\S+/gu)) {
    if (!isGsm(toGsm(match[0]))) break;
    end = match.index + match[0].length;
  }
  return toGsm(headline.slice(0, end)).replace(/[\s\p{Pd}\p{Ps},;:."']+$/u, '');
}

interface Layout {
  text: string;
  /** Characters of the headline that stand in it. */
  kept: number;
}

function layOut(candidate: Candidate, links: AlertLinks): Layout | undefined {
  const { headline, source, encoding } = candidate;
  const bracketed = source === '' ? '' : ` (${source})`;
  const read = readableUrl(links.read);
  // The article's own link shows the host: naming it twice would only cost some of the headline.
  const beside = source === shortSource(undefined, read) ? '' : bracketed;
  const own = read === undefined ? `Stop: ${links.stop}` : links.both;
  const whole = unitsIn(encoding, headline) + (candidate.cut ? ellipsisIn[encoding].length : 0);
  const layouts = [
    ...(read === undefined ? [] : [{ tail: `${beside} ${read} Stop: ${links.stop}`, least: wanted[encoding] }]),
    { tail: `${bracketed} ${own}`, least: needed },
    { tail: ` ${own}`, least: 1 },
  ];
  for (const { tail, least } of layouts) {
    const left = room[encoding].alone - unitsIn(encoding, tail);
    if (left < Math.min(whole, least) || (encoding === 'GSM-7' && !isGsm(tail))) continue;
    const units = (part: string) => unitsIn(encoding, part);
    const ellipsis = ellipsisIn[encoding];
    const start = startThatFits(headline, candidate.cut ? left - ellipsis.length : left, ellipsis, units);
    if (start === '') continue;
    const closed = start === headline && !candidate.cut ? start : start + ellipsis;
    return { text: closed + tail, kept: start.length };
  }
  return undefined;
}

function lastLink(links: AlertLinks): string {
  return links.read === undefined ? links.stop : links.both;
}

/** The name that the article gives, else the host of its address; cut to what a reader needs. */
function shortSource(source: string | undefined, url: string | undefined): string {
  const given = toGsm(oneLine((source ?? '').slice(0, 200)));
  if (given !== '') {
    if (given.length <= longestSource) return given;
    const ellipsis = ellipsisIn[isGsm(given) ? 'GSM-7' : 'UCS-2'];
    const start = startThatFits(given, longestSource, ellipsis);
    if (start !== '') return start + ellipsis;
  }
  const host = hostOf(url) ?? '';
  if (host.length <= longestSource) return host;
  // The end of a host is who it is; its start is anybody's.
  return `...${host.slice(3 - longestSource).replace(/^[^.]*\.(?=.*\.)/, '')}`;
}

function gsmOnly(text: string): string {
  return isGsm(text) ? text : '';
}

function oneSegment(text: string): SmsText {
  const segmentation = segmentSms(text);
  if (segmentation.segments > 1) throw new RangeError(`a link does not fit into one SMS: ${text.slice(0, 200)}`);
  return { text, ...segmentation };
}

/** The SMS with the code that confirms a number. `code` is six digits. */
export function writeConfirmation({ code }: { code: string }): SmsText {
  return oneSegment(`Bellwire: your code is ${code}. It ends in 10 minutes. Did not ask? Do nothing.`);
}

/**
 * The SMS after a number is confirmed: "Bellwire: you will hear of china, cyber. Stop: LINK". As many watches as fit are
 * named and the others counted; where none fits (a tag in another script beside a long link) they are only counted.
 */
export function writeWelcome({ watches, stop }: { watches: string[]; stop: string }): SmsText {
  const names = watches.map((watch) => toGsm(oneLine(watch))).filter(Boolean);
  for (let shown = names.length; shown > 0; shown -= 1) {
    const rest = names.length - shown;
    const list = names.slice(0, shown).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
    const text = `Bellwire: you will hear of ${list}. Stop: ${stop}`;
    if (segmentSms(text).segments === 1) return oneSegment(text);
  }
  if (names.length === 0) return oneSegment(`Bellwire: you are signed up. Stop: ${stop}`);
  return oneSegment(`Bellwire: you will hear of ${names.length} ${names.length === 1 ? 'tag' : 'tags'}. Stop: ${stop}`);
}
