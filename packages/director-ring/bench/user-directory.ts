/** What a million users cost: memory a user, time an operation, and the longest time one operation took. */
import { randomBytes } from 'node:crypto';
import { createUserDirectory } from '../src/core/user/user-directory.ts';
import { NO_USER } from '../src/core/user/user-records.ts';

export type UserDirectoryBench = {
  readonly users: number;
  readonly bytesPerUser: number;
  readonly addsPerSecond: number;
  /** Each a lookup and a refresh, as a login does. */
  readonly lookupsPerSecond: number;
  /** Garbage collection and the machine's other work included. */
  readonly longestAddMs: number;
};

export const benchUserDirectory = (users = 1_000_000): UserDirectoryBench => {
  const bytes = randomBytes(users * 4);
  const hashes = new Uint32Array(bytes.buffer, bytes.byteOffset, users);
  const directory = createUserDirectory(900, randomBytes(4).readUInt32LE());
  let longestAddMs = 0;
  const begin = performance.now();
  let last = begin;
  for (const hash of hashes) {
    if (directory.find(hash, 1000) === NO_USER) directory.add(hash, hash & 63, 1000);
    const now = performance.now();
    longestAddMs = Math.max(longestAddMs, now - last);
    last = now;
  }
  const added = performance.now();
  for (const hash of hashes) directory.refresh(directory.find(hash, 1001), 1001);
  const looked = performance.now();
  return {
    users: directory.count(),
    bytesPerUser: directory.bytes() / directory.count(),
    addsPerSecond: (users / (added - begin)) * 1000,
    lookupsPerSecond: (users / (looked - added)) * 1000,
    longestAddMs,
  };
};
