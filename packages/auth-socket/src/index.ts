export { schemeNames } from './core/scheme/schemes.ts';
export * from './core/settings.ts';
export * from './service/auth-server.ts';
export * from './service/auth-server-options.ts';
export * from './service/drivers.ts';
export * from './service/hashing/hashing.ts';
export * from './service/socket-type.ts';
