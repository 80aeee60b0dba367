/**
 * The wire that SNS speaks: a form-encoded query in, XML out (the AWS query protocol, version 2010-03-31). What is written
 * here was read off `@aws-sdk/client-sns`: its serializer, its deserializer and the error codes of its schemas.
 */

/** The decoded form of one request. Lists and maps stay flat (`attributes.member.1`); `listOf` and `mapOf` gather them. */
export type Params = Record<string, string>;

/** HTTP status of each error code, as the SDK's schemas name them; a code that is not here answers 400. */
const statusOf: Record<string, number> = {
  AuthorizationError: 403,
  FilterPolicyLimitExceeded: 403,
  InternalError: 500,
  InternalFailure: 500,
  InternalServiceError: 500,
  InvalidSecurity: 403,
  MissingAuthenticationToken: 403,
  NotFound: 404,
  RequestEntityTooLarge: 413,
  ServiceUnavailable: 503,
  SubscriptionLimitExceeded: 403,
  Throttled: 429,
  TopicLimitExceeded: 403,
};

/** An answer of the service that is an error: it leaves as XML (or JSON) with its code, and never as a crash. */
export class ServiceError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'ServiceError';
    this.code = code;
    this.status = statusOf[code] ?? 400;
  }
}

/** The commonest refusal: what the SDK throws as InvalidParameterException. `what` follows "Invalid parameter: ". */
export function invalid(what: string): ServiceError {
  return new ServiceError('InvalidParameter', `Invalid parameter: ${what}`);
}

/** Decodes an `application/x-www-form-urlencoded` text. A name given twice keeps its last value. */
export function readForm(text: string): Params {
  const params = Object.create(null) as Params;
  for (const [name, value] of new URLSearchParams(text)) params[name] = value;
  return params;
}

/** The values of a list: `attributes.member.1`, `attributes.member.2`, … up to the first number that is missing. */
export function listOf(params: Params, name: string): string[] {
  const values: string[] = [];
  for (let n = 1; ; n++) {
    const value = params[`${name}.member.${n}`];
    if (value === undefined) return values;
    values.push(value);
  }
}

/** A map: `Attributes.entry.1.key` and `.value`. */
export function mapOf(params: Params, name: string): Record<string, string> {
  const map = Object.create(null) as Record<string, string>;
  for (let n = 1; ; n++) {
    const key = params[`${name}.entry.${n}.key`];
    if (key === undefined) return map;
    map[key] = params[`${name}.entry.${n}.value`] ?? '';
  }
}

/** Checks that there is a parameter and that it looks like an ARN. */
export function readArn(params: Params, name: string): string {
  const arn = params[name];
  if (!arn) throw invalid(`${name} Reason: no value for required parameter`);
  const parts = arn.split(':').length;
  if (parts < 6) throw invalid(`${name} Reason: An ARN must have at least 6 elements, not ${parts}`);
  return arn;
}

export interface MessageAttribute {
  /** `String`, `String.Array`, `Number` or `Binary`, each with an own suffix where the sender gave one. */
  type: string;
  /** The text; for `Binary` its base64. */
  value: string;
}

/** `MessageAttributes.entry.1.Name`, `.Value.DataType`, `.Value.StringValue` or `.Value.BinaryValue`. */
export function messageAttributesOf(params: Params): Map<string, MessageAttribute> {
  const attributes = new Map<string, MessageAttribute>();
  for (let n = 1; ; n++) {
    const entry = `MessageAttributes.entry.${n}`;
    const name = params[`${entry}.Name`];
    if (name === undefined) return attributes;
    const type = params[`${entry}.Value.DataType`] ?? '';
    const value = params[`${entry}.Value.${type.startsWith('Binary') ? 'BinaryValue' : 'StringValue'}`] ?? '';
    attributes.set(name, { type, value });
  }
}

/** Text inside XML. Control characters, which XML 1.0 cannot hold at all, become U+FFFD. */
export function escapeXml(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/\r/g, '&#13;');
}

/** One element around a text. */
export function element(name: string, text: string): string {
  return `<${name}>${escapeXml(text)}</${name}>`;
}

/** A list, each item already XML. */
export function list(name: string, items: string[]): string {
  return `<${name}>${items.map((item) => `<member>${item}</member>`).join('')}</${name}>`;
}

/** A map of strings. */
export function map(name: string, entries: Record<string, string>): string {
  const inner = Object.entries(entries).map(([k, v]) => `<entry>${element('key', k)}${element('value', v)}</entry>`);
  return `<${name}>${inner.join('')}</${name}>`;
}

const namespace = 'http://sns.amazonaws.com/doc/2010-03-31/';

/** The whole answer to an action. `result` is the XML inside `<ActionResult>`. */
export function answerXml(action: string, result: string, requestId: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${action}Response xmlns="${namespace}"><${action}Result>${result}</${action}Result><ResponseMetadata>${element('RequestId', requestId)}</ResponseMetadata></${action}Response>`;
}

/** The whole answer that is an error. The fault is the sender's below 500, else the receiver's. */
export function errorXml(error: ServiceError, requestId: string): string {
  const type = error.status < 500 ? 'Sender' : 'Receiver';
  return `<?xml version="1.0" encoding="UTF-8"?>\n<ErrorResponse xmlns="${namespace}"><Error>${element('Type', type)}${element('Code', error.code)}${element('Message', error.message)}</Error>${element('RequestId', requestId)}</ErrorResponse>`;
}
