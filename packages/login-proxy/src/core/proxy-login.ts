/**
 * The seam between the client side of a login (`client/`: greeting, commands, SASL, replies) and the backend side
 * (`backend/`: connect, TLS, log in as the user). The client side hands over what the auth server's OK said; the backend
 * side answers with an open, logged-in stream, or with a `ProxyError` that the client side turns into its reply.
 */
import type { Duplex } from 'node:stream';
import type { Log, LogFields } from '@homing/io';
import type { ByteString } from '@homing/wire';

/**
 * `client_auth_result`'s view of what went wrong; Dovecot's failure types (login-proxy.h). Closed list; `docs/errors.md`
 * explains each.
 */
export const PROXY_ERROR_CODES = [
  'connect',
  'internal',
  'internal-config',
  'remote',
  'remote-config',
  'protocol',
  'auth',
  'auth-tempfail',
] as const;
export type ProxyErrorCode = (typeof PROXY_ERROR_CODES)[number];

export class ProxyError extends Error {
  readonly code: ProxyErrorCode;
  /**
   * For `auth` and `auth-tempfail`: the backend's own reply text without tag, `NO` or `-ERR`, which the client may see:
   * `[LIMIT] too many`. Undefined: the client gets our own text for a wrong password.
   */
  readonly reply: ByteString | undefined;
  /** For `auth`: where the client is to go itself, which it is told instead. */
  readonly referral: ClientReferral | undefined;

  constructor(code: ProxyErrorCode, message: string, reply?: ByteString, referral?: ClientReferral) {
    super(message);
    this.name = 'ProxyError';
    this.code = code;
    this.reply = reply;
    this.referral = referral;
  }
}

/** `port` undefined: the protocol's own. */
export type ClientReferral = {
  readonly host: ByteString;
  readonly port: number | undefined;
  readonly user: ByteString;
};

/** An address pair as the client sees it. */
export type Endpoints = { readonly lip: string; readonly rip: string; readonly lport: number; readonly rport: number };

/** What hops of Dovecot 2.4 say about their clients beyond what those of 2.3 say. It travels on as it came. */
export type HopFacts = {
  /** The client's TLS server name. */
  readonly name: ByteString | undefined;
  /** Whether the client's own connection has TLS. */
  readonly transport: 'TLS' | 'insecure' | undefined;
  /** POP3: what the client connected to was told. (IMAP hops of both versions tell it.) */
  readonly destination: boolean;
};

/** What the auth server hears when a backend sends a user elsewhere and it wants to be asked (`proxy_redirect_reauth`). */
export type Redirection = {
  /** `host:port`, as the backend named it. */
  readonly next: ByteString;
  /** `ip:port` of the backends so far, first the one that redirects. */
  readonly attempts: readonly ByteString[];
  readonly destuser: ByteString;
  readonly timeoutMs: number;
};

/** `failed`: the text is for the log. */
export type Reauthenticated =
  | { readonly to: 'proxy'; readonly fields: ReadonlyMap<ByteString, ByteString> }
  | { readonly to: 'refer'; readonly referral: ClientReferral }
  | { readonly to: 'failed'; readonly text: string };

/** Everything the backend leg tells the next hop, and its log lines, about the client. */
export type ClientContext = {
  readonly protocol: 'imap' | 'pop3';
  readonly session: string;
  /** As forwarded by a trusted hop, else the socket's own. */
  readonly endpoints: Endpoints;
  readonly secured: boolean;
  readonly tls: boolean;
  readonly localName: string | undefined;
  /** `x-proxy-ttl` / XCLIENT TTL received from a trusted hop. */
  readonly ttl: number | undefined;
  readonly hop: HopFacts;
  /** `key=value` pairs a trusted hop forwarded. The next hop gets those that auth returns as `forward_key`. */
  readonly forwardFields: ReadonlyMap<ByteString, ByteString>;
  /** The name the client logged in with (`user=` of the OK) and the SASL mechanism it used. */
  readonly user: ByteString;
  readonly mechanism: string;
  /** The client's own password or token, when the mechanism showed it. */
  readonly password: ByteString | undefined;
  /** IMAP ID parameters to pass on (`imap_id_retain`). */
  readonly clientId: ByteString | undefined;
  /** IMAP: the client asked for CAPABILITY (after STARTTLS, if there was one), so it ignores the code in our replies. */
  readonly sentCapability: boolean;
  /** Unix milliseconds at which the client connected; `duration=` of backend failures counts from it. */
  readonly connectedAt: number;
  /** Lines about this login. What is written through it gets `login_log_format` and the elements of this client. */
  readonly log: Log;
  /** IMAP: passes an untagged line of the backend (without CRLF) to the client while the login still runs. */
  forward(line: ByteString): void;
  /** Asks the auth server where a redirected user really has to go. Never rejects; aborting the signal ends it. */
  reauthenticate(redirection: Redirection, signal: AbortSignal): Promise<Reauthenticated>;
  /** Closes the client without a reply and logs `reason`: an administrator's kick while the login still runs. */
  disconnect(reason: string): void;
};

/** A backend connection past its login. */
export type ProxiedSession = {
  readonly stream: Duplex;
  /** `ip:port` as Dovecot logs it. */
  readonly destination: string;
  readonly host: string;
  readonly ip: string;
  readonly port: number;
  /** Where the auth reply had sent it: another `ip` if a backend sent it on. */
  readonly chosenIp: string;
  readonly destuser: ByteString;
  /** IMAP: the backend's capability list, if it told one: see `imapLoginReply`. */
  readonly capability: ByteString | undefined;
  /** `user_*` of the OK: other names by which administrators list and kick this session. */
  readonly altUsernames: ReadonlyMap<ByteString, ByteString>;
  /** What every event of this session carries (`dest_ip`, `dest_port`, `source_port`, ...). */
  readonly eventFields: LogFields;
  /** Unix milliseconds at which the first connect began. */
  readonly startedAt: number;
  /** The backend's success reply without tag or `+OK` and without CRLF: `[CAPABILITY ...] Logged in`. */
  readonly reply: ByteString;
  /** Bytes the backend sent after that reply; they go to the client first. */
  readonly rest: ByteString;
  /** `proxy_refresh` in seconds; 0 = no notify. */
  readonly refreshSeconds: number;
  /** How many bytes the login dialogue wrote to the backend (Dovecot counts them in `in=`). */
  readonly bytesSent: number;
};

/**
 * `fields`: all of the OK reply in order (`proxy`, `host`, `pass`, ...). Rejects with `ProxyError` only. Aborting the
 * signal (the client went away) closes the backend connection.
 */
export type ProxyLogin = (
  fields: ReadonlyMap<ByteString, ByteString>,
  client: ClientContext,
  signal: AbortSignal,
) => Promise<ProxiedSession>;

/** A client past its login. Nothing else may read from or write to its stream any more. */
export type RelayedClient = {
  readonly stream: Duplex;
  /** Bytes read from the client that its login did not use; the backend gets them first. */
  readonly rest: ByteString;
  /** How many bytes were written to the client so far, greeting and login reply included (Dovecot counts them in `out=`). */
  readonly bytesSent: number;
};

/**
 * Copies both ways until either side ends, then closes both. The client side has written its success reply;
 * `session.rest` is left to the relay. Resolves when both streams are closed, never rejects.
 */
export type Relay = (client: RelayedClient, session: ProxiedSession, context: ClientContext) => Promise<void>;
