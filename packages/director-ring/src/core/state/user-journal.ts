/**
 * What is to be written of the user map, as blocks: what changed, behind the end of a file, and all there is, for a new
 * file. Each call is a slice of work that no login notices.
 *
 * While a new file is filled, changes go to both files, in the order of the calls: the old one holds until the new one is
 * complete. A user that changes behind the back of the filling is written again, so the last row of a user is right.
 */
import type { ByteString } from '@homing/wire';
import type { MailHost } from '../host/mail-host.ts';
import type { MailHosts, Tag } from '../host/mail-hosts.ts';
import { NO_USER } from '../user/user-records.ts';
import { encodeBlock } from './block.ts';
import { encodeSlotRow, type HostRow, payloadsOf } from './host-rows.ts';
import { encodeStart } from './replay.ts';
import { createUserChanges, type UserChanges } from './user-changes.ts';
import { createUserRows, encodeRemoved, ROWS_PER_BLOCK, type UserRows } from './user-rows.ts';

export type UserJournal = {
  /** The next blocks for the end of the file; undefined when all is written. `time`: Unix seconds. */
  changes(time: number): Uint8Array | undefined;
  /** Begins a new file. `isOnly`: there is no old one that is to go on meanwhile. */
  snapshot(isOnly: boolean): Snapshot;
};

export type Snapshot = {
  /** The next blocks of the new file; undefined when all users are in it. */
  next(time: number): Uint8Array | undefined;
  close(): void;
};

export type UserJournalOptions = {
  readonly hosts: MailHosts;
  readonly expireSeconds: number;
  readonly usernameHash: string;
  /** The users who are there now are in the file already. */
  readonly isContinued: boolean;
};

type Watched = { readonly tag: Tag; readonly changes: UserChanges };

type Unmarked = { readonly ids: Generator<number, void, void>; readonly changes: UserChanges };

export const createUserJournal = (options: UserJournalOptions): UserJournal => {
  const { hosts, usernameHash } = options;
  const watched = new Map<ByteString, Watched>();
  const rows = createUserRows();
  /** What each slot means to a reader, in both files. */
  const known = new Map<number, HostRow>();
  let undefinedYet: MailHost[] = [];
  /** Users who were there before their tag was watched. */
  const unmarked: Unmarked[] = [];

  const watchTags = (isWritten: boolean): void => {
    for (const tag of hosts.tags()) {
      if (watched.has(tag.name)) continue;
      const changes = watchTag(tag, options.expireSeconds);
      watched.set(tag.name, { tag, changes });
      if (!isWritten) unmarked.push({ ids: idsOf(tag), changes });
    }
  };
  const isKnown = ({ slot, ip, tag }: MailHost): boolean => {
    const row = known.get(slot);
    return row?.ip === ip && row.tag === tag;
  };
  const define = (host: MailHost): void => {
    if (isKnown(host)) return;
    known.set(host.slot, { ip: host.ip, tag: host.tag });
    undefinedYet.push(host);
  };
  const takeUsers = (): void => {
    for (const { tag, changes } of watched.values()) {
      while (rows.count() < ROWS_PER_BLOCK) {
        const id = changes.take();
        if (id === undefined) break;
        const { hash, timestamp, host } = tag.users.user(id);
        define(hosts.at(host));
        rows.add(hash, timestamp, host);
      }
    }
  };

  watchTags(options.isContinued);
  return {
    changes(time) {
      watchTags(false);
      markSome(unmarked);
      if (!watched.values().some(({ changes }) => changes.hasSome())) return undefined;
      const removed = takeRemoved(watched.values());
      if (removed !== undefined) return encodeBlock({ kind: 'removed', time, payload: removed });
      takeUsers();
      const slots = undefinedYet.map(encodeSlotRow);
      undefinedYet = [];
      return Buffer.concat([
        ...payloadsOf(slots).map((payload) => encodeBlock({ kind: 'hosts', time, payload })),
        usersBlock(rows, time),
      ]);
    },
    snapshot(isOnly) {
      watchTags(false);
      if (isOnly) {
        for (const { ids } of unmarked.splice(0)) ids.return();
        for (const { changes } of watched.values()) changes.forgetAll();
      }
      for (const host of hosts.all()) define(host);
      const users = userSlices(watched.values(), rows, (host) => isKnown(hosts.at(host)));
      let isStarted = false;
      return {
        next(time) {
          if (isStarted) return users.next().done === true ? undefined : usersBlock(rows, time);
          isStarted = true;
          const slots = Array.from(known, ([slot, row]) => encodeSlotRow({ slot, ...row }));
          return Buffer.concat([
            encodeBlock({ kind: 'start', time, payload: encodeStart(usernameHash) }),
            ...payloadsOf(slots).map((payload) => encodeBlock({ kind: 'hosts', time, payload })),
          ]);
        },
        close: () => void users.return(),
      };
    },
  };
};

/** A slice of them; all who are left, if these are few. */
const markSome = (unmarked: Unmarked[]): void => {
  for (let left = ROWS_PER_BLOCK; left > 0; left--) {
    const [first] = unmarked;
    const next = first?.ids.next();
    if (first === undefined || next === undefined) return;
    if (next.done === true) unmarked.shift();
    else first.changes.watch.changed(next.value);
  }
};

/** Of one tag. */
const takeRemoved = (tags: Iterable<Watched>): Uint8Array | undefined => {
  for (const { tag, changes } of tags) {
    const hashes: number[] = [];
    while (hashes.length < ROWS_PER_BLOCK) {
      const hash = changes.takeRemoved();
      if (hash === undefined) break;
      hashes.push(hash);
    }
    if (hashes.length > 0) return encodeRemoved(tag.name, hashes);
  }
  return undefined;
};

const watchTag = (tag: Tag, expireSeconds: number): UserChanges => {
  const changes = createUserChanges(expireSeconds, (id) => tag.users.user(id).timestamp);
  tag.users.watch(changes.watch);
  return changes;
};

/** Fills `rows` once for each turn. Users on mail hosts that came meanwhile are left to the changes. */
function* userSlices(
  tags: Iterable<Watched>,
  rows: UserRows,
  isWanted: (host: number) => boolean,
): Generator<void, void, void> {
  for (const { tag, changes } of tags) {
    for (const id of idsOf(tag)) {
      const { hash, timestamp, host } = tag.users.user(id);
      if (!isWanted(host)) continue;
      changes.written(id, timestamp);
      rows.add(hash, timestamp, host);
      if (rows.count() === ROWS_PER_BLOCK) yield;
    }
  }
  if (rows.count() > 0) yield;
}

/** From the least to the most recently refreshed, also while users come and go. */
function* idsOf({ users }: Tag): Generator<number, void, void> {
  const cursor = users.cursor();
  try {
    for (let id = cursor.next(); id !== NO_USER; id = cursor.next()) yield id;
  } finally {
    cursor.close();
  }
}

const usersBlock = (rows: UserRows, time: number): Uint8Array => {
  const block = encodeBlock({ kind: 'users', time, payload: rows.bytes() });
  rows.clear();
  return block;
};
