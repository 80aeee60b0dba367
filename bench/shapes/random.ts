/**
 * A generator of numbers that are the same on every machine (sfc32, from PractRand by Chris Doty-Humphrey). Anything that the bench
 * makes has a name of its own, such as `selective 4711`, so that any rule or article can be made alone.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(name: string) {
    // FNV-1a, in three parts that begin differently.
    let [a, b, c] = [0x811c9dc5, 0x01000193, 0x9e3779b9];
    for (let i = 0; i < name.length; i++) {
      const unit = name.charCodeAt(i);
      a = Math.imul(a ^ unit, 0x01000193);
      b = Math.imul(b ^ unit, 0x85ebca6b);
      c = Math.imul(c ^ unit, 0xc2b2ae35);
    }
    this.#a = a;
    this.#b = b;
    this.#c = c;
    for (let i = 0; i < 12; i++) this.next();
  }

  /** From 0 up to, not including, 1. */
  next(): number {
    const sum = (this.#a + this.#b + this.#counter++) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    this.#c |= 0;
    return (sum >>> 0) / 2 ** 32;
  }

  /** A whole number from `from` up to, not including, `to`. */
  between(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from));
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.between(0, from.length)] as T;
  }

  /** A rank from `from` up to, not including, `to`, as likely as its word is in text: the logarithm is uniform. */
  rank(from: number, to: number): number {
    return Math.min(to - 1, Math.floor(from * (to / from) ** this.next()));
  }
}

/**
 * Draws ranks 0 to `size` - 1 by Zipf's law with Mandelbrot's shift, 1 / (rank + shift), and more steeply beyond rank 5,000, as large
 * bodies of text show (Ferrer i Cancho and Solé, Two Regimes in the Frequency of Words, 2001).
 */
export class Zipf {
  readonly #upTo: Float64Array;

  constructor(size: number, shift = 2.7) {
    this.#upTo = new Float64Array(size);
    let sum = 0;
    for (let rank = 0; rank < size; rank++) {
      this.#upTo[rank] = sum += (1 / (rank + shift)) * Math.min(1, (5000 / rank) ** 0.6);
    }
    for (let rank = 0; rank < size; rank++) this.#upTo[rank]! /= sum;
  }

  draw(random: Random): number {
    const share = random.next();
    let low = 0;
    let high = this.#upTo.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#upTo[middle]! < share) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
