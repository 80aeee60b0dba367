import type { Part } from './parts.ts';

const OF_A_TAG = {
  near: 'A tag is a whole query and stands in no one place. Ask for both, as in tag:china port, or write its words: (china OR beijing) NEAR/8 port',
  count:
    'A tag is a whole query, which is not counted. Ask for both, and count words: tag:china ATLEAST/3 (china OR beijing)',
  except:
    'A tag is a whole query. Put the EXCEPT into that query, or leave the words out altogether: tag:china NOT "china shop"',
};

const OF_A_FIELD = {
  near: 'It is about the whole article. Put a blank between: source:bbc.co.uk china NEAR/8 port',
  count: 'It is about the whole article. Put it before the ATLEAST: source:bbc.co.uk ATLEAST/3 china',
  except: 'It is about the whole article. Put a blank between: source:bbc.co.uk china EXCEPT ("china shop")',
};

/** What to type where something about the whole article (`tag:`, `source:`, `lang:`) stands and only words may; undefined for the rest. */
export function wholeArticleHint(part: Part, where: keyof typeof OF_A_TAG): string | undefined {
  const kinds = new Set([part, ...part.parts].map(({ query }) => query.kind));
  if (kinds.has('tag')) return OF_A_TAG[where];
  return kinds.has('source') || kinds.has('lang') ? OF_A_FIELD[where] : undefined;
}
