/**
 * Users of the run before, apart from those of this one: until it is clear that no ring knows better.
 *
 * All times are Unix seconds. A user is meant by its tag and hash; nothing expires here.
 */
import type { ByteString, IpAddress } from '@homing/wire';
import { createStoredTable, type StoredTable } from './stored-table.ts';

export type RestoredHost = { readonly ip: IpAddress; readonly tag: ByteString };

export type RestoredUser = { readonly hash: number; readonly timestamp: number; readonly ip: IpAddress };

export type RestoredUsers = {
  /** The number of a mail host, a new one if need be; undefined when there are too many. */
  hostNumber(host: RestoredHost): number | undefined;
  /** Where the user is now, since then. */
  put(host: number, hash: number, timestamp: number): void;
  remove(tag: ByteString, hash: number): void;
  find(tag: ByteString, hash: number): RestoredUser | undefined;
  /** In every tag; never back in time. */
  refresh(hash: number, now: number): void;
  tags(): readonly ByteString[];
  /** In the order in which they were first put. */
  users(tag: ByteString): Iterable<RestoredUser>;
  countOf(tag: ByteString): number;
  count(): number;
};

/** As many as mail hosts fit in a user's record. */
const MAX_HOSTS = 65_535;

/** `seed`: 32 random bits. */
export const createRestoredUsers = (seed: number): RestoredUsers => {
  const hosts: (RestoredHost & { readonly table: StoredTable })[] = [];
  const numbers = new Map<string, number>();
  const tables = new Map<ByteString, StoredTable>();

  const tableOf = (tag: ByteString): StoredTable => {
    const table = tables.get(tag) ?? createStoredTable(seed);
    tables.set(tag, table);
    return table;
  };
  const hostAt = (number: number): RestoredHost & { readonly table: StoredTable } => {
    const host = hosts[number];
    if (host === undefined) throw new RangeError(`no mail host ${number}`);
    return host;
  };
  return {
    hostNumber(host) {
      const key = `${host.ip} ${host.tag}`;
      const known = numbers.get(key);
      if (known !== undefined || hosts.length === MAX_HOSTS) return known;
      numbers.set(key, hosts.length);
      return hosts.push({ ...host, table: tableOf(host.tag) }) - 1;
    },
    put: (host, hash, timestamp) => hostAt(host).table.put(hash, timestamp, host),
    remove: (tag, hash) => tables.get(tag)?.remove(hash),
    find(tag, hash) {
      const row = tables.get(tag)?.find(hash);
      return row && { hash, timestamp: row.timestamp, ip: hostAt(row.host).ip };
    },
    refresh(hash, now) {
      for (const table of tables.values()) {
        const row = table.find(hash);
        if (row !== undefined && row.timestamp < now) table.put(hash, now, row.host);
      }
    },
    tags: () => [...tables.keys()],
    *users(tag) {
      for (const { hash, timestamp, host } of tables.get(tag)?.rows() ?? []) {
        yield { hash, timestamp, ip: hostAt(host).ip };
      }
    },
    countOf: (tag) => tables.get(tag)?.count() ?? 0,
    count: () => tables.values().reduce((sum, table) => sum + table.count(), 0),
  };
};
