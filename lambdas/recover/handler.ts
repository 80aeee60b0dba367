import type { Context } from 'aws-lambda';
import { type Wire, wireOfEnvironment } from '../../aws/wire.ts';
import { type Recovered, recover } from './recover.ts';

const RESERVE_MS = 20_000;

/** The function `recover`, woken every five minutes. Throws where a step failed, so that the alarm on its errors rings. */
export function createHandler(wire: Wire, now: () => Date = () => new Date()) {
  return async (_event: unknown, context: Pick<Context, 'getRemainingTimeInMillis'>): Promise<Recovered> => {
    const found = await recover(wire, now(), () => context.getRemainingTimeInMillis() < RESERVE_MS);
    console.log(JSON.stringify({ message: 'recovered', ...found }));
    if (found.errors.length) throw new Error(found.errors.join('; '));
    return found;
  };
}

let ready: ReturnType<typeof createHandler> | undefined;

export const handler: ReturnType<typeof createHandler> = (event, context) => {
  ready ??= createHandler(wireOfEnvironment());
  return ready(event, context);
};
