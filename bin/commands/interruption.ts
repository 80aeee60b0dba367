import { note } from './print.ts';

/** One Ctrl-C under `npm start` comes twice within a moment: from the terminal, and from npm, which hands it on. */
const ONE_KEY_MS = 500;

/**
 * A signal that is aborted at Ctrl-C (or SIGTERM, SIGHUP), so that what runs can come to its end. A second Ctrl-C ends the
 * process at once; nothing is lost by it: what was under way stays in the queues.
 */
export function onInterruption(): AbortSignal {
  const controller = new AbortController();
  let first: number | undefined;
  const numbers = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };
  for (const [name, number] of Object.entries(numbers)) {
    process.on(name, () => {
      if (first === undefined) {
        first = Date.now();
        note(
          '\nstopping: what is under way is brought to its end (Ctrl-C again stops at once, and loses nothing either)',
        );
        controller.abort();
      } else if (Date.now() - first > ONE_KEY_MS) process.exit(128 + number);
    });
  }
  return controller.signal;
}
