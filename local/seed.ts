import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { confirm, subscribe } from '../aws/signup.ts';
import { learnStatus } from '../aws/subscription.ts';
import { tagName } from '../aws/tags.ts';
import type { Wire } from '../aws/wire.ts';
import type { Subscriber } from '../core/subscriber/index.ts';
import type { Carrier } from './carrier/index.ts';
import { writeWhole } from './state.ts';

const samples = new URL('../samples/', import.meta.url);

const tagsFile = z.array(z.object({ name: z.string(), query: z.string() }));
const subscribersFile = z.array(z.object({ to: z.string(), watches: z.array(z.string()) }));

/** The starter tags of `samples/tags.json`, their names as they are kept. */
export async function readStarterTags(): Promise<{ name: string; query: string }[]> {
  const tags = tagsFile.parse(JSON.parse(await readFile(new URL('tags.json', samples), 'utf8')));
  return tags.map(({ name, query }) => ({ name: tagName(name), query }));
}

export interface Seeded {
  tags: number;
  subscribers: number;
}

/**
 * Gives a fresh state the starter tags and the sample subscribers, each through the real sign-up: the link in SNS's mail is
 * followed, the code is read out of the SMS. Stopped half-way, the next call goes on; done once, it is never done
 * again on this state, so that a tag removed stays removed. Undefined where it was done before.
 */
export async function seed(
  wire: Wire,
  carrier: Pick<Carrier, 'inbox' | 'confirm'>,
  state: string,
  now: () => Date = () => new Date(),
): Promise<Seeded | undefined> {
  const marker = join(state, 'seeded.json');
  if (existsSync(marker)) return undefined;
  const tags = await readStarterTags();
  const there = new Set((await wire.tags.list()).map(({ name }) => name));
  for (const { name, query } of tags) {
    if (!there.has(name)) await wire.tags.put({ name, query, updatedAt: now().toISOString() });
  }
  const subscribers = subscribersFile.parse(JSON.parse(await readFile(new URL('subscribers.json', samples), 'utf8')));
  // Side by side: each is a dozen calls, and one after the other would be most of the time that a first start takes.
  await Promise.all(subscribers.map(({ to, watches }) => signUp(wire, carrier, to, watches, now)));
  writeWhole(marker, `${JSON.stringify({ at: now().toISOString() })}\n`);
  return { tags: tags.length, subscribers: subscribers.length };
}

async function signUp(
  wire: Wire,
  carrier: Pick<Carrier, 'inbox' | 'confirm'>,
  to: string,
  watches: string[],
  now: () => Date,
): Promise<void> {
  const asked = await subscribe(wire, { to, watches, trusted: true }, now());
  if (!asked.ok) throw new Error(`the sample subscriber ${to} could not sign up: ${asked.reason}`);
  const { subscriber } = asked;
  if (subscriber.state === 'confirmed') return;
  const state = await (subscriber.channel === 'email'
    ? followLink(wire, carrier, subscriber, now)
    : enterCode(wire, carrier, subscriber, now));
  if (state !== 'confirmed') throw new Error(`the sample subscriber ${to} could not be confirmed`);
}

/** As a person does who opens the link: SNS knows at once, and Bellwire learns it by asking. */
async function followLink(
  wire: Wire,
  carrier: Pick<Carrier, 'inbox' | 'confirm'>,
  subscriber: Subscriber,
  now: () => Date,
): Promise<Subscriber['state']> {
  const [mail] = carrier.inbox({ to: subscriber.to, kind: 'confirmation', limit: 1 });
  if (!mail?.token || !subscriber.subscriptionArn) return subscriber.state;
  carrier.confirm(mail.token);
  const status = await wire.carrier.subscriptionStatus(subscriber.subscriptionArn);
  return (await learnStatus(wire, subscriber, status, now())).state;
}

async function enterCode(
  wire: Wire,
  carrier: Pick<Carrier, 'inbox'>,
  { to, state }: Subscriber,
  now: () => Date,
): Promise<Subscriber['state']> {
  const [text] = carrier.inbox({ to, channel: 'sms', limit: 1 });
  const code = /\b\d{6}\b/.exec(text?.body ?? '')?.[0];
  if (!code) return state;
  const done = await confirm(wire, { to, code }, now());
  return done.ok ? done.subscriber.state : state;
}
