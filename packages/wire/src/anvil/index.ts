export * from './command.ts';
export * from './reply.ts';
