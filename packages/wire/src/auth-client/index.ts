export * from './command.ts';
export * from './handshake.ts';
export * from './limits.ts';
export * from './reply.ts';
export * from './request-info.ts';
export * from './service-key.ts';
