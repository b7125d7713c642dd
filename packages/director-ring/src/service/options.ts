/** What the director is made of: everything that touches the world comes in here. */
import type { Connect, Log } from '@homing/io';

/** The part of the settings that a director reads. Names and units are Dovecot's: times in seconds. */
export type DirectorSettings = {
  readonly director_servers: string;
  readonly director_mail_servers: string;
  readonly director_username_hash: string;
  readonly director_user_expire: number;
  readonly director_user_kick_delay: number;
  readonly director_flush_socket: string;
  readonly director_max_parallel_moves: number;
  readonly director_max_parallel_kicks: number;
  readonly auth_master_user_separator: string;
};

export type DirectorOptions = {
  readonly settings: DirectorSettings;
  readonly log: Log;
  /** The auth server's `auth-login` and `auth-userdb` sockets: one connection for each connection of ours. */
  readonly connectAuth: { readonly login: Connect; readonly userdb: Connect };
  /** The `ipc` socket, for kicks. */
  readonly connectIpc: Connect;
  /** Addresses of a host name, canonical or not; rejects if there are none. */
  readonly resolve: (hostname: string) => Promise<readonly string[]>;
  /** Opens the flush script's socket: `unix:path` (relative to `base_dir`), `tcp:host:port`; `exec:` gets its program. */
  readonly openFlush: (target: FlushTarget) => Connect;
  /** Unix milliseconds. */
  readonly now: () => number;
};

export type FlushTarget =
  | { scheme: 'unix'; path: string }
  | { scheme: 'tcp'; host: string; port: number }
  | { scheme: 'exec'; program: string; args: readonly string[] };
