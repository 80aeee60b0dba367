import { join } from 'node:path';
import { Engine } from './engine.ts';
import type { Orders } from './ours.ts';

/** A process with Bellwire's matcher in it. */
export class Bellwire {
  readonly #engine: Engine;

  /** With `heapMegabytes` Node's own heap may grow so far: to build a million rules, whose queries are objects of the bench. */
  constructor(heapMegabytes?: number) {
    const heap = heapMegabytes ? [`--max-old-space-size=${heapMegabytes}`, '--expose-gc'] : [];
    this.#engine = new Engine('Bellwire', process.execPath, [...heap, join(import.meta.dirname, 'ours.ts')]);
  }

  async ask<Name extends keyof Orders>(name: Name, ask: Orders[Name]['ask']): Promise<Orders[Name]['answer']> {
    return JSON.parse(await this.#engine.ask(JSON.stringify([name, ask])));
  }

  close(): Promise<void> {
    return this.#engine.close();
  }
}
