/** Starts a stack on the state and with the bundles that are named, says where it is, and runs until it is killed. */
import { startStack } from '../../local/stack.ts';

const [state, bundles] = process.argv.slice(2) as [string, string];
const stack = await startStack({ state, bundles, port: 0, signals: true, log: (line) => console.log(line) });
console.log(`ready ${stack.url}`);
await stack.stopped;
console.log('stopped');
