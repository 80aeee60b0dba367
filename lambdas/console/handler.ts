import { handle } from 'hono/aws-lambda';
import { wireOfEnvironment } from '../../aws/wire.ts';
import { createApp } from './app.ts';

let ready: ReturnType<typeof handle> | undefined;

/** The function `console`: the HTTP API, and the pages behind the links in alerts. */
export const handler: ReturnType<typeof handle> = (event, context) => {
  ready ??= handle(createApp({ wire: wireOfEnvironment(), now: () => new Date() }));
  return ready(event, context);
};
