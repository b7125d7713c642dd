/** Commands that change mail hosts. Log lines are Dovecot's; only changes are logged. */
import {
  type ByteString,
  DIRECTOR_ADMIN_MAX_VHOSTS,
  DIRECTOR_RING_MAX_TAG,
  type DirectorAdminCommand,
  type IpAddress,
  DIRECTOR_ADMIN_REPLY as REPLY,
} from '@homing/wire';
import type { Director } from '../director.ts';
import { MAX_MAIL_HOSTS, type MailHost } from '../host/mail-host.ts';
import { announceHost } from '../ring/on-host.ts';
import { ownOrigin, update } from '../ring/propagate.ts';
import { startSync } from '../ring/sync.ts';
import { forgetUsers } from './forget-users.ts';

type SetCommand = Extract<DirectorAdminCommand, { cmd: 'HOST-SET' | 'HOST-UPDATE' }>;

/** HOST-SET adds or changes, HOST-UPDATE only changes. */
export const setHost = (director: Director, command: SetCommand, now: number): ByteString => {
  const { ip, tag, vhosts } = command;
  if (vhosts !== undefined && vhosts > DIRECTOR_ADMIN_MAX_VHOSTS) return REPLY.vhostsTooLarge;
  if (tag.length > DIRECTOR_RING_MAX_TAG) return REPLY.nameTooLong;
  const known = director.hosts.find(ip);
  if (known === undefined && command.cmd === 'HOST-UPDATE') return REPLY.notFound;
  if (known !== undefined && tag !== '' && tag !== known.tag) return REPLY.tagFixed;
  if (known?.isDesynced === true) return REPLY.beingUpdated;
  const host = known ?? director.hosts.add({ ip, tag, hostname: '' });
  if (host === undefined) return `more than ${MAX_MAIL_HOSTS} mail hosts\n`;
  if (vhosts !== undefined && vhosts !== host.vhosts) {
    const text = `doveadm: Host ${ip} vhost count changed from ${host.vhosts} to ${vhosts}`;
    logHost(director, 'director_host_vhosts_changed', host, text);
    director.hosts.setVhosts(host, vhosts);
  }
  announceHost(director, director.ring.self, undefined, host, now);
  director.isChanged = true;
  return REPLY.ok;
};

/** `who`: in the log line. */
export const setHostDown = (
  director: Director,
  ip: IpAddress,
  isDown: boolean,
  now: number,
  who: 'doveadm' | 'health' = 'doveadm',
): ByteString => {
  const host = director.hosts.find(ip);
  if (host === undefined) return REPLY.notFound;
  if (host.isDown === isDown) return REPLY.ok;
  if (host.isDesynced) return REPLY.beingUpdated;
  const state = `${isDown ? 'down' : 'up'} (vhost_count=${host.vhosts} last_updown_change=${host.updownTime})`;
  logHost(director, 'director_host_updown_changed', host, `${who}: Host ${ip} changed ${state}`);
  director.hosts.setDown(host, isDown, Math.floor(now / 1000) + director.clockAhead);
  announceHost(director, director.ring.self, undefined, host, now);
  director.isChanged = true;
  return REPLY.ok;
};

export const removeHost = (director: Director, ip: IpAddress, now: number): ByteString => {
  const host = director.hosts.find(ip);
  if (host === undefined) return REPLY.notFound;
  update(director, director.ring.self, { cmd: 'HOST-REMOVE', origin: ownOrigin(director), ip });
  forgetUsers(director, host);
  director.hosts.remove(host);
  startSync(director, now);
  return REPLY.ok;
};

/** Without an address: all of them. */
export const flushHosts = (director: Director, ip: IpAddress | undefined, now: number): ByteString => {
  const hosts = ip === undefined ? director.hosts.all() : [director.hosts.find(ip)];
  let users = 0;
  for (const host of hosts) {
    if (host === undefined) return REPLY.notFound;
    users += director.hosts.tagOf(host).users.countOn(host.slot);
    flushHost(director, host, now);
  }
  if (ip === undefined) warnOfFlush(director, users);
  return REPLY.ok;
};

/** Its users are forgotten everywhere; sessions stay. */
export const flushHost = (director: Director, host: MailHost, now: number): void => {
  update(director, director.ring.self, { cmd: 'HOST-FLUSH', origin: ownOrigin(director), ip: host.ip });
  forgetUsers(director, host);
  startSync(director, now);
};

const warnOfFlush = (director: Director, users: number): void => {
  director.effects.push({
    do: 'log',
    level: 'warning',
    event: 'director_flushed_all',
    fields: { users },
    text:
      `Flushed all backend hosts with ${users} users. This is an unsafe operation and may cause the same users to end ` +
      'up in multiple backends.',
  });
};

const logHost = (director: Director, event: string, host: MailHost, text: string): void => {
  director.effects.push({ do: 'log', level: 'info', event, fields: { host: host.ip }, text });
};
