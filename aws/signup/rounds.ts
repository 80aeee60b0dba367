/** What a turn answers where somebody else has written the subscriber since it was read. */
export const OVERTAKEN = Symbol('overtaken');

const ROUNDS = 12;

/**
 * Reads, decides and writes a subscriber, anew for as long as somebody else writes in between.
 * @throws where that does not end
 */
export async function untilWritten<T>(id: string, turn: () => Promise<T | typeof OVERTAKEN>): Promise<T> {
  for (let round = 0; round < ROUNDS; round++) {
    const done = await turn();
    if (done !== OVERTAKEN) return done;
  }
  throw new Error(`subscriber ${id} is being written by too many at once`);
}
