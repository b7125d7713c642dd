/** What a scripted client of either protocol says before its login. */
import type { ConnectionOptions } from 'node:tls';
import type { ScriptStep } from './script.ts';

export type Case = {
  readonly name: string;
  readonly steps: readonly ScriptStep[];
  /** Not 127.0.0.1: the connection counts as insecure; 127.0.0.9 is trusted. */
  readonly from?: string;
  readonly tls?: boolean;
  /** Of the client: its certificate, the server name it asks for. */
  readonly tlsOptions?: ConnectionOptions;
  readonly greeting?: number | 'close';
};

export const base64 = (text: string): string => Buffer.from(text, 'latin1').toString('base64');

/** Initial responses of PLAIN. */
export const PLAIN = base64('\0u1@example.com\0pass1');
export const BAD = base64('\0u1@example.com\0wrong');

/** Each line is sent after one line came back for the line before. */
export const oneByOne = (...lines: readonly string[]): ScriptStep[] => lines.map((line) => [`${line}\r\n`, 1]);
