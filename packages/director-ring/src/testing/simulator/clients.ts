/**
 * People who log in through any director, stay for a while on the mail host they are given, and come again when they are
 * kicked. As long as a session lasts, its login process tells the director so every half of `director_user_expire`.
 */
import type { IpAddress } from '@homing/wire';
import type { Kick } from '../../core/effect.ts';
import type { EventQueue } from './event-queue.ts';
import type { MailUser } from './users.ts';

export type Session = {
  readonly user: MailUser;
  readonly ip: IpAddress;
  /** The director it came through. */
  readonly member: string;
  readonly since: number;
  readonly seconds: number;
};

export type Clients = {
  start(session: Omit<Session, 'since'>): void;
  /** Of the login processes of one director. Returns how many sessions it ended. */
  kick(member: string, kick: Kick): number;
  /** The machine is gone. */
  dropMember(member: string): void;
  of(user: MailUser): ReadonlySet<Session>;
  all(): Iterable<Session>;
  count(): number;
};

export type ClientsOptions = {
  readonly queue: EventQueue;
  readonly refreshSeconds: number;
  /** A login process tells its director that the user is still there. */
  refresh(session: Session): void;
  started(session: Session): void;
  kicked(session: Session): void;
};

const NOBODY: ReadonlySet<Session> = new Set();

export const createClients = (options: ClientsOptions): Clients => {
  const { queue, refreshSeconds } = options;
  const sessions = new Set<Session>();
  const byUser = new Map<MailUser, Set<Session>>();

  const end = (session: Session): boolean => {
    byUser.get(session.user)?.delete(session);
    return sessions.delete(session);
  };
  const keepRefreshing = (session: Session): void => {
    queue.after(refreshSeconds * 1000, () => {
      if (!sessions.has(session)) return;
      options.refresh(session);
      keepRefreshing(session);
    });
  };
  return {
    start(request) {
      const session = { ...request, since: queue.now() };
      sessions.add(session);
      const ofUser = byUser.get(session.user) ?? new Set();
      byUser.set(session.user, ofUser.add(session));
      keepRefreshing(session);
      queue.after(session.seconds * 1000, () => end(session));
      options.started(session);
    },
    kick(member, kick) {
      let count = 0;
      for (const session of sessions) {
        if (session.member !== member || !isMeant(session, kick)) continue;
        end(session);
        count++;
        options.kicked(session);
      }
      return count;
    },
    dropMember(member) {
      for (const session of sessions) if (session.member === member) end(session);
    },
    of: (user) => byUser.get(user) ?? NOBODY,
    all: () => sessions,
    count: () => sessions.size,
  };
};

const isMeant = ({ user, ip }: Session, kick: Kick): boolean => {
  switch (kick.cmd) {
    case 'KICK':
      return kick.users.includes(user.name);
    case 'KICK-ALT':
      return false;
    default:
      return user.hash === kick.hash && ip !== kick.exceptIp;
  }
};
