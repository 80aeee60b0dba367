import { articlesTable } from './articles.ts';
import { type Clients, openClients } from './clients.ts';
import { editionItem } from './edition.ts';
import { limitsTable } from './limits.ts';
import { queriesTable } from './queries.ts';
import { sqsQueue } from './queue.ts';
import { type Resources, readResources } from './resources.ts';
import { secretReader } from './secret.ts';
import { sendsTable } from './sends.ts';
import { snsCarrier } from './sns.ts';
import { subscribersTable } from './subscribers.ts';
import { tagsTable } from './tags.ts';
import { watchesTable } from './watches.ts';

export type Wire = ReturnType<typeof openWire>;

/**
 * Everything of the stack that a handler or a command may use. Opening connects to nothing.
 * @param clients for a process that talks to several stacks, or one without AWS's environment variables
 */
export function openWire(resources: Resources, clients: Clients = openClients()) {
  const changes = sqsQueue(clients.sqs, resources.changesQueue);
  return {
    resources,
    articles: articlesTable(clients.dynamodb, resources.articlesTable),
    tags: tagsTable(clients.dynamodb, resources.tagsTable, changes),
    queries: queriesTable(clients.dynamodb, resources.queriesTable, changes),
    edition: editionItem(clients.dynamodb, resources.queriesTable),
    watches: watchesTable(clients.dynamodb, resources.watchesTable),
    subscribers: subscribersTable(clients.dynamodb, resources.subscribersTable),
    sends: sendsTable(clients.dynamodb, resources.sendsTable),
    limits: limitsTable(clients.dynamodb, resources.limitsTable),
    incoming: sqsQueue(clients.sqs, resources.incomingQueue),
    incomingDead: sqsQueue(clients.sqs, resources.incomingDeadQueue),
    outgoing: sqsQueue(clients.sqs, resources.outgoingQueue),
    outgoingDead: sqsQueue(clients.sqs, resources.outgoingDeadQueue),
    changes,
    changesDead: sqsQueue(clients.sqs, resources.changesDeadQueue),
    carrier: snsCarrier(clients.sns, resources),
    secret: secretReader(clients.secrets, resources.secret),
  };
}

/** The wire that a function's environment names. */
export function wireOfEnvironment(): Wire {
  return openWire(readResources(process.env.WIRE));
}
