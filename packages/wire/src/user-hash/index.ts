export type { Md5 } from './template.ts';
export * from './user-hash.ts';
