export * from './completion.ts';
export * from './state.ts';
export * from './user-directory.ts';
