import { setTimeout as pause } from 'node:timers/promises';
import { type Clients, openClients } from '../../aws/clients.ts';
import { readResources } from '../../aws/resources.ts';
import { openWire, type Wire } from '../../aws/wire.ts';
import { type Running, readRunning, StateInUse } from '../../local/state.ts';
import { Refusal } from './refusal.ts';

/** The flags that every command has. */
export interface Reach {
  json?: true;
  /** The folder of the local wire's state. */
  state: string;
  /** The name of a stack in AWS, in place of the local wire. */
  stack?: string;
}

/** How long a wire that was brought up for the moment is left up for what is under way; the next start goes on with it. */
const IDLE_MS = 120_000;

/** A wire that a command goes through. */
export interface Reached {
  wire: Wire;
  /** Whose it is: in AWS, running here in another process, or brought up here for the moment. */
  kind: 'aws' | 'running' | 'brought up';
  /** Waits until a wire that was brought up for the moment has worked off what it was given; the others go on by themselves. */
  idle(): Promise<void>;
}

/**
 * Does `work` with the wire that the flags name: the stack in AWS, or the wire that runs on the state, or, where none runs,
 * one that is brought up for it and stopped afterwards.
 * @throws {Refusal} where it cannot be reached, for a reason that a person can put right
 */
export async function throughWire<T>(reach: Reach, work: (reached: Reached) => Promise<T>): Promise<T> {
  const idle = async () => {};
  if (reach.stack !== undefined) {
    // The CDK takes either; the SDK alone knows but the first.
    if (process.env.AWS_DEFAULT_REGION) process.env.AWS_REGION ??= process.env.AWS_DEFAULT_REGION;
    const clients = openClients();
    const wire = openWire(await resourcesOfStack(reach.stack), clients);
    return work({ wire, kind: 'aws', idle }).finally(() => closeClients(clients));
  }
  const { running, up } = await runningOr(reach.state, async () => {
    const { bringUp } = await import('./bring-up.ts');
    return bringUp({ state: reach.state, announce: false });
  });
  if (running) {
    const clients = openClients(running.endpoints);
    const wire = openWire(running.resources, clients);
    return work({ wire, kind: 'running', idle }).finally(() => closeClients(clients));
  }
  try {
    return await work({
      wire: up.wire,
      kind: 'brought up',
      idle: async () => void (await up.stack.idle({ timeoutMs: IDLE_MS })),
    });
  } finally {
    await up.stop();
  }
}

/** Longer than a wire takes to come up, and than most commands that brought one up for the moment. */
const BUSY_MS = 30_000;

/**
 * The wire that runs on the state, or what `bringUp` gives: tried again while somebody else is just starting a wire on it, or
 * has one up for the moment.
 */
export async function runningOr<T>(
  state: string,
  bringUp: () => Promise<T>,
): Promise<{ running: Running; up?: never } | { running?: never; up: T }> {
  const end = Date.now() + BUSY_MS;
  for (;;) {
    const running = await readRunning(state);
    if (running) return { running };
    try {
      return { up: await bringUp() };
    } catch (error) {
      if (!(error instanceof StateInUse) || Date.now() > end) throw error;
    }
    await pause(200);
  }
}

export function closeClients(clients: Clients): void {
  for (const client of Object.values(clients)) client.destroy();
}

/** Reads the output `Wire` of a stack in the account and region that AWS's own environment variables and files name. */
async function resourcesOfStack(name: string) {
  const { CloudFormationClient, DescribeStacksCommand } = await import('@aws-sdk/client-cloudformation');
  const client = new CloudFormationClient({});
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: name }));
    const outputs = Stacks[0]?.Outputs ?? [];
    const wire = outputs.find(({ OutputKey }) => OutputKey === 'Wire')?.OutputValue;
    if (!wire) {
      throw new Refusal(
        `the stack ${name} has no output \`Wire\`: it is none of Bellwire's, or not deployed to its end (npx cdk deploy)`,
      );
    }
    return readResources(wire);
  } catch (error) {
    throw asRefusal(error, name);
  } finally {
    client.destroy();
  }
}

function asRefusal(error: unknown, stack: string): unknown {
  const { name, message } = error as Error;
  if (name === 'CredentialsProviderError') {
    return new Refusal(`--stack ${stack} needs AWS credentials, and there are none: ${message}`);
  }
  if (/Region is missing/.test(message)) {
    return new Refusal(`--stack ${stack} needs a region: set AWS_REGION, or a region in ~/.aws/config`);
  }
  if (name === 'ValidationError') return new Refusal(`no such stack in this account and region: ${message}`);
  if (/AccessDenied|ExpiredToken|InvalidClientToken|UnrecognizedClient|SignatureDoesNotMatch/.test(name)) {
    return new Refusal(`AWS did not allow the stack ${stack} to be looked up: ${message}`);
  }
  return error;
}
