/**
 * The sessions of login workers, as they list them over ipc, in the rows of Dovecot 2.4's anvil. Connections that somebody
 * reported by 2.3's protocol are among them, as sessions of no backend.
 */
import {
  type AnvilConnection,
  type AnvilSession,
  type ByteString,
  createSessionRowReader,
  parseIpAddress,
  type SessionRow,
} from '@homing/wire';

/** `fields`: the `user_*` columns of all processes; `values` of a session are in their order. */
export type ListedSessions = { readonly fields: readonly ByteString[]; readonly sessions: readonly AnvilSession[] };

/** Of processes that have none, Dovecot 2.3's. */
const NO_GUID = '0'.repeat(32);

export type ProcessRow = { readonly pid: number; readonly row: SessionRow };

/** A process's lines to `LIST-FULL`. Throws `WireError`. */
export const readRows = (pid: number, lines: readonly ByteString[]): ProcessRow[] => {
  const read = createSessionRowReader();
  return lines.flatMap((line) => {
    const row = read(line);
    return row === undefined ? [] : [{ pid, row }];
  });
};

export const listedSessions = (rows: readonly ProcessRow[], connections: Iterable<AnvilConnection>): ListedSessions => {
  const fields = [...new Set(rows.flatMap(({ row }) => [...row.alternative.keys()]))];
  const sessions = rows.map(({ pid, row }) => ofRow(pid, row, fields));
  return { fields, sessions: [...sessions, ...[...connections].flatMap(ofConnection)] };
};

const ofRow = (pid: number, row: SessionRow, fields: readonly ByteString[]): AnvilSession => ({
  pid,
  user: row.user,
  // 2.4 reports its processes' service, not their protocol.
  service: `${row.service}-login`,
  clientIp: row.srcIp,
  guid: row.guid ?? NO_GUID,
  destIp: row.destIp,
  values: fields.map((field) => row.alternative.get(field) ?? ''),
});

/** `ident`: service/ip/user. */
const ofConnection = ({ ident, pid, refcount }: AnvilConnection): AnvilSession[] => {
  const [service = '', ip = '', ...user] = ident.split('/');
  const session = {
    pid,
    user: user.join('/'),
    service,
    clientIp: parseIpAddress(ip),
    guid: NO_GUID,
    destIp: undefined,
    values: [],
  };
  return Array.from({ length: refcount }, () => session);
};
