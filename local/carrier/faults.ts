import type { Params } from './protocol.ts';

const kinds = ['throttle', 'unavailable', 'internal', 'hang', 'lost answer', 'refuse'] as const;

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
  kind: (typeof kinds)[number];
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

  get size(): number {
    return this.#waiting.length;
  }

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

/**
 * A fault that came as JSON: `{ action | actionPattern, kind, code?, message?, times?: number | "always", match?: { PhoneNumber: "+44…" } }`,
 * where `match` names parameters with the exact value they must have. Answers the reason when it is none.
 */
export function readFault(input: unknown): { ok: true; fault: Fault } | { ok: false; reason: string } {
  if (typeof input !== 'object' || input === null) return { ok: false, reason: 'expected a JSON object' };
  const { action, actionPattern, kind, code, message, times, match } = input as Record<string, unknown>;
  const no = (reason: string) => ({ ok: false as const, reason });
  if (typeof action !== 'string' && typeof actionPattern !== 'string') return no('expected action or actionPattern');
  if (!kinds.includes(kind as Fault['kind'])) return no(`kind must be one of ${kinds.join(', ')}`);
  if (times !== undefined && times !== 'always' && !(Number.isInteger(times) && (times as number) > 0)) {
    return no('times must be a whole number above 0, or "always"');
  }
  let pattern: RegExp | undefined;
  try {
    if (typeof actionPattern === 'string') pattern = new RegExp(actionPattern);
  } catch {
    return no('actionPattern is not a regular expression');
  }
  const fault: Fault = { action: pattern ?? (action as string), kind: kind as Fault['kind'] };
  if (typeof code === 'string') fault.code = code;
  if (typeof message === 'string') fault.message = message;
  if (times !== undefined) fault.times = times === 'always' ? Number.POSITIVE_INFINITY : (times as number);
  if (match !== undefined) {
    if (typeof match !== 'object' || match === null) return no('match must be an object of parameters');
    const wanted = Object.entries(match);
    fault.match = (params) => wanted.every(([name, value]) => params[name] === value);
  }
  return { ok: true, fault };
}
