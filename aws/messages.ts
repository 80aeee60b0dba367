import * as z from 'zod/mini';

/** On the queue `incoming`: an article to be tagged, or whose fan-out goes on. */
const incoming = z.object({ article: z.string().check(z.minLength(1), z.maxLength(64)) });

/** On the queue `outgoing`: one recipient of one article. */
const outgoing = z.object({
  article: z.string().check(z.minLength(1), z.maxLength(64)),
  subscriber: z.string().check(z.minLength(1), z.maxLength(64)),
});

/**
 * On the queue `changes`: something of the rules has changed, or, with `rebuild`, the compiled index cannot be used. Which
 * changes there are stands in the tables.
 */
const change = z.object({ rebuild: z.optional(z.boolean()) });

export type IncomingMessage = z.infer<typeof incoming>;
export type OutgoingMessage = z.infer<typeof outgoing>;
export type ChangeMessage = z.infer<typeof change>;

/** A message that is none of ours can never be worked off: it belongs in the dead-letter queue, with this as its error. */
export class MalformedMessage extends Error {
  override name = 'MalformedMessage';
}

export const readIncoming = (body: string): IncomingMessage => read(incoming, body);
export const readOutgoing = (body: string): OutgoingMessage => read(outgoing, body);
export const readChange = (body: string): ChangeMessage => read(change, body);

function read<T>(schema: z.ZodMiniType<T>, body: string): T {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (error) {
    throw new MalformedMessage(`the message is no JSON: ${(error as Error).message}`);
  }
  const result = schema.safeParse(value);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw new MalformedMessage(
      `the message is none of Bellwire's: ${issue?.path.join('.') || 'it'}: ${issue?.message}`,
    );
  }
  return result.data;
}
