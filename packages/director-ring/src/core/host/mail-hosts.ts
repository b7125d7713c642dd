/**
 * The backends, sorted by address, and what hangs on them: for each tag a vhost ring and a user directory. A tag is
 * made on first use and never removed (director/mail-host.c). The mapping of new users depends on (ip, vhosts, up, tag)
 * alone, never on order or history.
 */
import { type ByteString, compareIpAddresses, type IpAddress } from '@homing/wire';
import { createUserDirectory, type UserDirectory } from '../user/user-directory.ts';
import { DEFAULT_VHOSTS, MAX_MAIL_HOSTS, type MailHost } from './mail-host.ts';
import { changeRing, EMPTY_RING, findOwner, type VhostRing, vhostPoints } from './vhost-ring.ts';

export type Tag = { readonly name: ByteString; readonly users: UserDirectory };

/** Up, with 100 vhosts, unless said otherwise. */
export type NewMailHost = {
  readonly ip: IpAddress;
  readonly hostname: string;
  readonly tag: ByteString;
  readonly vhosts?: number;
  readonly isDown?: boolean;
  readonly updownTime?: number;
};

export type MailHosts = {
  /** Sorted by address. */
  all(): readonly MailHost[];
  find(ip: IpAddress): MailHost | undefined;
  at(slot: number): MailHost;
  /** Of all hosts, down or not. */
  vhosts(): number;
  /** Of all tags. */
  users(): number;
  /** The address must be new. Undefined when there is no slot left. */
  add(host: NewMailHost): MailHost | undefined;
  /** The users on it must be gone. */
  remove(host: MailHost): void;
  setVhosts(host: MailHost, vhosts: number): void;
  /** `updownTime`: Unix seconds. */
  setDown(host: MailHost, isDown: boolean, updownTime: number): void;
  /** In the order of their creation. */
  tags(): Iterable<Tag>;
  tag(name: ByteString): Tag | undefined;
  tagOf(host: MailHost): Tag;
  /** Where a new user goes. */
  byHash(hash: number, tag: ByteString): MailHost | undefined;
};

export type MailHostsOptions = {
  readonly md5Start: (text: string) => number;
  readonly expireSeconds: number;
  /** 32 random bits. */
  readonly seed: number;
};

type TagState = Tag & { ring: VhostRing; changed: Set<number> };

export const createMailHosts = (options: MailHostsOptions): MailHosts => {
  const tags = new Map<ByteString, TagState>();
  const byIp = new Map<IpAddress, MailHost>();
  const slots: (MailHost | undefined)[] = [];
  let sorted: readonly MailHost[] = [];
  const total = { users: 0 };
  let vhosts = 0;

  const at = (slot: number): MailHost => {
    const host = slots[slot];
    if (host === undefined) throw new RangeError(`no mail host in slot ${slot}`);
    return host;
  };
  const getTag = (name: ByteString): TagState => {
    const tag = tags.get(name) ?? {
      name,
      users: createUserDirectory(options.expireSeconds, options.seed, total),
      ring: EMPTY_RING,
      changed: new Set(),
    };
    tags.set(name, tag);
    return tag;
  };
  /** Brings the ring up to date once for all changes since the last lookup. */
  const ringOf = (tag: TagState): VhostRing => {
    if (tag.changed.size === 0) return tag.ring;
    const points = new Map<number, Uint32Array>();
    for (const slot of tag.changed) {
      const host = slots[slot];
      const isThere = host !== undefined && host.tag === tag.name && !host.isDown;
      points.set(slot, vhostPoints(host?.ip ?? '', isThere ? host.vhosts : 0, options.md5Start));
    }
    tag.ring = changeRing(tag.ring, points, (a, b) => compareIpAddresses(at(a).ip, at(b).ip));
    tag.changed.clear();
    return tag.ring;
  };
  return {
    all: () => sorted,
    find: (ip) => byIp.get(ip),
    at,
    vhosts: () => vhosts,
    users: () => total.users,
    add(host) {
      const free = slots.indexOf(undefined);
      const slot = free === -1 ? slots.length : free;
      if (slot >= MAX_MAIL_HOSTS) return undefined;
      const isNew = { vhosts: DEFAULT_VHOSTS, isDown: false, updownTime: 0, isDesynced: false };
      const added = { ...isNew, ...host, slot };
      slots[slot] = added;
      byIp.set(host.ip, added);
      getTag(host.tag).changed.add(slot);
      vhosts += added.vhosts;
      sorted = insertSorted(sorted, added);
      return added;
    },
    remove(host) {
      slots[host.slot] = undefined;
      byIp.delete(host.ip);
      getTag(host.tag).changed.add(host.slot);
      vhosts -= host.vhosts;
      sorted = sorted.filter((other) => other !== host);
    },
    setVhosts(host, count) {
      vhosts += count - host.vhosts;
      host.vhosts = count;
      getTag(host.tag).changed.add(host.slot);
    },
    setDown(host, isDown, updownTime) {
      host.isDown = isDown;
      host.updownTime = updownTime;
      getTag(host.tag).changed.add(host.slot);
    },
    tags: () => tags.values(),
    tag: (name) => tags.get(name),
    tagOf: (host) => getTag(host.tag),
    byHash(hash, name) {
      const tag = tags.get(name);
      const slot = tag === undefined ? undefined : findOwner(ringOf(tag), hash);
      return slot === undefined ? undefined : at(slot);
    },
  };
};

/** A new array, since others may be walking along the old one. */
const insertSorted = (hosts: readonly MailHost[], host: MailHost): MailHost[] => {
  let low = 0;
  let high = hosts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = hosts[middle];
    if (other !== undefined && compareIpAddresses(other.ip, host.ip) < 0) low = middle + 1;
    else high = middle;
  }
  return hosts.toSpliced(low, 0, host);
};
