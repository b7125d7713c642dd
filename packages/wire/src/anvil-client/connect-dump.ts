/**
 * Dovecot 2.4's answer to `CONNECT-DUMP` (anvil/connect-limit.c): who is connected, all processes of one Dovecot.
 *
 *     [user_FIELD [TAB user_FIELD]...]                                      a header, perhaps empty
 *     pid TAB user TAB service TAB client ip TAB guid TAB dest ip [TAB value of a field]...
 *                                                                           an empty line
 *
 * A session that a login process proxies has a dest ip, the backend, and the process's name as its service
 * (`imap-login`); the user is the login name. Values may be fewer than fields; one that is not set is empty.
 */
import type { ByteString } from '../line/bytes.ts';
import { WireError } from '../line/errors.ts';
import { joinTabs, splitTabs } from '../line/escape.ts';
import { parseUint32 } from '../line/number.ts';
import { type IpAddress, parseIpAddress } from '../net/ip-address.ts';
import { isGuid } from './command.ts';

export type AnvilSession = {
  readonly pid: number;
  readonly user: ByteString;
  readonly service: ByteString;
  readonly clientIp: IpAddress | undefined;
  /** Of the connection, 32 hex digits. */
  readonly guid: ByteString;
  readonly destIp: IpAddress | undefined;
  /** In the order of the header. */
  readonly values: readonly ByteString[];
};

/** Without its LF. The names come with their `user_`. */
export const parseConnectDumpHeader = (line: ByteString): readonly ByteString[] => splitTabs(line);

/** One row, without LF; undefined: the empty line at the end. */
export const parseAnvilSession = (line: ByteString): AnvilSession | undefined => {
  if (line === '') return undefined;
  const [pidText, user = '', service = '', clientIp = '', guid = '', destIp, ...values] = splitTabs(line);
  const pid = parseUint32(pidText);
  if (pid === undefined || destIp === undefined || !isGuid(guid)) {
    throw new WireError('bad-line', 'invalid CONNECT-DUMP row');
  }
  return { pid, user, service, clientIp: address(clientIp), guid, destIp: address(destIp), values };
};

const address = (text: ByteString): IpAddress | undefined => {
  const ip = text === '' ? undefined : parseIpAddress(text);
  if (ip === undefined && text !== '') throw new WireError('bad-line', 'invalid address in a CONNECT-DUMP row');
  return ip;
};

/** The whole answer. */
export const formatConnectDump = (fields: readonly ByteString[], sessions: Iterable<AnvilSession>): ByteString => {
  let out = `${joinTabs(fields)}\n`;
  for (const { pid, user, service, clientIp = '', guid, destIp = '', values } of sessions) {
    out += `${joinTabs([String(pid), user, service, clientIp, guid, destIp, ...values])}\n`;
  }
  return `${out}\n`;
};
