export * from './command.ts';
export * from './hello.ts';
export * from './limits.ts';
export * from './reply.ts';
export * from './rows.ts';
