import type { MessageAttribute } from './protocol.ts';
import { ServiceError } from './protocol.ts';

/**
 * SNS's subscription filter policies on message attributes, as far as they can tell tags apart: every key must hold, any of a
 * key's conditions is enough, and an attribute of type String.Array meets a condition when one of its elements does (for
 * `anything-but` too: one element outside the list is enough). Source: "Amazon SNS subscription filter policies" in the SNS
 * developer guide. A condition of another kind is refused, so that no policy quietly means something else here.
 */
export type FilterPolicy = Record<string, Condition[]>;

type Condition = string | { prefix: string } | { exists: boolean } | { 'anything-but': string | string[] };

const refuse = (reason: string) => new ServiceError('InvalidParameter', `Invalid parameter: FilterPolicy: ${reason}`);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isText = (value: unknown): value is string => typeof value === 'string';

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
  const keys = Object.entries(policy);
  if (keys.length === 0) return undefined;
  // The service's own bounds: five keys, 150 combinations of values.
  let combinations = 1;
  for (const [key, conditions] of keys) {
    if (!Array.isArray(conditions)) throw refuse(`"${key}" must be an array`);
    if (conditions.length === 0) throw refuse(`"${key}" is an empty array`);
    combinations *= conditions.length;
    for (const condition of conditions) checkCondition(key, condition);
  }
  if (keys.length > 5) throw refuse('has more than 5 keys');
  if (combinations > 150) throw refuse('is too complex: more than 150 combinations of values');
  return policy as FilterPolicy;
}

/** What each operator takes. */
const operators: Record<string, (operand: unknown) => boolean> = {
  prefix: (operand) => isText(operand) && operand !== '',
  exists: (operand) => typeof operand === 'boolean',
  'anything-but': (operand) =>
    isText(operand) || (Array.isArray(operand) && operand.length > 0 && operand.every(isText)),
};

function checkCondition(key: string, condition: unknown): void {
  if (isText(condition)) return;
  const [[operator, operand] = ['', undefined], ...more] = isObject(condition) ? Object.entries(condition) : [];
  if (operator === '' || more.length > 0) {
    throw refuse(`"${key}" has a condition that is neither a text nor an object with one operator`);
  }
  if (!Object.hasOwn(operators, operator)) {
    const known = Object.keys(operators).join(', ');
    throw refuse(`unrecognized match type ${operator} for "${key}" (the local carrier knows texts, ${known})`);
  }
  if (!operators[operator]?.(operand)) throw refuse(`"${key}": the value of ${operator} is not one that it takes`);
}

/** Whether a subscription with this policy gets a message with these attributes. */
export function accepts(policy: FilterPolicy, attributes: ReadonlyMap<string, MessageAttribute>): boolean {
  return Object.entries(policy).every(([key, conditions]) => {
    const values = textsOf(attributes.get(key));
    return conditions.some((condition) => holds(condition, values, attributes.size));
  });
}

/** The texts that can be compared in an attribute; undefined where there is none, or one of another type. */
function textsOf(attribute: MessageAttribute | undefined): string[] | undefined {
  if (attribute?.type === 'String') return [attribute.value];
  if (attribute?.type !== 'String.Array') return undefined;
  try {
    const parsed: unknown = JSON.parse(attribute.value);
    return Array.isArray(parsed) ? parsed.filter(isText) : [];
  } catch {
    return [];
  }
}

function holds(condition: Condition, values: string[] | undefined, attributeCount: number): boolean {
  if (isText(condition)) return values?.includes(condition) ?? false;
  if ('prefix' in condition) return values?.some((value) => value.startsWith(condition.prefix)) ?? false;
  if ('exists' in condition) {
    // `exists: false` needs at least one attribute on the message: so the developer guide says.
    return condition.exists ? values !== undefined && values.length > 0 : values === undefined && attributeCount > 0;
  }
  const but = [condition['anything-but']].flat();
  return values?.some((value) => !but.includes(value)) ?? false;
}
