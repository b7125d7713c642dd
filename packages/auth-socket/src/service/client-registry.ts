/** The client-type connections: CUIDs, who holds which CPID, and who has requests that may time out. */
import type { ClientRequests } from './client-requests.ts';

/** A login-type connection past its handshake, as REQUEST finds it. */
export type LoginConnection = { readonly pid: number; readonly cookie: string; readonly requests: ClientRequests };

export type ClientRegistry = {
  /** Counts from 1. */
  readonly nextCuid: () => number;
  /** False if a live connection has this pid. */
  readonly addLogin: (connection: LoginConnection) => boolean;
  readonly removeLogin: (connection: LoginConnection) => void;
  readonly findLogin: (pid: number) => LoginConnection | undefined;
  readonly watch: (requests: ClientRequests) => void;
  readonly unwatch: (requests: ClientRequests) => void;
  /** Drops what has been idle for too long. */
  readonly expire: (now: number) => void;
};

export const createClientRegistry = (): ClientRegistry => {
  let cuid = 0;
  const logins = new Map<number, LoginConnection>();
  const watched = new Set<ClientRequests>();
  return {
    nextCuid: () => ++cuid,
    addLogin(connection) {
      if (logins.has(connection.pid)) return false;
      logins.set(connection.pid, connection);
      return true;
    },
    removeLogin(connection) {
      if (logins.get(connection.pid) === connection) logins.delete(connection.pid);
    },
    findLogin: (pid) => logins.get(pid),
    watch: (requests) => void watched.add(requests),
    unwatch: (requests) => void watched.delete(requests),
    expire(now) {
      for (const requests of watched) requests.expire(now);
    },
  };
};
