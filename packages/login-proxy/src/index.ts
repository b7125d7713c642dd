export * from './core/backend/imap-login-reply.ts';
export * from './core/proxy-login.ts';
export * from './service/backend/backend-settings.ts';
export * from './service/backend/proxy-backend.ts';
