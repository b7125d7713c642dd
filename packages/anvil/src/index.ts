export * from './service/anvil.ts';
export * from './service/ipc.ts';
