export * from './command.ts';
export * from './features.ts';
