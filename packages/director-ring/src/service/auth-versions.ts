/**
 * A login process and an auth server of different series, with us between them. Each side's first line says which it is.
 *
 *     client 2.3 (minor < 3)              its bytes pass unread; no CANCELLED, no channel binding
 *     client 2.3, server 2.4 (minor >= 3) the same; `proxy` for `proxy=`
 *     client 2.4, server 2.4              its bytes pass unread
 *     client 2.4, server 2.3              by lines: `service=` for `protocol=`
 *
 * The client's VERSION always passes as it came: a server that took it for newer would answer what it does not know.
 */
import {
  AUTH_CLIENT_MAX_LINE,
  type AuthPeerFeatures,
  authPeerFeatures,
  type ByteString,
  createLineDecoder,
  parseAuthMasterVersion,
  WireError,
  withServiceKey,
} from '@homing/wire';

/** Of all auth protocols there are. */
const MAJOR = 1;

/** What a side can do that sends no VERSION, or that of another protocol. */
const NONE = authPeerFeatures(0);

export const featuresOf = (firstLine: ByteString): AuthPeerFeatures => {
  try {
    const { major, minor } = parseAuthMasterVersion(firstLine);
    return major === MAJOR ? authPeerFeatures(minor) : NONE;
  } catch (error) {
    if (error instanceof WireError) return NONE;
    throw error;
  }
};

/** Takes what a client of 2.4 sends to a server of 2.3. Throws `WireError` for a line longer than an auth server takes. */
export const createRenamer = (): ((bytes: ByteString) => ByteString) => {
  const lines = createLineDecoder(AUTH_CLIENT_MAX_LINE - 1);
  return (bytes) => {
    lines.push(bytes);
    let renamed = '';
    for (let line = lines.next(); line !== undefined; line = lines.next()) renamed += `${withServiceKey(line)}\n`;
    return renamed;
  };
};

/**
 * A success line of 2.4's. Its auth server writes `proxy=`, and a login process of 2.3 knows `proxy` and `nologin` by
 * themselves alone: it would take the login for a local one (login-common/sasl-server.c).
 */
export const withBareFlags = (line: ByteString): ByteString => line.replace(/\t(proxy|nologin)=[^\t]*/g, '\t$1');

/**
 * A line of the auth server's that is no success, as this client may see it. Undefined: not at all. A client of 2.3, and
 * of 2.4 before 2.4.4, takes `CANCELLED` for garbage and drops its connection with all logins under way; a mechanism that
 * binds to the channel it cannot do. A `FAIL` that says `proxy` is taken for a broken proxy and not for a wrong password.
 */
export const lineForClient = (line: ByteString, client: AuthPeerFeatures | undefined): ByteString | undefined => {
  if (line.startsWith('FAIL\t')) return PROXY_FIELD.test(line) ? line.replace(PROXY_FIELDS, '') : line;
  if (line.startsWith('CANCELLED\t')) return client?.cancelled === true ? line : undefined;
  if (!line.startsWith('MECH\t') || client?.channelBinding === true) return line;
  return line.split('\t').includes('channel-binding') ? undefined : line;
};

const PROXY_FIELD = /\t(?:proxy|proxy_maybe|host|hostip|port)(?![^=\t])/;
const PROXY_FIELDS = new RegExp(`${PROXY_FIELD.source}[^\\t]*`, 'g');
