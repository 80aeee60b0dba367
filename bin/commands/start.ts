import type { Command } from 'commander';
import { wholeNumber, withReach } from './flags.ts';
import type { StartOptions } from './run-start.ts';

export function addStart(program: Command): void {
  withReach(program.command('start'))
    .description('run the whole wire on this machine, and put articles through it')
    .argument('[files...]', 'text, HTML or JSON; - for standard input')
    .option('--once', 'end when the wire is idle, in place of running until Ctrl-C')
    .option(
      '--port <n>',
      'where the API and the page are served; the next one where it is in use',
      wholeNumber(0, 65535),
      4400,
    )
    .addHelpText(
      'after',
      '\nWhere a wire runs on this state already, the files go through that one.\n' +
        'With --json the object is printed once the files are settled; without files, when the wire stops.',
    )
    // Loaded when it is needed: emulators, page and the cleaning of articles are half of the time that a command takes.
    .action(async (files: string[], options: StartOptions) => (await import('./run-start.ts')).start(files, options));
}
