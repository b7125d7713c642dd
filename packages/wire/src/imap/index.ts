export type { ImapArg } from './arguments-reader.ts';
export * from './command-decoder.ts';
export type { ImapIdParams } from './id-reader.ts';
export * from './limits.ts';
export type { LiteralOptions } from './literal-reader.ts';
export * from './quote.ts';
