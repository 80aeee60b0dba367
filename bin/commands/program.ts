import { Command } from 'commander';
import { addArticles } from './articles.ts';
import { addConfirm } from './confirm.ts';
import { addDlq } from './dlq.ts';
import { addQuery } from './query.ts';
import { addRecover } from './recover.ts';
import { addSend } from './send.ts';
import { addSends } from './sends.ts';
import { addStart } from './start.ts';
import { addSubscribe } from './subscribe.ts';
import { addSubscribers } from './subscribers.ts';
import { addTag } from './tag.ts';
import { addTeardown } from './teardown.ts';
import { addToken } from './token.ts';
import { addUnsubscribe } from './unsubscribe.ts';
import { addWhy } from './why.ts';

/** All of `npx bellwire`. Faults of the command line are thrown as commander's CommanderError, after they were printed. */
export function createProgram(version: string): Command {
  const program = new Command('bellwire')
    .description('News alerts by email and SMS: articles in, one clear alert out, and a ledger that proves it')
    .version(version)
    .exitOverride();
  for (const add of [
    addStart,
    addSend,
    addArticles,
    addSends,
    addWhy,
    addTag,
    addQuery,
    addSubscribe,
    addConfirm,
    addUnsubscribe,
    addSubscribers,
    addDlq,
    addRecover,
    addTeardown,
    addToken,
  ]) {
    add(program);
  }
  return program;
}

/** What could have been meant, where nothing on the command line is near to any of it: the flags or commands at that place. */
export function whatThereIs(program: Command, words: readonly string[], of: 'flags' | 'commands'): string {
  let command = program;
  for (const word of words) command = command.commands.find((candidate) => candidate.name() === word) ?? command;
  const flags = command.createHelp().visibleOptions(command);
  const names =
    of === 'flags'
      ? flags.map((option) => option.long ?? option.flags)
      : command.commands.map((candidate) => candidate.name());
  return `(There are: ${names.join(', ')})`;
}
