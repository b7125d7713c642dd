/**
 * Reads the journal of users back. Whatever is wrong in it ends the reading there: what came before holds, nothing
 * behind it does.
 */
import type { Block } from './block.ts';
import { readSlotRows } from './host-rows.ts';
import { createRestoredUsers, type RestoredUsers } from './restored-users.ts';
import { readRemoved, readUserRows } from './user-rows.ts';

/** First words of a file's first block. The rest of the block is the setting that all hashes were made with. */
const TITLE = 'homing-director-users 1\n';

/** `usernameHash`: the setting `director_username_hash`. */
export const encodeStart = (usernameHash: string): Uint8Array => Buffer.from(TITLE + usernameHash, 'utf8');

export type Replay = {
  readonly users: RestoredUsers;
  /** False from the first block on that makes no sense. */
  apply(block: Block): boolean;
  /** The setting of the file's first block; undefined before that. */
  usernameHash(): string | undefined;
  /** Unix seconds of the last block; 0 = there was none. */
  lastTime(): number;
  /** The last block said so. */
  isClosed(): boolean;
};

/** `seed`: 32 random bits. */
export const createReplay = (seed: number): Replay => {
  const users = createRestoredUsers(seed);
  const hosts = new Map<number, number>();
  let usernameHash: string | undefined;
  let last: Block | undefined;

  const defineSlots = (payload: Uint8Array): boolean => {
    for (const row of readSlotRows(payload) ?? [undefined]) {
      const number = row && users.hostNumber(row);
      if (row === undefined || number === undefined) return false;
      hosts.set(row.slot, number);
    }
    return true;
  };
  const putUsers = (payload: Uint8Array): boolean =>
    readUserRows(payload, (hash, timestamp, slot) => {
      const host = hosts.get(slot);
      if (host === undefined) return false;
      users.put(host, hash, timestamp);
      return true;
    });
  const remove = (payload: Uint8Array): boolean => {
    const removed = readRemoved(payload);
    if (removed === undefined) return false;
    for (const hash of removed.hashes) users.remove(removed.tag, hash);
    return true;
  };
  const start = (payload: Uint8Array): boolean => {
    const text = Buffer.from(payload).toString('utf8');
    if (usernameHash !== undefined || !text.startsWith(TITLE)) return false;
    usernameHash = text.slice(TITLE.length);
    return true;
  };
  const understand = ({ kind, payload }: Block): boolean => {
    if (kind === 'start') return start(payload);
    if (usernameHash === undefined) return false;
    if (kind === 'hosts') return defineSlots(payload);
    if (kind === 'users') return putUsers(payload);
    return kind === 'removed' ? remove(payload) : true;
  };
  return {
    users,
    apply(block) {
      if (!understand(block)) return false;
      last = block;
      return true;
    },
    usernameHash: () => usernameHash,
    lastTime: () => last?.time ?? 0,
    isClosed: () => last?.kind === 'closed',
  };
};
