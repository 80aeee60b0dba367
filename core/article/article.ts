/**
 * What comes in at the door, before it is cleaned. One of `text` and `html` is there; everything else may be missing.
 * `publishedAt` is a date as feeds and pages write it (date.ts); `lang` a BCP 47 tag.
 */
export interface ArticleInput {
  title?: string;
  text?: string;
  html?: string;
  url?: string;
  source?: string;
  author?: string;
  section?: string;
  publishedAt?: string;
  lang?: string;
}

/** What cleaning gives: one headline, the whole story as paragraphs parted by a blank line, and what the page says of itself. */
export interface CleanedArticle {
  title: string;
  text: string;
  /** Canonical: http or https only. */
  url?: string;
  source?: string;
  /** Names as they are shown: `Jane Doe, Wu Li`. */
  author?: string;
  /** As the paper calls it: `Politics`, or several: `Sport, Football`. */
  section?: string;
  /** ISO 8601, UTC. */
  publishedAt?: string;
  lang?: string;
}

/** A cleaned article with its identity: the same canonical URL, or without one the same title and text, is the same id. */
export interface Article extends CleanedArticle {
  /** Sixteen characters of `0-9a-z`. */
  id: string;
}

/** Words of the article that met a tag, as the article spells them, in the order in which they first stand, each once. */
export interface TagMatch {
  /** The tag's name, or a subscriber's own query in its canonical form. */
  tag: string;
  words: string[];
  /** A subscriber's own query: nobody's business but of those who watch it. */
  own?: true;
}
