export * from './cut.ts';
export * from './fixture.ts';
