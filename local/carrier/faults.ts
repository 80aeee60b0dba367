import type { Params } from './protocol.ts';

/**
 * Something that goes wrong on purpose.
 *
 * `throttle` answers `Throttled` with 429, which the SDK throws as ThrottledException (`code: 'Throttling'` for the other
 * code that the service is known to use, with 400); `unavailable` 503 ServiceUnavailable; `internal` 500 InternalError;
 * `hang` takes the request, does nothing and never answers; `lost answer` does it, then cuts the connection; `refuse`
 * answers `code` (InvalidParameter when none is given).
 */
export interface Fault {
  /** The action's name, whole, or a pattern for it: `Publish`, /^List/. */
  action: string | RegExp;
  kind: 'throttle' | 'unavailable' | 'internal' | 'hang' | 'lost answer' | 'refuse';
  code?: string;
  message?: string;
  /** How many calls it meets; 1 when absent, Infinity for good. */
  times?: number;
  /** Only the calls whose decoded parameters it likes. */
  match?: (params: Params) => boolean;
}

/** The faults that are waiting, in the order in which they were added. */
export class Faults {
  #waiting: { fault: Fault; left: number }[] = [];

  add(fault: Fault): void {
    this.#waiting.push({ fault, left: fault.times ?? 1 });
  }

  clear(): void {
    this.#waiting = [];
  }

  /** The first fault that meets this call, counted down; undefined when none does. */
  take(action: string, params: Params): Fault | undefined {
    const entry = this.#waiting.find(
      ({ fault }) =>
        (typeof fault.action === 'string' ? fault.action === action : new RegExp(fault.action).test(action)) &&
        (fault.match?.(params) ?? true),
    );
    if (!entry) return undefined;
    entry.left -= 1;
    if (entry.left <= 0) this.#waiting = this.#waiting.filter((other) => other !== entry);
    return entry.fault;
  }
}
