import { forgetUsers } from '../admin/forget-users.ts';
import type { Director } from '../director.ts';
import type { MailHost } from '../host/mail-host.ts';
import { logPeer } from './log.ts';
import type { HostState } from './merge-host.ts';
import type { Peer } from './peer.ts';

/** As a peer told; what changes is logged in Dovecot's words. Another tag makes it another host, without users. */
export const changeHost = (director: Director, peer: Peer, host: MailHost, to: HostState): MailHost => {
  const changed = changeTag(director, peer, host, to.tag);
  const { hosts } = director;
  const { ip, vhosts, isDown, updownTime } = changed;
  if (to.isDown !== isDown) {
    const word = to.isDown ? 'down' : 'up';
    const text = `Host ${ip} changed ${word} (vhost_count=${vhosts} last_updown_change=${updownTime})`;
    logPeer(director, peer, 'info', 'director_host_updown_changed', text);
  }
  hosts.setDown(changed, to.isDown, to.updownTime);
  if (to.vhosts !== vhosts) {
    const text = `Host ${ip} vhost count changed from ${vhosts} to ${to.vhosts}`;
    logPeer(director, peer, 'info', 'director_host_vhosts_changed', text);
    hosts.setVhosts(changed, to.vhosts);
  }
  return changed;
};

const changeTag = (director: Director, peer: Peer, host: MailHost, tag: string): MailHost => {
  if (tag === host.tag) return host;
  const text = `Host ${host.ip} changed tag from '${host.tag}' to '${tag}'`;
  logPeer(director, peer, 'error', 'director_host_tag_changed', text);
  forgetUsers(director, host);
  director.hosts.remove(host);
  // There is room, since one has just gone.
  return director.hosts.add({ ...host, tag }) ?? host;
};
