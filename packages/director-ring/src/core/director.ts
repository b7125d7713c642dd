/**
 * The state of one director and how it begins. What may happen to it stands in the folders beside: `request/` logins,
 * `move/` moves and kicks, `admin/` commands, `ring/` the other directors. Each adds to `effects`; whoever calls runs
 * them in order.
 *
 * All times are Unix milliseconds unless named seconds.
 */
import { createUserHash, type UserHash, type Variables } from '@homing/config';
import { digests } from '@homing/io';
import type { IpAddress } from '@homing/wire';
import { type AdminWaits, createAdminWaits } from './admin/admin-waits.ts';
import type { HostReset } from './admin/host-reset.ts';
import { parseAllowNets } from './allow-nets.ts';
import type { Effect } from './effect.ts';
import { createHealth, type Health } from './health/health.ts';
import { createMailHosts, type MailHosts, type NewMailHost } from './host/mail-hosts.ts';
import { md5Start } from './md5.ts';
import { createKicks, type Kicks } from './move/kicks.ts';
import { createMoves, type Moves } from './move/moves.ts';
import { createRelearn, type Relearn } from './relearn/relearn.ts';
import { createRequests, type Requests } from './request/requests.ts';
import { createRing } from './ring/create-ring.ts';
import type { DirectorHost, Ring } from './ring/ring.ts';
import type { DirectorSettings } from './settings.ts';
import type { Restoring } from './state/restore.ts';

export type Director = {
  readonly settings: DirectorSettings;
  readonly ring: Ring;
  readonly hosts: MailHosts;
  /** As configured at the start: all up, all with 100 vhosts. */
  readonly initialHosts: MailHosts;
  readonly userHash: UserHash;
  readonly requests: Requests;
  readonly moves: Moves;
  readonly kicks: Kicks;
  readonly resets: HostReset[];
  readonly admin: AdminWaits;
  readonly relearn: Relearn;
  readonly health: Health;
  /** Addresses that directors may come from besides those we know. */
  readonly isAllowedPeer: (ip: IpAddress) => boolean;
  /** Users of the run before that are not entered yet. */
  restoring: Restoring | undefined;
  effects: Effect[];
  /** Something changed that logins or resets may have been waiting for: call `continueWaiting`. */
  isChanged: boolean;
  nextId: number;
  /** Seconds by which the machine's clock has run away from the core's time since the start. */
  clockAhead: number;
};

export type DirectorStart = {
  readonly settings: DirectorSettings;
  readonly self: DirectorHost;
  /** The other directors; none: this one serves alone. */
  readonly others: readonly DirectorHost[];
  readonly mailHosts: readonly NewMailHost[];
  /** Login processes outlived the one before. */
  readonly isRestart: boolean;
  readonly now: number;
  /** `%{hostname}`, `%{env:NAME}` and the like in `director_username_hash`. */
  readonly hostVariable: Variables;
  /** 32 random bits. */
  readonly seed: number;
};

export const startDirector = (start: DirectorStart): Director => {
  const { settings, self, others, mailHosts, isRestart, hostVariable, now, seed } = start;
  const options = { md5Start, expireSeconds: settings.director_user_expire, seed };
  const hosts = createMailHosts(options);
  const initialHosts = createMailHosts(options);
  for (const host of mailHosts) {
    hosts.add(host);
    initialHosts.add(host);
  }
  return {
    settings,
    ring: createRing(self, others, now),
    hosts,
    initialHosts,
    userHash: createUserHash(settings.director_username_hash, { digests, host: hostVariable, md5Start }),
    requests: createRequests(),
    moves: createMoves(settings.director_user_kick_delay),
    kicks: createKicks(),
    resets: [],
    admin: createAdminWaits(),
    relearn: createRelearn(isRestart, now),
    health: createHealth(),
    isAllowedPeer: parseAllowNets(settings.homing_director_allow_nets).isAllowed,
    restoring: undefined,
    effects: [],
    isChanged: false,
    nextId: 1,
    clockAhead: 0,
  };
};
