import { STATUS_CODES } from 'node:http';
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { type Html, messagePage } from '../../site/index.ts';

/** A browser says that it takes HTML; programs get JSON. */
export function wantsPage(c: Context): boolean {
  return /\btext\/html\b/i.test(c.req.header('accept') ?? '');
}

/** A page for a browser, JSON for a program. */
export function answer(
  c: Context,
  status: ContentfulStatusCode,
  { json, page }: { json: object; page: Html },
): Response | Promise<Response> {
  return wantsPage(c) ? c.html(page, status) : c.json(json, status);
}

/**
 * What went wrong, in words that whoever asked can act on: a page for a browser, for a program the problem details of
 * RFC 9457 with `more` as further members.
 */
export function problem(
  c: Context,
  status: ContentfulStatusCode,
  detail: string,
  more: Record<string, unknown> = {},
): Response | Promise<Response> {
  const title = STATUS_CODES[status] ?? 'Error';
  if (wantsPage(c)) return c.html(messagePage(headings[status] ?? title, sentence(detail)), status);
  return c.json({ type: 'about:blank', title, status, detail, ...more }, status, {
    'Content-Type': 'application/problem+json',
  });
}

const headings: Partial<Record<number, string>> = {
  404: 'There is nothing here',
  422: 'That did not work',
  429: 'Please wait a little',
  500: 'Something went wrong here',
  503: 'Please try again in a moment',
};

/** Reasons are written to stand after a colon; on a page they stand alone. */
export function sentence(reason: string): string {
  const text = reason.charAt(0).toUpperCase() + reason.slice(1);
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
