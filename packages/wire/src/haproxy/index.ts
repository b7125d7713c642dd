export * from './header.ts';
export type { HaproxyTls } from './tlv.ts';
