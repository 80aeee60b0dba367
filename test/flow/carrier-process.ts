import { startCarrier } from '../../local/carrier/index.ts';

/** A carrier in a process of its own, for the test that kills it: takes the file, prints the url. */
const carrier = await startCarrier({ file: process.argv[2] as string });
console.log(carrier.url);
