import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Construct } from 'constructs';
import type { IndexStore } from './index-store.ts';
import type { Queues } from './queues.ts';
import { type House, Room } from './room.ts';
import { tagConcurrency } from './settings.ts';
import type { Tables } from './tables.ts';

/** Tags what is on `incoming` and puts each recipient on `outgoing`. */
export class Tag extends Room {
  constructor(scope: Construct, house: House, to: { tables: Tables; queues: Queues; index: IndexStore }) {
    super(scope, 'Tag', house, {
      name: 'tag',
      // A whole virtual CPU, and room for the index of a million rules twice: the one in use, and the one that is being read.
      memoryMiB: 1769,
      description: 'Tags articles and finds who watches for them',
    });
    this.reads(to.tables.tags, to.tables.queries, to.tables.watches);
    to.index.grantRead(this);
    this.writes(to.tables.articles);
    // To `incoming` too: a fan-out that is too long for one run goes on from its cursor in the next.
    this.sends(to.queues.incoming, to.queues.outgoing);
    // To ask for another index where the compiled one is damaged.
    this.sends(to.queues.changes);
    this.fn.addEventSource(
      new SqsEventSource(to.queues.incoming, {
        batchSize: 10,
        maxConcurrency: tagConcurrency,
        reportBatchItemFailures: true,
      }),
    );
  }
}
