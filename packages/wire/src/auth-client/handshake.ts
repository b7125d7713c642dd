/**
 * The hellos of the auth-client protocol. Unlike Dovecot's other protocols VERSION carries no service name.
 *
 *     S: VERSION 1 <minor>, MECH <name> <flag>..., SPID <pid>, CUID <n>, COOKIE <32 hex>, DONE
 *     C: VERSION 1 <minor>, CPID <pid>
 *
 * Master and userdb sockets: S: VERSION, SPID. C: VERSION.
 */
import type { ByteString } from '../line/bytes.ts';
import { WireError } from '../line/errors.ts';
import { splitTabs } from '../line/escape.ts';
import { parseUint32 } from '../line/number.ts';

/** Both 2.3 and 2.4 peers accept it; they compare the major number alone. */
export const AUTH_MAJOR = 1;
export const AUTH_MINOR = 4;

/** What a client's announced minor version lets the server do. */
export type AuthPeerFeatures = {
  /** An empty `resp=` is an empty response; before 1.2 (Exim) it means none. */
  readonly emptyResponse: boolean;
  /** Names the service `protocol=` (2.4). A 2.3 server knows `service=` alone and drops whoever does not say it. */
  readonly protocolKey: boolean;
  /** May be offered mechanisms that bind to the TLS channel, and parameters in CONT (2.4). */
  readonly channelBinding: boolean;
  /** As a mail process: takes `local_name` in a reply to REQUEST (2.4); for 2.3 it would be a mail setting. */
  readonly localName: boolean;
  /** Wants `CANCELLED` in reply to every CANCEL (2.4.4). Older clients take the word for garbage. */
  readonly cancelled: boolean;
};

export const authPeerFeatures = (minor: number): AuthPeerFeatures => ({
  emptyResponse: minor >= 2,
  protocolKey: minor >= 3,
  channelBinding: minor >= 3,
  localName: minor >= 3,
  cancelled: minor >= 4,
});

/** SASL mechanism flags (mech.h); a login process hides `private` and, without TLS, `plaintext` ones. */
export type MechFlag =
  | 'private'
  | 'anonymous'
  | 'plaintext'
  | 'dictionary'
  | 'active'
  | 'forward-secrecy'
  | 'mutual-auth'
  | 'channel-binding';

export type Mech = { readonly name: string; readonly flags: readonly ByteString[] };

export type AuthServerHello = {
  readonly minor: number;
  readonly mechs: readonly Mech[];
  /** Of the server process; the same on its login and master sockets. */
  readonly spid: number;
  /** Number of this connection. */
  readonly cuid: number;
  /** 32 lower-case hex digits: proof of possession for REQUEST. */
  readonly cookie: string;
};

export type AuthServerHelloLine =
  | { cmd: 'VERSION'; major: number; minor: number }
  | { cmd: 'MECH'; mech: Mech }
  | { cmd: 'SPID' | 'CUID'; value: number }
  | { cmd: 'COOKIE'; cookie: ByteString }
  | { cmd: 'DONE' };

export type AuthClientHelloLine = { cmd: 'VERSION'; major: number; minor: number } | { cmd: 'CPID'; pid: number };

export const encodeAuthVersion = (minor: number = AUTH_MINOR): ByteString => `VERSION\t${AUTH_MAJOR}\t${minor}\n`;

export const encodeAuthServerHello = (hello: AuthServerHello): ByteString => {
  const mechs = hello.mechs.map(({ name, flags }) => `${['MECH', name, ...flags].join('\t')}\n`).join('');
  const ids = `SPID\t${hello.spid}\nCUID\t${hello.cuid}\nCOOKIE\t${hello.cookie}\n`;
  return `${encodeAuthVersion(hello.minor)}${mechs}${ids}DONE\n`;
};

export const encodeAuthClientHello = (hello: { minor: number; pid: number }): ByteString =>
  `${encodeAuthVersion(hello.minor)}CPID\t${hello.pid}\n`;

/** The whole hello of a master or userdb socket. A CUID line would make clients report the wrong socket type. */
export const encodeAuthMasterHello = (hello: { minor: number; spid: number }): ByteString =>
  `${encodeAuthVersion(hello.minor)}SPID\t${hello.spid}\n`;

/** Both numbers must be there (client-type sockets). */
export const parseAuthVersion = (line: ByteString): { major: number; minor: number } => {
  const [word, major, minor] = splitTabs(line);
  const numbers = [parseUint32(major), parseUint32(minor)] as const;
  if (word !== 'VERSION' || numbers[0] === undefined || numbers[1] === undefined) {
    throw new WireError('bad-version', 'invalid VERSION line');
  }
  return { major: numbers[0], minor: numbers[1] };
};

/** The minor number may be missing: master sockets look at the major alone. */
export const parseAuthMasterVersion = (line: ByteString): { major: number; minor: number } => {
  const [word, major, minor] = splitTabs(line);
  const parsed = parseUint32(major);
  if (word !== 'VERSION' || parsed === undefined) throw new WireError('bad-version', 'invalid VERSION line');
  return { major: parsed, minor: parseUint32(minor) ?? 0 };
};

/** Undefined for PID 0 or garbage. The line must begin with `CPID`. */
export const parseCpid = (line: ByteString): number | undefined => {
  const pid = line.startsWith('CPID\t') ? parseUint32(line.slice('CPID\t'.length)) : undefined;
  return pid === 0 ? undefined : pid;
};

/** One line of a server's hello, for the client side. */
export const parseAuthServerHelloLine = (line: ByteString): AuthServerHelloLine => {
  const [word, first, ...rest] = splitTabs(line);
  switch (word) {
    case 'VERSION':
      return { cmd: 'VERSION', ...parseAuthVersion(line) };
    case 'MECH':
      if (first === undefined || first === '') throw new WireError('bad-line', 'MECH without a name');
      return { cmd: 'MECH', mech: { name: first, flags: rest } };
    case 'SPID':
    case 'CUID': {
      const value = parseUint32(first);
      if (value === undefined) throw new WireError('bad-number', `${word} is not a number`);
      return { cmd: word, value };
    }
    case 'COOKIE':
      if (first === undefined || first === '') throw new WireError('bad-line', 'COOKIE without a value');
      return { cmd: 'COOKIE', cookie: first };
    case 'DONE':
      return { cmd: 'DONE' };
    default:
      throw new WireError('bad-line', 'unknown handshake');
  }
};
