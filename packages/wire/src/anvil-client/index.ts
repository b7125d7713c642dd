export * from './command.ts';
export * from './connect-dump.ts';
export * from './hello.ts';
export * from './limits.ts';
