import { Duration } from 'aws-cdk-lib';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Construct } from 'constructs';
import type { IndexStore } from './index-store.ts';
import type { Queues } from './queues.ts';
import { type House, Room } from './room.ts';
import type { Tables } from './tables.ts';

/** Compiles tags and own queries into the watch index, and publishes it for `tag`. */
export class Compile extends Room {
  constructor(scope: Construct, house: House, to: { tables: Tables; queues: Queues; index: IndexStore }) {
    super(scope, 'Compile', house, {
      name: 'compile',
      // A million rules take 1.5 GB while they are built. More than 3,008 MB a new account may not have.
      memoryMiB: 3008,
      description: 'Compiles tags and own queries into the index that articles are matched by',
    });
    // To take away the mark of what is published, and what was removed before.
    this.writes(to.tables.tags, to.tables.queries);
    to.index.grantWrite(this);
    this.fn.addEventSource(
      new SqsEventSource(to.queues.changes, {
        // A burst of changes is one batch, or a few: Lambda polls by several hands, and each gathers for itself. What the first
        // run has published the next finds done; two at the same moment, which is the least that can be set, are told apart by S3.
        batchSize: 1000,
        maxBatchingWindow: Duration.seconds(5),
        maxConcurrency: 2,
        reportBatchItemFailures: true,
      }),
    );
  }
}
