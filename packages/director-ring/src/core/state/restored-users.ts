/**
 * Users of the run before, apart from those of this one: until it is clear that no ring knows better.
 *
 * All times are Unix seconds. A user is meant by its tag and hash; nothing expires here.
 */
import type { ByteString, IpAddress } from '@homing/wire';
import { createUserDirectory, type UserDirectory } from '../user/user-directory.ts';
import { NO_USER } from '../user/user-records.ts';

/** `host`: a number, see `host`. */
export type RestoredHost = { readonly ip: IpAddress; readonly tag: ByteString };

export type RestoredUser = { readonly hash: number; readonly timestamp: number; readonly ip: IpAddress };

export type RestoredUsers = {
  /** The number of a mail host, a new one if need be; undefined when there are too many. */
  hostNumber(host: RestoredHost): number | undefined;
  put(host: number, hash: number, timestamp: number): void;
  remove(tag: ByteString, hash: number): void;
  find(tag: ByteString, hash: number): RestoredUser | undefined;
  /** In every tag; never back in time. */
  refresh(hash: number, now: number): void;
  tags(): readonly ByteString[];
  /** In the order of their last refresh, least recent first. */
  users(tag: ByteString): Iterable<RestoredUser>;
  count(): number;
};

/** As many as mail hosts fit in a user's record. */
const MAX_HOSTS = 65_535;

/** Longer than any clock goes. */
const FOR_EVER = Number.MAX_SAFE_INTEGER;

/** `seed`: 32 random bits. */
export const createRestoredUsers = (seed: number): RestoredUsers => {
  const hosts: RestoredHost[] = [];
  const numbers = new Map<string, number>();
  const tags = new Map<ByteString, UserDirectory>();

  const hostAt = (number: number): RestoredHost => {
    const host = hosts[number];
    if (host === undefined) throw new RangeError(`no mail host ${number}`);
    return host;
  };
  const usersOf = (tag: ByteString): UserDirectory => {
    const known = tags.get(tag);
    if (known !== undefined) return known;
    const users = createUserDirectory(FOR_EVER, seed);
    tags.set(tag, users);
    return users;
  };
  const userAt = (users: UserDirectory, id: number): RestoredUser => {
    const { hash, timestamp, host } = users.user(id);
    return { hash, timestamp, ip: hostAt(host).ip };
  };

  return {
    hostNumber(host) {
      const key = `${host.ip} ${host.tag}`;
      const known = numbers.get(key);
      if (known !== undefined || hosts.length === MAX_HOSTS) return known;
      numbers.set(key, hosts.length);
      return hosts.push(host) - 1;
    },
    put(host, hash, timestamp) {
      const users = usersOf(hostAt(host).tag);
      const user = users.find(hash, 0);
      if (user === NO_USER) users.add(hash, host, timestamp);
      else if (users.hostOf(user) === host) users.refresh(user, timestamp);
      else users.moveTo(user, host, timestamp);
    },
    remove(tag, hash) {
      // By the end of time everybody has expired.
      tags.get(tag)?.find(hash, Number.POSITIVE_INFINITY);
    },
    find(tag, hash) {
      const users = tags.get(tag);
      const user = users?.find(hash, 0) ?? NO_USER;
      return users === undefined || user === NO_USER ? undefined : userAt(users, user);
    },
    refresh(hash, now) {
      for (const users of tags.values()) {
        const user = users.find(hash, 0);
        if (user !== NO_USER && users.user(user).timestamp < now) users.refresh(user, now);
      }
    },
    tags: () => [...tags.keys()],
    *users(tag) {
      const users = tags.get(tag);
      if (users === undefined) return;
      const cursor = users.cursor();
      for (let id = cursor.next(); id !== NO_USER; id = cursor.next()) yield userAt(users, id);
      cursor.close();
    },
    count: () => [...tags.values()].reduce((sum, users) => sum + users.count(), 0),
  };
};
