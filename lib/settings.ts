import type { Node } from 'constructs';

/** What an owner can set, by `-c NAME=VALUE` or under `context` in cdk.json. Everything has a default. */
export interface Settings {
  /** `-c stack=NAME`: the name of the stack, and the first part of the name of what it makes. Default `Bellwire`. */
  stack: string;
  /** `-c keep=false`: tables and secret go with the stack. Default: they stay. */
  keep: boolean;
  /** `-c publicUrl=https://alerts.example.org`: where people reach the API, if not at API Gateway's own address. */
  publicUrl?: string;
  /** `-c smsCountries=GB,IE`: ISO 3166 codes whose numbers may sign up for SMS. */
  smsCountries: string;
  /** `-c smsMaxPrice=0.20`: the most that one SMS may cost, in US dollars; empty for the account's own bound. */
  smsMaxPrice: string;
  /** `-c smsSenderId=Bellwire`: an alphanumeric sender id, where the country allows one. Default none. */
  smsSenderId: string;
  /** `-c alarmEmail=ops@example.org`: who is told when an alarm goes off. Default nobody; the alarms are there all the same. */
  alarmEmail?: string;
  /** `-c alertConcurrency=5`: how many `alert` functions may run at once, 2 to 1,000 (Lambda's own bounds for a queue). */
  alertConcurrency: number;
  /** `-c secret=NAME|ARN`: a secret that is already there, kept from an earlier stack. Default: the stack makes one. */
  secret?: string;
  /** `-c nag=true`: run cdk-nag's AwsSolutions rules at synth. */
  nag: boolean;
}

/**
 * A short list to begin with: sign-ups from anywhere would invite SMS pumping, which the owner pays for. Each country has
 * rules of its own for senders; US numbers, for one, need a registered origination identity.
 */
const smsCountries = 'GB,IE,FR,DE,ES,IT,NL,US,CA,AU';

/**
 * SNS does not send what would cost more, and Publish does not say so (the delivery log does): a bound below a country's
 * price drops its alerts in silence. So this one is generous, against mistakes, and the account's monthly limit is the
 * real one. Prices: https://aws.amazon.com/sns/sms-pricing/
 */
const smsMaxPrice = '0.20';

/**
 * A new account may have ten functions at once in all. Five of `alert` (ten alerts each at a time, which is more than SNS takes
 * in most regions) and two of `tag` leave room for `console`, which a person waits for, `recover`, and `compile`, which runs
 * for a second where the rules are few.
 */
const alertConcurrency = '5';
export const tagConcurrency = 2;

/**
 * Reads the settings from the app's context.
 * @throws with the name of the setting, what was expected and what was given.
 */
export function readSettings(node: Node): Settings {
  const text = (name: string, fallback: string, pattern: RegExp, expected: string): string => {
    const value: unknown = node.tryGetContext(name);
    const given = value === undefined || value === null ? fallback : String(value).trim();
    if (!pattern.test(given)) throw new Error(`-c ${name}=${given}: expected ${expected}`);
    return given;
  };
  const yesOrNo = (name: string, fallback: boolean) =>
    text(name, String(fallback), /^(true|false)$/, 'true or false') === 'true';

  const publicUrl = text('publicUrl', '', /^$|^https?:\/\/[^\s/?#]+(\/[^\s?#]*)?$/, 'an http or https address');
  // A link with its token is what it is; with a longer address before it not one word of a headline fits in an SMS.
  if (publicUrl.length > 80) throw new Error(`-c publicUrl=${publicUrl}: expected at most 80 characters`);
  const alarmEmail = text('alarmEmail', '', /^$|^[^\s@]+@[^\s@]+$/, 'an email address');
  const secret = text('secret', '', /^$|^arn:\S+$|^[\w/+=.@-]+$/, "a secret's name or ARN");
  const concurrency = Number(text('alertConcurrency', alertConcurrency, /^\d+$/, 'a whole number from 2 to 1000'));
  if (concurrency < 2 || concurrency > 1000) {
    throw new Error(`-c alertConcurrency=${concurrency}: expected a whole number from 2 to 1000`);
  }
  return {
    // Forty characters leave room for the longest name made of it: a Scheduler name stops at 64. With "-to-" in it, its topics
    // would be taken for those of another stack's subscribers (NEWS-to-*), which that one's roles and teardown reach.
    stack: text(
      'stack',
      'Bellwire',
      /^(?!.*-to(-|$))[A-Za-z][A-Za-z0-9-]{0,39}$/i,
      'a letter, then up to 39 letters, digits or hyphens, without "-to-"',
    ),
    keep: yesOrNo('keep', true),
    smsCountries: text(
      'smsCountries',
      smsCountries,
      /^[A-Z]{2}(,[A-Z]{2})*$/,
      'two-letter country codes parted by commas',
    ),
    smsMaxPrice: text('smsMaxPrice', smsMaxPrice, /^$|^\d+(\.\d+)?$/, 'US dollars such as 0.20, or nothing'),
    smsSenderId: text(
      'smsSenderId',
      '',
      /^$|^(?=.*[A-Za-z])[A-Za-z0-9-]{1,11}$/,
      'up to eleven letters, digits or hyphens, at least one of them a letter',
    ),
    alertConcurrency: concurrency,
    nag: yesOrNo('nag', false),
    ...(publicUrl && { publicUrl: publicUrl.replace(/\/+$/, '') }),
    ...(alarmEmail && { alarmEmail }),
    ...(secret && { secret }),
  };
}
