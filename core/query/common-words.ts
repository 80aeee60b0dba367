/**
 * English function words that one news article in three has, or more. In 500 words, one that has f of every million stands at least
 * once in 1 − e^(−500 f ⁄ 10⁶) of the articles, which is a third at f = 811. These are the function words that the British National
 * Corpus has so often (G. Leech, P. Rayson, A. Wilson, Word Frequencies in Written and Spoken English, Longman 2001, list 1.1), and
 * `said`. Left out are `a`, which stands for itself in a query as any single letter does (*vitamin a*), those that speech brings in
 * (`me`, `well`), and those that are a name or a thing as well (`us`, `may`, `down`).
 */
export const COMMON_WORDS: ReadonlySet<string> = new Set(
  (
    'about after all also an and any are as at be because been being between but by can could did do for from had has have he ' +
    'her him his how if in into is it its more no not of on one only or other our out said she should so some than that the ' +
    'their them then there these they this those to two up was we were what when which who will with would you'
  ).split(' '),
);
