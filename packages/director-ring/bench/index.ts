export * from './completion.ts';
export * from './user-directory.ts';
