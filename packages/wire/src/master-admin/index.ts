export * from './master-admin.ts';
