export * from './authority.ts';
export * from './ip-address.ts';
export * from './network.ts';
