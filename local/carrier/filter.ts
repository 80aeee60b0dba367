import type { MessageAttribute } from './protocol.ts';
import { ServiceError } from './protocol.ts';

/**
 * SNS's subscription filter policies on message attributes: every key must hold, any of a key's conditions is enough, and
 * an attribute of type String.Array meets a condition when one of its elements does (for `anything-but` too: one element
 * outside the list is enough). Source: "Amazon SNS subscription filter policies" in the SNS developer guide.
 */

type Scalar = string | number | boolean | null;

type Condition =
  | Scalar
  | { prefix: string }
  | { suffix: string }
  | { 'equals-ignore-case': string }
  | { exists: boolean }
  | { numeric: (string | number)[] }
  | { 'anything-but': Scalar | Scalar[] | { prefix: string } | { suffix: string } };

export type FilterPolicy = { [key: string]: Condition[] | FilterPolicy[] };

const refuse = (reason: string) => new ServiceError('InvalidParameter', `Invalid parameter: FilterPolicy: ${reason}`);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isScalar = (value: unknown): value is Scalar =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value);

/** Reads a policy, or throws InvalidParameter saying what is wrong. An empty text or `{}` is no policy: undefined. */
export function readFilterPolicy(text: string): FilterPolicy | undefined {
  if (text.trim() === '') return undefined;
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch {
    throw refuse('failed to parse JSON');
  }
  if (!isObject(policy)) throw refuse('must be a JSON object');
  if (Object.keys(policy).length === 0) return undefined;
  // The service's own bounds: five keys, 150 combinations of values.
  let combinations = 1;
  for (const [key, value] of leaves(policy)) {
    if (!Array.isArray(value)) throw refuse(`"${key}" must be an array`);
    if (value.length === 0) throw refuse(`"${key}" is an empty array`);
    combinations *= value.length;
    for (const condition of value) checkCondition(key, condition);
  }
  if (new Set(leaves(policy).map(([key]) => key)).size > 5) throw refuse('has more than 5 keys');
  if (combinations > 150) throw refuse('is too complex: more than 150 combinations of values');
  return policy as FilterPolicy;
}

function leaves(policy: Record<string, unknown>): [string, unknown][] {
  return Object.entries(policy).flatMap(([key, value]): [string, unknown][] => {
    if (key !== '$or') return [[key, value]];
    if (!Array.isArray(value) || value.length < 2 || !value.every(isObject)) {
      throw refuse('"$or" must be an array of two or more objects');
    }
    return value.flatMap((branch) => leaves(branch));
  });
}

function checkCondition(key: string, condition: unknown): void {
  if (isScalar(condition)) return;
  if (!isObject(condition) || Object.keys(condition).length !== 1) {
    throw refuse(`"${key}" has a condition that is neither a value nor an object with one operator`);
  }
  const [operator, operand] = Object.entries(condition)[0] as [string, unknown];
  const good =
    operator === 'exists'
      ? typeof operand === 'boolean'
      : operator === 'prefix' || operator === 'suffix' || operator === 'equals-ignore-case'
        ? typeof operand === 'string' && operand !== ''
        : operator === 'numeric'
          ? isNumericRange(operand)
          : operator === 'anything-but'
            ? isScalar(operand) ||
              (Array.isArray(operand) && operand.length > 0 && operand.every(isScalar)) ||
              (isObject(operand) && Object.keys(operand).length === 1 && isPrefixOrSuffix(operand))
            : undefined;
  if (good === undefined) throw refuse(`unrecognized match type ${operator} for "${key}"`);
  if (!good) throw refuse(`"${key}": the value of ${operator} is not one that it takes`);
}

function isPrefixOrSuffix(operand: Record<string, unknown>): boolean {
  return typeof (operand.prefix ?? operand.suffix) === 'string';
}

function isNumericRange(operand: unknown): boolean {
  if (!Array.isArray(operand) || (operand.length !== 2 && operand.length !== 4)) return false;
  return operand.every((part, i) =>
    i % 2 === 0 ? ['=', '<', '<=', '>', '>='].includes(part) : typeof part === 'number',
  );
}

/** Whether a subscription with this policy gets a message with these attributes. */
export function accepts(policy: FilterPolicy, attributes: ReadonlyMap<string, MessageAttribute>): boolean {
  return Object.entries(policy).every(([key, rules]) => {
    if (key === '$or') return (rules as FilterPolicy[]).some((branch) => accepts(branch, attributes));
    const attribute = attributes.get(key);
    const values = attribute && valuesOf(attribute);
    return (rules as Condition[]).some((condition) => holds(condition, values, attributes.size));
  });
}

/** What can be compared in an attribute; undefined for binary ones, which filters do not see. */
function valuesOf({ type, value }: MessageAttribute): Scalar[] | undefined {
  if (type === 'String') return [value];
  if (type === 'Number') return [Number(value)];
  if (type !== 'String.Array') return undefined;
  try {
    const parsed: unknown = JSON.parse(value);
    return Array.isArray(parsed) ? parsed.filter(isScalar) : [];
  } catch {
    return [];
  }
}

function holds(condition: Condition, values: Scalar[] | undefined, attributeCount: number): boolean {
  if (!isScalar(condition) && 'exists' in condition) {
    // `exists: false` needs at least one attribute on the message: so the developer guide says.
    return condition.exists ? values !== undefined && values.length > 0 : values === undefined && attributeCount > 0;
  }
  return values?.some((value) => meets(condition, value)) ?? false;
}

function meets(condition: Exclude<Condition, { exists: boolean }>, value: Scalar): boolean {
  if (isScalar(condition)) return condition === value;
  if ('prefix' in condition) return typeof value === 'string' && value.startsWith(condition.prefix);
  if ('suffix' in condition) return typeof value === 'string' && value.endsWith(condition.suffix);
  if ('equals-ignore-case' in condition) {
    return typeof value === 'string' && value.toLowerCase() === condition['equals-ignore-case'].toLowerCase();
  }
  if ('numeric' in condition) return typeof value === 'number' && inRange(condition.numeric, value);
  const but = condition['anything-but'];
  if (Array.isArray(but)) return !but.includes(value);
  return isScalar(but) ? but !== value : !meets(but, value);
}

function inRange(range: (string | number)[], value: number): boolean {
  for (let i = 0; i < range.length; i += 2) {
    const bound = range[i + 1] as number;
    const inside = {
      '=': value === bound,
      '<': value < bound,
      '<=': value <= bound,
      '>': value > bound,
      '>=': value >= bound,
    };
    if (!inside[range[i] as keyof typeof inside]) return false;
  }
  return true;
}
