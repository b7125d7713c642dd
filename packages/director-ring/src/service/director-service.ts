/** The director's sockets. */
import type { ProtocolFactory } from '@homing/io';

export type DirectorService = AsyncDisposable & {
  /** `login/director`: the auth client protocol, completed with `host`. */
  readonly acceptAuth: ProtocolFactory;
  /** `director-userdb`: the auth master protocol, PASS completed. */
  readonly acceptUserdb: ProtocolFactory;
  /** `director-authreply`: completes OK lines of somebody else's auth server. */
  readonly acceptAuthreply: ProtocolFactory;
  /** `director-admin`, `director-doveadm`. */
  readonly acceptAdmin: ProtocolFactory;
  /** `login/proxy-notify`, fifo or socket. */
  readonly acceptNotify: ProtocolFactory;
  /** Of `process title`: users, delayed requests, moves and kicks at work, logins answered since the start. */
  status(): DirectorStatus;
};

export type DirectorStatus = {
  readonly users: number;
  readonly delayed: number;
  readonly moving: number;
  readonly kicking: number;
  readonly requests: number;
};
