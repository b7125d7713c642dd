/** List replies. Rows and their order are Dovecot's: mail hosts by address, users by tag and age of the last refresh. */
import { type ByteString, encodeHostListRow, encodeUserListRow, type IpAddress } from '@homing/wire';
import type { Director } from '../director.ts';
import { NO_USER } from '../user/user-records.ts';

const END = '\n';

const USERS_PER_PIECE = 1000;

export const hostList = ({ hosts }: Director): ByteString =>
  hosts
    .all()
    .map((host) => encodeHostListRow({ ...host, users: hosts.tagOf(host).users.countOn(host.slot) }))
    .join('') + END;

/** Configured, but not there any more. */
export const hostListRemoved = ({ hosts, initialHosts }: Director): ByteString =>
  initialHosts
    .all()
    .filter((host) => hosts.find(host.ip) === undefined)
    .map((host) => `${host.ip}\n`)
    .join('') + END;

/** In pieces: the rows of a thousand users. */
export function* userList(director: Director, ip: IpAddress | undefined, now: number): Iterator<ByteString> {
  const { hosts, settings } = director;
  let rows = '';
  let seen = 0;
  for (const { users } of hosts.tags()) {
    users.expire(Math.floor(now / 1000), Number.POSITIVE_INFINITY);
    const cursor = users.cursor();
    try {
      // Users refreshed meanwhile are met again at the end.
      let left = users.count();
      for (let id = cursor.next(); id !== NO_USER && left > 0; id = cursor.next()) {
        const user = users.user(id);
        const host = hosts.at(user.host).ip;
        const expires = user.timestamp + settings.director_user_expire + director.clockAhead;
        if (ip === undefined || ip === host) rows += encodeUserListRow({ ...user, expires, ip: host });
        left--;
        if (++seen % USERS_PER_PIECE !== 0) continue;
        yield rows;
        rows = '';
      }
    } finally {
      cursor.close();
    }
  }
  yield rows + END;
}
