/**
 * A client from accept to the end of its login, as data.
 *
 *     greeting ──auth ready──▶ command ◀──────────────── failed ───────────────┐
 *                               │  ▲ │                                         │
 *                    STARTTLS ──┘  │ └─ LOGIN, AUTHENTICATE ─▶ authenticating ─┼─ OK ─▶ proxying ─▶ relayed
 *                       ▼          │                            ▲    │         │
 *                    handshake ────┘                            └CONT┘
 *
 * `closed` follows from everywhere. Mirrors struct client (login-common/client-common.h).
 */
import type { ByteString } from '@homing/wire';
import type { Endpoints, HopFacts } from '../proxy-login.ts';
import { NO_HOP } from './hop.ts';
import { createSessionId } from './session-id.ts';

export type Phase =
  /** Nothing is sent before the auth server has told its mechanisms. */
  | { readonly at: 'greeting' | 'command' | 'handshake' | 'relayed' | 'closed' }
  /** A command came while there is no auth server; it is read when there is one. */
  | { readonly at: 'blocked'; readonly greeted: boolean }
  /** `turn`: who has to say something next. `password`: what the client showed, for backends. */
  | { readonly at: 'authenticating'; readonly turn: 'server' | 'client' }
  | { readonly at: 'proxying' };

/** What the TLS handshake told. */
export type TlsFacts = {
  /** `TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)` */
  readonly security: string;
  readonly certificate: 'none' | 'valid' | 'invalid';
  /** `ssl_cert_username_field` of a valid certificate. */
  readonly username: ByteString | undefined;
};

export type ClientTls =
  | { readonly tls: 'off' }
  | { readonly tls: 'handshaking'; readonly error?: string }
  | { readonly tls: 'on'; readonly facts: TlsFacts };

/** What a PROXY header said. */
export type HaproxyFacts = {
  readonly tls: boolean;
  readonly localName: ByteString | undefined;
  readonly certName: ByteString | undefined;
};

export type FailCode =
  | 'none'
  | 'authz-failed'
  | 'temp-fail'
  | 'user-disabled'
  | 'pass-expired'
  | 'invalid-base64'
  | 'login-disabled'
  | 'mech-invalid'
  | 'mech-ssl-required'
  | 'anonymous-denied';

/** Why a login ended without success, for the log. */
export type Attempts = {
  readonly count: number;
  readonly successes: number;
  /** Unix milliseconds of the first one that reached the auth server or a mechanism check. */
  readonly firstAt: number | undefined;
  readonly lastFail: FailCode;
  readonly aborted: boolean;
  /** A challenge is out that got no usable response; `*` is none. */
  readonly challenged: boolean;
  readonly authLost: boolean;
  readonly backendRefused: boolean;
};

export type LoginName = {
  readonly user: ByteString | undefined;
  readonly originalUser: ByteString | undefined;
  readonly authUser: ByteString | undefined;
};

export type ClientState = {
  readonly phase: Phase;
  /** As a trusted hop forwarded them, else `real`. */
  readonly endpoints: Endpoints;
  /** Of the TCP connection itself. */
  readonly real: Endpoints;
  /** Fixed at accept: what a trusted hop says about the client does not change whom we trust. */
  readonly trusted: boolean;
  readonly secured: boolean;
  readonly tls: ClientTls;
  /** STARTTLS or STLS was used. */
  readonly startedTls: boolean;
  readonly haproxy: HaproxyFacts | undefined;
  readonly localName: ByteString | undefined;
  /** Unix milliseconds. */
  readonly connectedAt: number;
  /** Our own; a trusted hop may say another one. */
  readonly session: string;
  readonly ttl: number | undefined;
  readonly hop: HopFacts;
  /** `key=value` or `key`. */
  readonly forwardFields: readonly ByteString[];
  /** IMAP: the client's own ID parameters, quoted (`imap_id_retain`). */
  readonly clientId: ByteString | undefined;
  readonly idSeen: boolean;
  /** IMAP: of the command being answered. */
  readonly tag: ByteString;
  readonly sentCapability: boolean;
  readonly badCommands: number;
  /** POP3: the argument of USER. */
  readonly pop3User: ByteString | undefined;
  readonly apop: ApopChallenge | undefined;
  readonly name: LoginName;
  /** In upper case, of the last attempt. */
  readonly mechanism: ByteString | undefined;
  /** Fields of the last OK, for `%{passdb:...}`. */
  readonly passdbFields: ReadonlyMap<ByteString, ByteString>;
  readonly attempts: Attempts;
};

/** The challenge in a POP3 greeting is good for the auth connection it was made for. */
export type ApopChallenge = { readonly text: string; readonly spid: number; readonly cuid: number };

export type Accepted = {
  readonly endpoints: Endpoints;
  readonly real: Endpoints;
  readonly trusted: boolean;
  readonly secured: boolean;
  readonly tls: boolean;
  readonly haproxy: HaproxyFacts | undefined;
  readonly connectedAt: number;
};

export const createClientState = (accepted: Accepted): ClientState => ({
  phase: { at: 'greeting' },
  endpoints: accepted.endpoints,
  real: accepted.real,
  trusted: accepted.trusted,
  secured: accepted.secured || accepted.tls,
  tls: { tls: accepted.tls ? 'handshaking' : 'off' },
  startedTls: false,
  haproxy: accepted.haproxy,
  localName: accepted.haproxy?.localName,
  connectedAt: accepted.connectedAt,
  session: createSessionId(accepted.connectedAt, accepted.real.rip, accepted.real.rport),
  ttl: undefined,
  hop: NO_HOP,
  forwardFields: [],
  clientId: undefined,
  idSeen: false,
  tag: '*',
  sentCapability: false,
  badCommands: 0,
  pop3User: undefined,
  apop: undefined,
  name: { user: undefined, originalUser: undefined, authUser: undefined },
  mechanism: undefined,
  passdbFields: new Map(),
  attempts: {
    count: 0,
    successes: 0,
    firstAt: undefined,
    lastFail: 'none',
    aborted: false,
    challenged: false,
    authLost: false,
    backendRefused: false,
  },
});
