/**
 * The answer to `LIST-FULL` (login-proxy.c, login_proxy_ipc_cmd_list_full), tab-escaped:
 *
 *     username [TAB user_FIELD]... TAB service TAB src-ip TAB dest-ip TAB dest-port [TAB destuser] [TAB chosen-ip] [TAB conn-guid]
 *     alice    [TAB value]...      TAB imap    TAB 10.9.9.9 TAB 10.0.0.1 TAB 143    [TAB alice2]   [TAB 10.0.0.2]  [TAB 32 digits]
 *
 * The last three columns are ours. `destuser` is there once a session of the process was logged in to its backend under
 * another name, and empty for those that were not; `chosen-ip` once a backend sent one elsewhere: whom the director had
 * chosen; `conn-guid` if it was asked for. `doveadm proxy list` prints whatever columns a header names. Dovecot's ipc
 * process puts one table of each login process behind the other, so a header may follow rows.
 */
import type { ByteString } from '../line/bytes.ts';
import { WireError } from '../line/errors.ts';
import { joinTabs, splitTabs } from '../line/escape.ts';
import { type IpAddress, parseIpAddress } from '../net/ip-address.ts';

const DEST_IP = 'dest-ip';
const FIXED = ['service', 'src-ip', DEST_IP, 'dest-port'];
const DESTUSER = 'destuser';
const CHOSEN_IP = 'chosen-ip';
/** Of 2.4's anvil, and the word that asks for it. */
export const GUID_COLUMN = 'conn-guid';

/** Which of our own columns there are. */
export type SessionListColumns = { readonly destuser: boolean; readonly chosenIp: boolean; readonly guid: boolean };

/** `fields`: the `user_FIELD` columns. */
export const formatSessionListHeader = (fields: readonly ByteString[], columns: SessionListColumns): ByteString => {
  const own = [
    ...(columns.destuser ? [DESTUSER] : []),
    ...(columns.chosenIp ? [CHOSEN_IP] : []),
    ...(columns.guid ? [GUID_COLUMN] : []),
  ];
  return joinTabs(['username', ...fields, ...FIXED, ...own]);
};

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

/**
 * `backendUser`: the name at the backend, which is what a director hashes. `chosenIp`: where a director had sent the user,
 * which is the destination unless that backend sent him on.
 */
export type ListedSession = { readonly backendUser: ByteString; readonly chosenIp: IpAddress };

/** Takes line after line; undefined for a header, and for a row without an address. */
export const createSessionListReader = (): ((line: ByteString) => ListedSession | undefined) =>
  createTableReader((header) => {
    const [destIpAt, destuserAt, chosenIpAt] = [DEST_IP, DESTUSER, CHOSEN_IP].map((name) => header.indexOf(name));
    return (fields) => {
      const destuser = at(fields, destuserAt);
      const chosenIp = parseIpAddress(at(fields, chosenIpAt) || at(fields, destIpAt));
      return chosenIp === undefined ? undefined : { backendUser: destuser === '' ? at(fields, 0) : destuser, chosenIp };
    };
  });

/** Takes line after line; undefined for a header. */
export const createSessionRowReader = (): ((line: ByteString) => SessionRow | undefined) =>
  createTableReader((header) => {
    const [serviceAt, srcIpAt, destIpAt, guidAt] = ['service', 'src-ip', DEST_IP, GUID_COLUMN].map((name) =>
      header.indexOf(name),
    );
    const names = [...header.entries()].filter(([, column]) => column.startsWith('user_'));
    return (fields) => {
      const guid = at(fields, guidAt);
      return {
        user: at(fields, 0),
        service: at(fields, serviceAt),
        srcIp: parseIpAddress(at(fields, srcIpAt)),
        destIp: parseIpAddress(at(fields, destIpAt)),
        guid: /^[0-9a-f]{32}$/.test(guid) ? guid : undefined,
        alternative: names.length === 0 ? NO_NAMES : new Map(names.map(([n, column]) => [column, at(fields, n)])),
      };
    };
  });

const NO_NAMES: SessionRow['alternative'] = new Map();

/** Empty where there is no such column. */
const at = (fields: readonly ByteString[], column: number | undefined): ByteString => fields[column ?? -1] ?? '';

/** `rowsOf`: what reads the rows below this header. */
const createTableReader = <Row>(
  rowsOf: (header: readonly ByteString[]) => (fields: readonly ByteString[]) => Row,
): ((line: ByteString) => Row | undefined) => {
  let readRow: ((fields: readonly ByteString[]) => Row) | undefined;
  return (line) => {
    const fields = splitTabs(line);
    if (isHeader(fields)) {
      readRow = rowsOf(fields);
      return undefined;
    }
    if (readRow === undefined) throw new WireError('bad-line', 'list of sessions without a header');
    return readRow(fields);
  };
};

/** No session has such addresses, whatever its user is called. */
const isHeader = (fields: readonly ByteString[]): boolean =>
  fields[0] === 'username' && fields.includes('src-ip') && fields.includes('dest-ip');
