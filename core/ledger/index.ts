export * from './claim.ts';
export * from './recipient.ts';
export * from './send.ts';
export * from './why.ts';
