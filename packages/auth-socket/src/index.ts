export * from './core/settings.ts';
export * from './service/auth-server.ts';
export * from './service/auth-server-options.ts';
export * from './service/socket-type.ts';
