export { EXIT } from './core/command/command.ts';
export { Fatal } from './core/command/fatal.ts';
export * from './service/context.ts';
export * from './service/doveadm.ts';
export * from './service/password-tools.ts';
