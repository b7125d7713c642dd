export * from './template.ts';
export * from './user-hash.ts';
