/** Reads what the run before has left in the state folder. What cannot be read is told of and left out. */
import type { Log } from '@homing/io';
import { createBlockReader } from '../core/state/block.ts';
import { createReplay, type Replay } from '../core/state/replay.ts';
import { decodeStoredHosts, type StoredHosts } from '../core/state/stored-hosts.ts';
import { openToRead } from './state-file.ts';
import { reasonOf } from './state-reason.ts';

export type Stored = {
  readonly usersPath: string;
  readonly hostsPath: string;
  /** Undefined: none, or none that count here. */
  readonly users: StoredUsers | undefined;
  readonly hosts: StoredHosts | undefined;
};

export type StoredUsers = {
  readonly replay: Replay;
  /** Bytes of the file that make sense. */
  readonly size: number;
};

const READ_BYTES = 1 << 20;

/** As much as 65,535 mail hosts may take, and more. */
const MAX_HOSTS_BYTES = 32 << 20;

export type ReadOptions = {
  readonly folder: string;
  readonly usernameHash: string;
  readonly log: Log;
  /** 32 random bits. */
  readonly seed: number;
};

export const readStored = async ({ folder, usernameHash, log, seed }: ReadOptions): Promise<Stored> => {
  const usersPath = `${folder}/homing-director-users`;
  const hostsPath = `${folder}/homing-director-hosts`;
  const warn = (path: string, text: string): void =>
    log.warning('director_state_damaged', { path }, `State file ${path}: ${text}`);
  const tried = async <Result>(path: string, read: () => Promise<Result | undefined>): Promise<Result | undefined> => {
    try {
      return await read();
    } catch (error) {
      warn(path, `not readable and will be replaced: ${reasonOf(error)}`);
      return undefined;
    }
  };
  const users = await tried(usersPath, () => readUsers(usersPath, seed));
  const isOurs = users?.replay.usernameHash() === usernameHash;
  if (users !== undefined && !isOurs) warn(usersPath, whyNot(users.replay));
  else if (users !== undefined && users.damaged > 0) {
    const kept = users.replay.users.count();
    warn(usersPath, `the last ${users.damaged} bytes are damaged and left out, ${kept} users are before them`);
  }
  const hosts = await tried(hostsPath, () => readHosts(hostsPath));
  if (hosts === 'damaged') warn(hostsPath, 'damaged, backends are as configured');
  return {
    usersPath,
    hostsPath,
    users: isOurs ? users : undefined,
    hosts: hosts === 'damaged' ? undefined : hosts,
  };
};

const whyNot = (replay: Replay): string =>
  replay.usernameHash() === undefined
    ? 'damaged from the beginning, its users are forgotten'
    : 'director_username_hash has changed, its users are forgotten';

/** Undefined when there is no file. `damaged`: bytes at the end that make no sense. */
const readUsers = async (path: string, seed: number): Promise<(StoredUsers & { damaged: number }) | undefined> => {
  await using file = await openToRead(path);
  if (file === undefined) return undefined;
  const { size } = await file.stat();
  const reader = createBlockReader();
  const replay = createReplay(seed);
  for (;;) {
    const before = reader.size();
    const result = reader.next();
    if (result.read === 'damaged') return { replay, size: before, damaged: size - before };
    if (result.read === 'block') {
      if (!replay.apply(result.block)) return { replay, size: before, damaged: size - before };
      continue;
    }
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(READ_BYTES));
    if (bytesRead === 0) return { replay, size: before, damaged: size - before };
    reader.push(buffer.subarray(0, bytesRead));
  }
};

const readHosts = async (path: string): Promise<StoredHosts | 'damaged' | undefined> => {
  await using file = await openToRead(path);
  if (file === undefined) return undefined;
  if ((await file.stat()).size > MAX_HOSTS_BYTES) return 'damaged';
  return decodeStoredHosts((await file.readFile()).toString('latin1')) ?? 'damaged';
};
