import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Construct } from 'constructs';
import type { Queues } from './queues.ts';
import { type House, Room } from './room.ts';
import { tagConcurrency } from './settings.ts';
import type { Tables } from './tables.ts';

/** Tags what is on `incoming` and puts each recipient on `outgoing`. */
export class Tag extends Room {
  constructor(scope: Construct, house: House, to: { tables: Tables; queues: Queues }) {
    super(scope, 'Tag', house, {
      name: 'tag',
      memoryMiB: 1024,
      description: 'Tags articles and finds who watches for them',
    });
    this.reads(to.tables.tags, to.tables.watches);
    this.writes(to.tables.articles);
    // To `incoming` too: a fan-out that is too long for one run goes on from its cursor in the next.
    this.sends(to.queues.incoming, to.queues.outgoing);
    this.fn.addEventSource(
      new SqsEventSource(to.queues.incoming, {
        batchSize: 10,
        maxConcurrency: tagConcurrency,
        reportBatchItemFailures: true,
      }),
    );
  }
}
