import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Article } from '../article/article.ts';
import type { Subscriber } from './subscriber.ts';

/** The links of one alert: the article, our page to stop, our page to change watches, and one that does the first two. */
export interface AlertLinks {
  read?: string;
  stop: string;
  manage: string;
  both: string;
}

/** What each HMAC is for stands before what it signs: a token for one use is never good for another. */
type Use = 'stop' | 'alert' | 'api' | 'code';

/** HMAC-SHA256 in base64url, 43 characters, for one use. Parts are joined by a line feed, which no id, number or code has. */
export function sign(key: string, use: Use, ...parts: string[]): string {
  return createHmac('sha256', key)
    .update(['bellwire', use, 'v1', ...parts].join('\n'))
    .digest('base64url');
}

/** Whether two strings are the same, in a time that tells nothing of where they part, or of how long the true one is. */
export function sameSecret(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

/**
 * Sixty bits: a guess is right once in 10^18, and each costs a request. Short enough for an SMS. The links do not end:
 * somebody who finds a year-old alert must still be able to stop.
 */
const stopCharacters = 10;
/** Forty-eight bits: it names one alert, and its page asks for a press of the button before anything is done. */
const alertCharacters = 8;

/** The token of the links to stop and to manage: the subscriber's id and 10 characters of HMAC; 22 in all. */
export function signStop(key: string, subscriber: string): string {
  return subscriber + sign(key, 'stop', subscriber).slice(0, stopCharacters);
}

/** The id of the subscriber for whom the token was made, or undefined for a token that was not made with this key. */
export function readStop(key: string, token: string): string | undefined {
  if (!/^[0-9a-z]{12}[\w-]{10}$/.test(token)) return undefined;
  const subscriber = token.slice(0, 12);
  return sameSecret(token, signStop(key, subscriber)) ? subscriber : undefined;
}

/** The token of one alert's short page: article (16), subscriber (12), 8 characters of HMAC; 36 in all. */
export function signAlert(key: string, article: string, subscriber: string): string {
  return article + subscriber + sign(key, 'alert', article, subscriber).slice(0, alertCharacters);
}

/** The ids of article and subscriber, or undefined for a token that was not made with this key. */
export function readAlert(key: string, token: string): { article: string; subscriber: string } | undefined {
  if (!/^[0-9a-z]{28}[\w-]{8}$/.test(token)) return undefined;
  const article = token.slice(0, 16);
  const subscriber = token.slice(16, 28);
  return sameSecret(token, signAlert(key, article, subscriber)) ? { article, subscriber } : undefined;
}

/**
 * The links of an alert to one subscriber. `publicUrl` is where the HTTP API is reached: at most 88 characters, or the
 * links fit no SMS (API Gateway's own names have some 55; an SMS in another script than Latin needs a shorter one).
 */
export function alertLinks({
  key,
  publicUrl,
  article,
  subscriber,
}: {
  key: string;
  publicUrl: string;
  article: Pick<Article, 'id' | 'url'>;
  subscriber: Pick<Subscriber, 'id'>;
}): AlertLinks {
  const base = publicUrl.replace(/\/+$/, '');
  const token = signStop(key, subscriber.id);
  return {
    ...(article.url !== undefined && { read: article.url }),
    stop: `${base}/u?t=${token}`,
    manage: `${base}/manage?t=${token}`,
    both: `${base}/a/${signAlert(key, article.id, subscriber.id)}`,
  };
}

/** The bearer token of the API, 43 characters, for a deployment that keeps one signing key and nothing else. */
export function deriveApiToken(signingKey: string): string {
  return sign(signingKey, 'api');
}

/** Whether an Authorization header bears the token. */
export function checkBearer(header: string | undefined, token: string): boolean {
  const given = /^Bearer +(\S+) *$/i.exec(header ?? '')?.[1];
  return given !== undefined && token !== '' && sameSecret(given, token);
}
