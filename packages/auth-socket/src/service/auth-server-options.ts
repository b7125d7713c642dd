/** What the auth server is given, and its door. */
import type { Log, ProtocolFactory } from '@homing/io';
import type { ByteString } from '@homing/wire';
import type { DriverSettings, UserdbSettings } from '../core/passdb/driver-deps.ts';
import type { Passdb, Userdb } from '../core/passdb/passdb.ts';
import type { VerifyPassword } from '../core/scheme/verdict.ts';
import type { AuthServiceSettings } from '../core/settings.ts';

/** The configuration as the server reads it; replaced whole by `reload`. */
export type AuthConfig = {
  /** Protocols that may have settings of their own (`imap`, `pop3`, ...); every other name has those of ''. */
  readonly protocols: readonly string[];
  readonly settingsFor: (protocol: string) => AuthServiceSettings;
};

/** Makes drivers; blocks with the same driver and arguments may share what they open. Throws DriverError. */
export type Drivers = {
  readonly passdb: (settings: DriverSettings) => Passdb;
  readonly userdb: (settings: UserdbSettings) => Userdb;
};

/** The host around the server. */
export type AuthHost = {
  /** Server id, the process id as Dovecot has it: one value for the life of the process, another after a restart. */
  readonly spid: number;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Cryptographically random bytes. */
  readonly randomBytes: (count: number) => ByteString;
  /** Addresses of a host name. Rejects with the resolver's words (`Name or service not known`) or on timeout. */
  readonly resolveHost: (name: string, timeoutMs: number) => Promise<readonly string[]>;
  /** Numbers of system users and groups, and back; undefined where there is none. */
  readonly uidOf: (name: string) => number | undefined;
  readonly gidOf: (name: string) => number | undefined;
  readonly userName: (uid: number) => string | undefined;
  /** Owner of a file; throws the system's error. */
  readonly ownerOf: (path: string) => { readonly uid: number; readonly gid: number };
  /** `%{hostname}` and `%{env:NAME}`. */
  readonly hostname: string;
  readonly env: (name: string) => string | undefined;
  /** 32 bytes of `<base_dir>/auth-token-secret.dat`. */
  readonly tokenSecret: ByteString;
};

export type AuthServerOptions = {
  readonly config: AuthConfig;
  readonly drivers: Drivers;
  readonly verifyPassword: VerifyPassword;
  readonly host: AuthHost;
  /** Its service name is `auth`. */
  readonly log: Log;
};

/** A listener's socket file as it was when it was bound; `mode` may hold the file type's bits. */
export type SocketFile = { readonly path: string; readonly mode: number; readonly uid: number; readonly gid: number };

export type AuthSocketType = 'login' | 'client' | 'master' | 'userdb';

export type AuthServer = {
  /**
   * Makes the server side of one connection. `file` is undefined for TCP and in-process listeners; on `userdb` it decides
   * what the peer may look up.
   */
  readonly serve: (type: AuthSocketType, file: SocketFile | undefined) => ProtocolFactory;
  /** Takes a new configuration for all requests from now on. Throws, and changes nothing, if it is not valid. */
  readonly reload: (config: AuthConfig) => Promise<void>;
} & AsyncDisposable;
