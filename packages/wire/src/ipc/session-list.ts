/**
 * The answer to `LIST-FULL` (login-proxy.c, login_proxy_ipc_cmd_list_full), tab-escaped:
 *
 *     username [TAB user_FIELD]... TAB service TAB src-ip TAB dest-ip TAB dest-port [TAB destuser] [TAB conn-guid]
 *     alice    [TAB value]...      TAB imap    TAB 10.9.9.9 TAB 10.0.0.1 TAB 143    [TAB alice2]   [TAB 32 digits]
 *
 * The last two columns are ours. `destuser` is there once a session of the process was logged in to its backend under
 * another name, and empty for those that were not; `conn-guid` if it was asked for. `doveadm proxy list` prints whatever
 * columns a header names. Dovecot's ipc process puts one table of each login process behind the other, so a header may
 * follow rows.
 */
import type { ByteString } from '../line/bytes.ts';
import { WireError } from '../line/errors.ts';
import { joinTabs, splitTabs } from '../line/escape.ts';
import { type IpAddress, parseIpAddress } from '../net/ip-address.ts';

const FIXED = ['service', 'src-ip', 'dest-ip', 'dest-port'];
const DESTUSER = 'destuser';
/** Of 2.4's anvil, and the word that asks for it. */
export const GUID_COLUMN = 'conn-guid';

/** `fields`: the `user_FIELD` columns. */
export const formatSessionListHeader = (
  fields: readonly ByteString[],
  hasDestuser: boolean,
  hasGuid = false,
): ByteString =>
  joinTabs(['username', ...fields, ...FIXED, ...(hasDestuser ? [DESTUSER] : []), ...(hasGuid ? [GUID_COLUMN] : [])]);

/** One session with all that an administrator may choose by. `guid`: undefined where the process has none. */
export type SessionRow = {
  readonly user: ByteString;
  /** `imap`, `pop3`. */
  readonly service: ByteString;
  readonly srcIp: IpAddress | undefined;
  readonly destIp: IpAddress | undefined;
  readonly guid: ByteString | undefined;
  /** By the name of the `user_*` column. */
  readonly alternative: ReadonlyMap<ByteString, ByteString>;
};

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

/** Takes line after line; undefined for a header. */
export const createSessionRowReader = (): ((line: ByteString) => SessionRow | undefined) => {
  let header: readonly ByteString[] | undefined;
  return (line) => {
    const fields = splitTabs(line);
    if (isHeader(fields)) {
      header = fields;
      return undefined;
    }
    if (header === undefined) throw new WireError('bad-line', 'list of sessions without a header');
    const values = new Map(header.map((column, at) => [column, fields[at] ?? '']));
    const guid = values.get(GUID_COLUMN) ?? '';
    return {
      user: values.get('username') ?? '',
      service: values.get('service') ?? '',
      srcIp: parseIpAddress(values.get('src-ip') ?? ''),
      destIp: parseIpAddress(values.get('dest-ip') ?? ''),
      guid: /^[0-9a-f]{32}$/.test(guid) ? guid : undefined,
      alternative: new Map([...values].filter(([column]) => column.startsWith('user_'))),
    };
  };
};

/** No session has such addresses, whatever its user is called. */
const isHeader = (fields: readonly ByteString[]): boolean =>
  fields[0] === 'username' && fields.includes('src-ip') && fields.includes('dest-ip');
