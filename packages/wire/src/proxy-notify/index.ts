export * from './proxy-notify.ts';
