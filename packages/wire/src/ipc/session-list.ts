/**
 * The answer to `LIST-FULL` (login-proxy.c, login_proxy_ipc_cmd_list_full), tab-escaped:
 *
 *     username [TAB user_FIELD]... TAB service TAB src-ip TAB dest-ip TAB dest-port [TAB destuser]
 *     alice    [TAB value]...      TAB imap    TAB 10.9.9.9 TAB 10.0.0.1 TAB 143    [TAB alice2]
 *
 * The last column is ours: there once a session of the process was logged in to its backend under another name, and empty
 * for those that were not. `doveadm proxy list` prints whatever columns a header names. Dovecot's ipc process puts one
 * table of each login process behind the other, so a header may follow rows.
 */
import type { ByteString } from '../line/bytes.ts';
import { WireError } from '../line/errors.ts';
import { joinTabs, splitTabs } from '../line/escape.ts';
import { type IpAddress, parseIpAddress } from '../net/ip-address.ts';

const FIXED = ['service', 'src-ip', 'dest-ip', 'dest-port'];
const DESTUSER = 'destuser';

/** `fields`: the `user_FIELD` columns. */
export const formatSessionListHeader = (fields: readonly ByteString[], hasDestuser: boolean): ByteString =>
  joinTabs(['username', ...fields, ...FIXED, ...(hasDestuser ? [DESTUSER] : [])]);

/** `backendUser`: the name at the backend, which is what a director hashes. */
export type ListedSession = { readonly backendUser: ByteString; readonly destIp: IpAddress };

type Columns = { readonly destIp: number; readonly destuser: number };

/** Takes line after line; undefined for a header, and for a row without an address. */
export const createSessionListReader = (): ((line: ByteString) => ListedSession | undefined) => {
  let columns: Columns | undefined;
  return (line) => {
    const fields = splitTabs(line);
    if (isHeader(fields)) {
      columns = { destIp: fields.indexOf('dest-ip'), destuser: fields.indexOf(DESTUSER) };
      return undefined;
    }
    if (columns === undefined) throw new WireError('bad-line', 'list of sessions without a header');
    const [user = ''] = fields;
    const destuser = fields[columns.destuser] ?? '';
    const destIp = parseIpAddress(fields[columns.destIp] ?? '');
    return destIp === undefined ? undefined : { backendUser: destuser === '' ? user : destuser, destIp };
  };
};

/** No session has such addresses, whatever its user is called. */
const isHeader = (fields: readonly ByteString[]): boolean =>
  fields[0] === 'username' && fields.includes('src-ip') && fields.includes('dest-ip');
