import { type Command, InvalidArgumentError, Option } from 'commander';
import { defaultState } from '../../local/state.ts';

/** Gives a command the flags that every command has. */
export function withReach(command: Command): Command {
  return command
    .option('--json', 'print one JSON object on standard output, everything else on standard error')
    .option('--state <dir>', "the folder of the local wire's state", defaultState)
    .addOption(
      new Option('--stack <name>', 'a stack in AWS, by its name, in place of the local wire').conflicts('state'),
    );
}

/** Reads a whole number within bounds, for commander's option parsers. */
export function wholeNumber(from: number, to: number): (text: string) => number {
  return (text) => {
    const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (number >= from && number <= to) return number;
    throw new InvalidArgumentError(`Expected a whole number from ${from} to ${to}.`);
  };
}

/** Gathers a flag that may be given several times. */
export const gather = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value];
