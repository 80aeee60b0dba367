/** A list of 32-bit numbers that grows. */
export class Numbers {
  #list = new Uint32Array(1024);
  length = 0;

  /** Answers the new length. */
  push(value: number): number {
    if (this.length === this.#list.length) {
      const larger = new Uint32Array(this.length * 2);
      larger.set(this.#list);
      this.#list = larger;
    }
    this.#list[this.length++] = value;
    return this.length;
  }

  at(i: number): number {
    return this.#list[i]!;
  }

  set(i: number, value: number): void {
    this.#list[i] = value;
  }

  /** What is there, without a copy: valid until the next push. */
  view(): Uint32Array {
    return this.#list.subarray(0, this.length);
  }

  toArray(): Uint32Array {
    return this.#list.slice(0, this.length);
  }
}
