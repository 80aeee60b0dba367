import { openClients } from '../../aws/clients.ts';
import { openWire, type Wire } from '../../aws/wire.ts';
import { page } from '../../local/page/index.ts';
import { type Seeded, seed } from '../../local/seed.ts';
import { type Stack, startStack } from '../../local/stack.ts';
import { closeClients } from './reach.ts';

export interface Up {
  stack: Stack;
  wire: Wire;
  /** What a fresh state was given; undefined where it had it before. */
  seeded: Seeded | undefined;
  /** Stops the stack, and closes what was opened to reach it. */
  stop(): Promise<void>;
}

/**
 * Brings the whole wire up on a state, with its page, and gives a fresh state its samples.
 * @throws {StateError} where another process has the state, or it cannot be read
 */
export async function bringUp({
  state,
  port,
  announce = true,
  log = () => {},
}: {
  state: string;
  port?: number;
  /** Whether other commands may go through it. */
  announce?: boolean;
  log?: (line: string) => void;
}): Promise<Up> {
  let serve: ReturnType<typeof page> | undefined;
  const stack = await startStack({
    state,
    log,
    announce,
    ...(port !== undefined && { port }),
    page: async (request) => serve?.(request),
  });
  const clients = openClients(stack.endpoints);
  const stop = async () => {
    await stack.stop();
    closeClients(clients);
  };
  try {
    const wire = openWire(stack.resources, clients);
    serve = page({ wire, carrier: stack.carrier });
    return { stack, wire, seeded: await seed(wire, stack.carrier, state), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
