/** What requests need from outside; the clock, chance and the system stay at the server's edge. */
import type { Log } from '@homing/io';
import type { VerifyPassword } from '../scheme/verdict.ts';

export type AuthEnv = {
  readonly log: Log;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** A random number from 0 to `below` - 1. */
  readonly pick: (below: number) => number;
  readonly verifyPassword: VerifyPassword;
  /** Aborts when the server ends. */
  readonly signal: AbortSignal;
  readonly uidOf: (name: string) => number | undefined;
  readonly gidOf: (name: string) => number | undefined;
  readonly ownerOf: (path: string) => { readonly uid: number; readonly gid: number };
  /** Addresses of a host; rejects with the resolver's words. */
  readonly resolveHost: (name: string, timeoutMs: number) => Promise<readonly string[]>;
};
