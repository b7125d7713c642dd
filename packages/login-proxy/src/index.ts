export * from './core/backend/imap-login-reply.ts';
export type { LoginSettings } from './core/client/settings.ts';
export * from './core/proxy-login.ts';
export * from './service/backend/backend-settings.ts';
export * from './service/backend/proxy-backend.ts';
export * from './service/login-worker.ts';
