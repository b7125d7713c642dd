/** Where each director would send each user if it knew nothing of him: its backends, as the users see them. */
import { isHandshaked } from '../../core/ring/ring.ts';
import type { SimMember } from './member.ts';
import type { MailUser } from './users.ts';

type View = { key: string; readonly ips: Map<MailUser, string> };

export type Views = {
  /** True if anything is different from the last time. */
  update(member: SimMember, users: readonly MailUser[]): boolean;
  /** '' if there is no backend. */
  of(member: SimMember, user: MailUser): string;
};

export const createViews = (): Views => {
  const views = new Map<SimMember, View>();
  return {
    update(member, users) {
      const { director } = member;
      const hosts = director?.hosts.all() ?? [];
      let key = `${member.life} ${users.length} ${director !== undefined && isHandshaked(director.ring)}`;
      for (const { ip, vhosts, isDown, tag } of hosts) key += ` ${ip} ${vhosts} ${isDown} ${tag}`;
      if (views.get(member)?.key === key) return false;
      const ips = users.map((user) => [user, director?.hosts.byHash(user.hash, user.tag)?.ip ?? ''] as const);
      views.set(member, { key, ips: new Map(ips) });
      return true;
    },
    of: (member, user) => views.get(member)?.ips.get(user) ?? '',
  };
};
