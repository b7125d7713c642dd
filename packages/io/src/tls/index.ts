export type { Socket as StreamSocket } from 'node:net';
export * from './accept-tls.ts';
export * from './mutual-tls.ts';
export * from './server-context.ts';
