export * from './line/bytes.ts';
export * from './line/errors.ts';
export * from './line/escape.ts';
export * from './line/line-decoder.ts';
export * from './line/number.ts';
