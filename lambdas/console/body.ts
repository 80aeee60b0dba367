import type { Context } from 'hono';

/** A form, or the JSON that says the same, is never as large as this. */
const FORM_BYTES = 16 * 1024;

/** The body's bytes, or undefined where there are more than `maxBytes`. */
export async function readBytes(c: Context, maxBytes: number): Promise<Uint8Array | undefined> {
  if (Number(c.req.header('content-length') ?? 0) > maxBytes) return undefined;
  const bytes = new Uint8Array(await c.req.arrayBuffer());
  return bytes.byteLength > maxBytes ? undefined : bytes;
}

/** The media type, lower-case, without its parameters. */
export function mediaType(c: Context): string {
  return (c.req.header('content-type') ?? '').split(';')[0]!.trim().toLowerCase();
}

/** Values by name, each as often as it was given. */
export type Fields = Map<string, string[]>;

/** Reads a form or a JSON object whose values are strings or lists of them. */
export async function readFields(
  c: Context,
): Promise<{ ok: true; fields: Fields } | { ok: false; status: 400 | 413 | 415; reason: string }> {
  const bytes = await readBytes(c, FORM_BYTES);
  if (!bytes) return { ok: false, status: 413, reason: 'the body is larger than 16 KiB' };
  const text = new TextDecoder().decode(bytes);
  switch (mediaType(c)) {
    case 'application/json':
      return readJson(text);
    case 'application/x-www-form-urlencoded': {
      const form = new URLSearchParams(text);
      return {
        ok: true,
        fields: new Map([...new Set(form.keys())].map((name) => [name, form.getAll(name).map(plusAgain)])),
      };
    }
    default:
      return {
        ok: false,
        status: 415,
        reason: 'send application/json or application/x-www-form-urlencoded, and say so in Content-Type',
      };
  }
}

/** In a form a plus sign that was not encoded is a blank: `to=+44…` typed by hand comes as ` 44…`. */
const plusAgain = (value: string) => value.replace(/^ (?=\d)/, '+');

function readJson(text: string): Awaited<ReturnType<typeof readFields>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { ok: false, status: 400, reason: `the body is not JSON: ${(error as Error).message}` };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { ok: false, status: 400, reason: 'the body is JSON, but not an object' };
  }
  const fields: Fields = new Map();
  for (const [name, given] of Object.entries(value)) {
    const values: unknown[] = Array.isArray(given) ? given : [given];
    if (!values.every((one) => typeof one === 'string')) {
      return { ok: false, status: 400, reason: `"${name.slice(0, 60)}" must be a string or a list of strings` };
    }
    fields.set(name, values);
  }
  return { ok: true, fields };
}
