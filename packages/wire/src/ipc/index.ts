export * from './handshake.ts';
export * from './limits.ts';
export * from './proxy-command.ts';
export * from './reply.ts';
export * from './request.ts';
export * from './session-list.ts';
