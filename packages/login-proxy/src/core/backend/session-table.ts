/**
 * The proxied sessions of this process, logins under way included, as administrators and directors see them through the
 * ipc commands (login-proxy.c: login_proxy_cmd_*).
 */
import { type ByteString, formatSessionListHeader, joinTabs, type SessionListColumns } from '@homing/wire';
import { createHashIndex, type HashOf } from './hash-index.ts';

export type SessionNames = {
  readonly user: ByteString;
  /** The name at the backend. */
  readonly destuser: ByteString;
  /** `user_*` fields of the auth reply. */
  readonly altUsernames: ReadonlyMap<ByteString, ByteString>;
  readonly protocol: 'imap' | 'pop3';
  readonly rip: string;
  readonly ip: string;
  readonly port: number;
  /** Where the auth reply had sent it: another `ip` if a backend sent it on. */
  readonly chosenIp: string;
  /** The `host` field as auth wrote it. */
  readonly host: string;
};

export type TabledSession = SessionNames & {
  /** `reason` as in `Disconnected by proxy: REASON`. The session leaves the table by itself, maybe at once. */
  kick(reason: string): void;
};

export type SessionTable = {
  add(session: TabledSession): TabledSession;
  remove(session: TabledSession): void;
  readonly size: number;
  /** Kicks all that match; returns how many. */
  kick(reason: string, wanted: (session: SessionNames, guid: () => ByteString) => boolean): number;
  /** Likewise among those whose `destuser` has this hash. `hashOf`: the same function each time. */
  kickHashed(reason: string, hash: number, hashOf: HashOf, wanted: (session: SessionNames) => boolean): number;
  /** True once any session had this `user_*` field. */
  knowsField(field: ByteString): boolean;
  /** Tab-escaped lines: the header, then a row for each session, the newest first. `guids`: with a column of them. */
  list(guids?: boolean): string[];
};

/** `pid`: our own; it makes the sessions' guids different from those of other workers. */
export const createSessionTable = (pid = 0): SessionTable => {
  /** With their serial numbers. */
  const sessions = new Map<TabledSession, number>();
  const hashed = createHashIndex<TabledSession>();
  let lastSerial = 0;
  /** Columns stay once they appeared, as in Dovecot. */
  const fields = new Set<ByteString>();
  let hasDestuser = false;
  let hasChosenIp = false;
  return {
    add(session) {
      lastSerial += 1;
      sessions.set(session, lastSerial);
      hashed.add(session);
      for (const field of session.altUsernames.keys()) fields.add(field);
      hasDestuser ||= session.destuser !== session.user;
      hasChosenIp ||= session.chosenIp !== session.ip;
      return session;
    },
    remove(session) {
      if (sessions.delete(session)) hashed.remove(session);
    },
    get size() {
      return sessions.size;
    },
    kick(reason, wanted) {
      const kicked = [...sessions].filter(([session, serial]) => wanted(session, () => guidOf(pid, serial)));
      for (const [session] of kicked) session.kick(reason);
      return kicked.length;
    },
    kickHashed(reason, hash, hashOf, wanted) {
      const kicked = hashed.find(hash, hashOf, sessions.keys()).filter(wanted);
      for (const session of kicked) session.kick(reason);
      return kicked.length;
    },
    knowsField: (field) => fields.has(field),
    list(guids = false) {
      const columns = { destuser: hasDestuser, chosenIp: hasChosenIp, guid: guids };
      return [
        formatSessionListHeader([...fields], columns),
        ...[...sessions].toReversed().map(([session, serial]) => {
          const more = guids ? [guidOf(pid, serial)] : [];
          return joinTabs([...row(session, fields, columns), ...more]);
        }),
      ];
    },
  };
};

const row = (
  { user, destuser, altUsernames, protocol, rip, ip, port, chosenIp }: SessionNames,
  fields: ReadonlySet<ByteString>,
  columns: SessionListColumns,
): string[] => {
  const others = [...fields].map((field) => altUsernames.get(field) ?? '');
  const own = [
    ...(columns.destuser ? [destuser === user ? '' : destuser] : []),
    ...(columns.chosenIp ? [chosenIp === ip ? '' : chosenIp] : []),
  ];
  return [user, ...others, protocol, rip, ip, String(port), ...own];
};

/** 16 bytes in hexadecimal, as Dovecot's; no two sessions of workers that live at the same time have the same. */
const guidOf = (pid: number, serial: number): ByteString =>
  pid.toString(16).padStart(8, '0') + serial.toString(16).padStart(24, '0');
