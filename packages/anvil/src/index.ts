export * from './service/anvil.ts';
export type { AskProxies } from './service/anvil-24.ts';
export * from './service/ipc.ts';
