/**
 * The seam between the client side of a login (`client/`: greeting, commands, SASL, replies) and the backend side
 * (`backend/`: connect, TLS, log in as the user). The client side hands over what the auth server's OK said; the backend
 * side answers with an open, logged-in stream, or with a `ProxyError` that the client side turns into its reply.
 */
import type { Duplex } from 'node:stream';
import type { ByteString } from '@homing/wire';

/** `client_auth_result`'s view of what went wrong; Dovecot's failure types (login-proxy.h). */
export type ProxyErrorCode =
  | 'connect'
  | 'internal'
  | 'internal-config'
  | 'remote'
  | 'remote-config'
  | 'protocol'
  | 'auth'
  | 'auth-tempfail';

export class ProxyError extends Error {
  readonly code: ProxyErrorCode;
  /** For `auth`: the backend's own reply text without tag or `-ERR`, which the client may see. */
  readonly reply: ByteString | undefined;

  constructor(code: ProxyErrorCode, message: string, reply?: ByteString) {
    super(message);
    this.name = 'ProxyError';
    this.code = code;
    this.reply = reply;
  }
}

/** An address pair as the client sees it. */
export type Endpoints = { readonly lip: string; readonly rip: string; readonly lport: number; readonly rport: number };

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
  /** `key=value` pairs a trusted hop forwarded. */
  readonly forwardFields: ReadonlyMap<ByteString, ByteString>;
  /** The name the client logged in with (`user=` of the OK) and the SASL mechanism it used. */
  readonly user: ByteString;
  readonly mechanism: string;
  /** The client's own password or token, when the mechanism showed it. */
  readonly password: ByteString | undefined;
  /** IMAP ID parameters to pass on (`imap_id_retain`). */
  readonly clientId: ByteString | undefined;
};

/** A backend connection past its login. */
export type ProxiedSession = {
  readonly stream: Duplex;
  /** `host:port` as Dovecot logs it. */
  readonly destination: string;
  readonly host: string;
  readonly destuser: ByteString;
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
