export * from './script-client.ts';
