import { readFileSync } from 'node:fs';
import { CommanderError } from 'commander';
import { StateError } from '../local/state.ts';
import { note, printJson } from './commands/print.ts';
import { createProgram, whatThereIs } from './commands/program.ts';
import { UnreadableQuery } from './commands/read-query.ts';
import { Refusal } from './commands/refusal.ts';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
const program = createProgram(version);

// A reader that has seen enough (`bellwire sends | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = await explain(error);
}
// Whatever a library still holds open must not keep a finished command from ending.
process.exit();

/** Says what went wrong, and gives the exit code: 2 for what cannot be read on the command line, else 1. */
async function explain(error: unknown): Promise<number> {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    // Commander has said it already, and named what is near, if something is.
    const of = { 'commander.unknownOption': 'flags', 'commander.unknownCommand': 'commands' } as const;
    const place = of[error.code as keyof typeof of];
    if (place && !/Did you mean/.test(error.message)) note(whatThereIs(program, process.argv.slice(2), place));
    if (process.argv.includes('--json')) await printJson({ error: error.message.replace(/^error: /, '') });
    return 2;
  }
  const { message, stack, $metadata } = error as Error & { $metadata?: unknown };
  const expected = error instanceof Refusal || error instanceof StateError || $metadata !== undefined;
  // What nobody can put right from here is for whoever reads the code.
  note(`bellwire: ${expected ? message : stack}`);
  const errors = error instanceof UnreadableQuery ? { errors: error.errors } : {};
  if (process.argv.includes('--json')) await printJson({ error: message, ...errors });
  return 1;
}
