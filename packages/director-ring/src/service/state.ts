/**
 * What outlives the director in its state folder: `homing-director-users`, a journal of the user map, and
 * `homing-director-hosts`, the mail hosts. Read before the director starts, then written at most a second behind; mail
 * hosts at once. Logins never wait for it, and go on without it.
 */
import { type Log, lockFolder } from '@homing/io';
import type { Director } from '../core/director.ts';
import { endRelearn } from '../core/relearn/relearn.ts';
import { restoreHosts, restoreUsers } from '../core/state/restore.ts';
import { createUserJournal, type UserJournal } from '../core/state/user-journal.ts';
import { createHostFile } from './host-file.ts';
import type { Runtime } from './runtime.ts';
import { readStored, type Stored } from './state-reading.ts';
import { reasonOf } from './state-reason.ts';
import { createStateWriter, type StateWriter } from './state-writer.ts';
import { createUserFile } from './user-file.ts';

export type State = {
  /** Before the director answers anything. */
  restore(director: Director, now: number): void;
  /** From now on changes are written, as the user who calls: after root was given up. */
  keep(runtime: Runtime): void;
  /** Mail hosts may have changed. */
  noteChange(): void;
  /** Everything is on disk. */
  close(): Promise<void>;
};

export type StateOptions = {
  readonly folder: string;
  /** The setting `director_username_hash`. */
  readonly usernameHash: string;
  readonly log: Log;
  /** 32 random bits. */
  readonly seed: number;
};

/** Who is missing in a journal so new was given a mail host by hash a moment ago, and would be given the same now. */
const RECENT_SECONDS = 10;

/** Of a user in a new journal, block headers included. */
const BYTES_PER_USER = 12.01;

/** Never rejects: undefined, and a warning, if the folder cannot be used. */
export const openState = async (options: StateOptions): Promise<State | undefined> => {
  const { folder, log } = options;
  try {
    const lock = lockFolder(folder);
    if (lock === undefined) throw new Error('another process uses it');
    const stored = await readStored(options);
    return createState(options, stored, lock);
  } catch (error) {
    warnOfNoState(log, folder, error);
    return undefined;
  }
};

export const warnOfNoState = (log: Log, folder: string, error: unknown): void => {
  const text = `State folder ${folder} cannot be used, a restart will forget users and backends: ${reasonOf(error)}`;
  log.warning('director_state_unusable', { folder }, text);
};

const createState = ({ usernameHash }: StateOptions, stored: Stored, lock: { release(): void }): State => {
  const { usersPath, hostsPath, hosts: storedHosts } = stored;
  const size = stored.users?.size;
  /** Given away, so that a million of them do not stay in memory. */
  let users = stored.users;
  let journal: UserJournal | undefined;
  let writer: StateWriter | undefined;
  return {
    restore(director, now) {
      if (storedHosts !== undefined) restoreHosts(director, storedHosts);
      if (users !== undefined) {
        restoreUsers(director, users.replay.users, now);
        const isRecent = users.replay.lastTime() + RECENT_SECONDS >= Math.floor(now / 1000);
        if (users.replay.isClosed() || isRecent) endRelearn(director);
        users = undefined;
      }
      const { hosts, settings } = director;
      journal = createUserJournal({
        hosts,
        expireSeconds: settings.director_user_expire,
        usernameHash,
        isContinued: size !== undefined,
      });
    },
    keep(runtime) {
      if (journal === undefined || writer !== undefined) return;
      const { director } = runtime;
      const userFile = createUserFile({
        path: usersPath,
        journal,
        size,
        newSize: () => director.hosts.users() * BYTES_PER_USER,
        mayStartAnew: () => director.restoring === undefined,
        now: () => runtime.now(),
      });
      const hostFile = createHostFile(hostsPath, director, storedHosts);
      writer = createStateWriter({ runtime, users: userFile, hosts: hostFile });
    },
    noteChange: () => writer?.hurry(),
    async close() {
      await writer?.close();
      lock.release();
    },
  };
};
