export * from './command-decoder.ts';
