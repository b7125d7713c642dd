/**
 * One authentication or lookup while it runs: who asks, what the mechanism and the databases found out so far. Owned by
 * one request; the chains, the fields and the mechanisms change it in place (auth-request.h).
 */
import { type ByteString, type LocalEnd, type ParamPlaces, parseRequestInfo, type RequestInfo } from '@homing/wire';
import type { Auth, PassdbLink, UserdbLink } from '../chain/auth.ts';
import { createFields, type Fields, keepFields, setField } from '../fields/fields.ts';
import type { Secret } from './secret.ts';

/** What a passdb, and then the whole chain, said (passdb.h). */
export type PassdbResult =
  | 'ok'
  | 'next'
  | 'internal-failure'
  | 'scheme-not-available'
  | 'user-unknown'
  | 'user-disabled'
  | 'pass-expired'
  | 'password-mismatch';

export type UserdbResult = 'ok' | 'user-unknown' | 'internal-failure';

export type AuthRequest = {
  /** What the client or master calls it; a REQUEST gives a login a new one. */
  id: number;
  /** The same as replies spell it. */
  idText: ByteString;
  readonly auth: Auth;
  /** What the peer said about the connection; `infoOf()` reads it when somebody asks, which few logins do. */
  info: RequestInfo | UnreadInfo;
  /** Upper case; '' for a lookup without a mechanism. */
  readonly mechanism: string;
  /** True where no mail process will ask for this login: `pass` and proxy decisions are left out. */
  readonly authOnly: boolean;
  /** CPID of the login process; 0 for authentication-only sockets and lookups. */
  readonly clientPid: number;

  user: ByteString | undefined;
  /** The name as given, a master login's part before the separator taken off. */
  originalUser: ByteString | undefined;
  /** The name after `auth_username_format`, before any database changed it. */
  translatedUser: ByteString | undefined;
  /** Whom a master user wants to be; cleared when the master passdbs agreed. */
  loginUser: ByteString | undefined;
  masterUser: ByteString | undefined;
  /** `user` came from a client certificate and stands above what the mechanism says. */
  hasCertUser: boolean;
  password: Secret | undefined;
  sessionPid: number | undefined;

  readonly passdbFields: Fields;
  /** Undefined until a userdb, or a passdb's `userdb_*` field, makes it. */
  userdbFields: Fields | undefined;
  prefetched: boolean;
  keptPrefetched: boolean;

  /** The database asked now or last, for the log; the chain goes on from it. */
  passdb: PassdbLink | undefined;
  userdb: UserdbLink | undefined;
  lookup: 'passdb' | 'userdb';
  /** `passdb_success`: some rule said yes. */
  success: boolean;
  /** The password is checked; later passdbs only add fields. */
  verified: boolean;
  /** Something inside a passdb that said yes said no (`allow_nets`). */
  failed: boolean;
  sawInternalFailure: boolean;
  sawUserUnknown: boolean;
  result: PassdbResult;
  /** Becomes `code=temp_fail`. */
  internalFailure: boolean;
  /** Authentication succeeded; REQUEST may fetch it. */
  successful: boolean;
  userdbSuccess: boolean;
  userdbSawInternalFailure: boolean;
  userdbTempfail: boolean;
  /** Unix seconds until which a success has to wait; 0 for none. */
  delayUntil: number;
};

/** A parameter list as it came. */
export type UnreadInfo = { readonly text: ByteString; readonly places: ParamPlaces };

export type RequestOrigin = Pick<AuthRequest, 'id' | 'auth' | 'info' | 'mechanism' | 'authOnly' | 'clientPid'> & {
  readonly idText?: ByteString;
};

export const createAuthRequest = (origin: RequestOrigin): AuthRequest => {
  const request: AuthRequest = {
    id: origin.id,
    idText: origin.idText ?? String(origin.id),
    auth: origin.auth,
    info: origin.info,
    mechanism: origin.mechanism,
    authOnly: origin.authOnly,
    clientPid: origin.clientPid,
    user: undefined,
    originalUser: undefined,
    translatedUser: undefined,
    loginUser: undefined,
    masterUser: undefined,
    hasCertUser: false,
    password: undefined,
    sessionPid: undefined,
    passdbFields: createFields(),
    userdbFields: undefined,
    prefetched: false,
    keptPrefetched: false,
    passdb: origin.auth.passdbs,
    userdb: origin.auth.userdbs,
    lookup: 'passdb',
    success: false,
    verified: false,
    failed: false,
    sawInternalFailure: false,
    sawUserUnknown: false,
    result: 'user-unknown',
    internalFailure: false,
    successful: false,
    userdbSuccess: false,
    userdbSawInternalFailure: false,
    userdbTempfail: false,
    delayUntil: 0,
  };
  if (!('places' in origin.info) || origin.info.places.hasForwardFields) importForwardFields(request);
  return request;
};

/** Where the client came to, which every login without a `host` is told. */
export const localEnd = ({ info, auth }: AuthRequest): LocalEnd =>
  'places' in info ? auth.readLocalEnd(info.text, info.places) : info;

export const infoOf = (request: AuthRequest): RequestInfo => {
  const { info } = request;
  if (!('places' in info)) return info;
  const read = parseRequestInfo(info.text);
  request.info = read;
  return read;
};

/**
 * Every forwarded token gets the prefix, bare words too, so that none of them can become a field of another meaning
 * (CVE-2026-42008). They are kept at once: a failing passdb does not take them back.
 */
const importForwardFields = (request: AuthRequest): void => {
  const { forwardFields } = infoOf(request);
  if (forwardFields.length === 0) return;
  const { passdbFields } = request;
  for (const field of forwardFields) {
    const eq = field.indexOf('=');
    const key = eq === -1 ? field : field.slice(0, eq);
    if (key === '' || /[\0-\x1f\x7f]/.test(key)) continue;
    setField(passdbFields, `forward_${key}`, eq === -1 ? '' : field.slice(eq + 1));
  }
  keepFields(passdbFields);
};
