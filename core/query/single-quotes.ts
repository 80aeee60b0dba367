import type { Findings } from './findings.ts';

/** What stands in double quotes, which is passed over; or, in the group, in single ones. An apostrophe inside a word ends nothing. */
const QUOTED =
  /["“”„‟＂][^"“”„‟＂]*["“”„‟＂]?|(?<=^|[\s(（:：=]|(?:^|[\s(（])-)['‘’]((?:[^\s'‘’"“”„‟＂()（）]|(?<=[\p{L}\p{N}])['‘’](?=[\p{L}\p{N}])|\s)+)['‘’](?=$|[\s)）,，;])/gu;

/** Words that begin with an apostrophe: *’tis*, *’em*, *’90s*. */
const ELISION = /^(?:tis|twas|em|til|till|cause|n|\d+s?)(?![\p{L}\p{N}])/iu;

/** Tells of words between single quotes, which are no phrase. Not of `rock 'n' roll`, `the states' plan`, `China's`. */
export function warnOfSingleQuotes(text: string, findings: Findings): void {
  for (const { 0: quoted, 1: inside, index } of text.matchAll(QUOTED)) {
    if (inside === undefined || !/\S\s+\S/.test(inside) || /^\s|\s$/.test(inside) || ELISION.test(inside)) continue;
    const hint = inside.length > 60 ? 'For a phrase use double quotes.' : `For a phrase use double quotes: "${inside}"`;
    findings.warning('Single quotes make no phrase of these words.', index, index + quoted.length, hint);
  }
}
