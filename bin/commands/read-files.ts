import { type FileHandle, open, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { readInput } from '../../core/article/index.ts';

/** One article as it was given, and what a person calls it: a file's name, with its place where the file holds several. */
export interface Given {
  label: string;
  input: unknown;
}

/** Something that was given and not taken in, with a reason that whoever gave it can act on. */
export interface Refused {
  input: string;
  reason: string;
}

/** The most that one file may hold. */
export const MAX_FILE_BYTES = 1024 * 1024;

/**
 * Reads files of articles; `-` is standard input. What cannot be read is among `refused`, and the others are read all the
 * same. A file's size is looked at before it is read, and no more than {@link MAX_FILE_BYTES} of anything is kept.
 */
export async function readFiles(names: readonly string[]): Promise<{ given: Given[]; refused: Refused[] }> {
  const given: Given[] = [];
  const refused: Refused[] = [];
  for (const [at, name] of names.entries()) {
    const label = name === '-' ? 'standard input' : name;
    const read =
      name !== '-'
        ? await readFile(name)
        : names.indexOf('-') === at
          ? await readBounded(process.stdin)
          : { reason: 'named twice: it can be read once only' };
    if ('reason' in read) {
      refused.push({ input: label, reason: read.reason });
      continue;
    }
    const { inputs, errors } = readInput(read.bytes, label);
    given.push(...inputs);
    refused.push(...errors);
  }
  return { given, refused };
}

type Read = { bytes: Uint8Array } | { reason: string };

async function readFile(name: string): Promise<Read> {
  let file: FileHandle | undefined;
  try {
    const found = await stat(name);
    if (found.isDirectory()) return { reason: 'it is a folder: name the files in it' };
    if (found.size > MAX_FILE_BYTES) return tooLarge(found.size);
    file = await open(name);
    return await readBounded(file.createReadStream({ autoClose: false }));
  } catch (error) {
    return { reason: unreadable(error as NodeJS.ErrnoException) };
  } finally {
    await file?.close();
  }
}

/** Stops reading once it is clear that there is too much: a pipe or a device does not say how much it holds. */
async function readBounded(stream: Readable): Promise<Read> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += (chunk as Buffer).length;
    if (size > MAX_FILE_BYTES) return tooLarge();
    chunks.push(chunk as Buffer);
  }
  return { bytes: Buffer.concat(chunks) };
}

function tooLarge(bytes?: number): Read {
  const size = bytes === undefined ? 'over 1 MiB' : `${bytes.toLocaleString('en')} bytes`;
  return { reason: `it is too large (${size}): 1 MiB is the most` };
}

function unreadable({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'there is no such file';
  if (code === 'EACCES' || code === 'EPERM') return 'it may not be read: look at its permissions';
  if (code === 'ERR_INVALID_ARG_VALUE') return 'it is no name of a file';
  return `it cannot be read: ${message}`;
}
