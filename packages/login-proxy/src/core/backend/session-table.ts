/**
 * The proxied sessions of this process, logins under way included, as administrators and directors see them through the
 * ipc commands (login-proxy.c: login_proxy_cmd_*).
 */
import { type ByteString, formatSessionListHeader, joinTabs } from '@homing/wire';

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
  kick(reason: string, wanted: (session: SessionNames) => boolean): number;
  /** True once any session had this `user_*` field. */
  knowsField(field: ByteString): boolean;
  /** Tab-escaped lines: the header, then a row for each session, the newest first. */
  list(): string[];
};

export const createSessionTable = (): SessionTable => {
  const sessions = new Set<TabledSession>();
  /** Columns stay once they appeared, as in Dovecot. */
  const fields = new Set<ByteString>();
  let hasDestuser = false;
  return {
    add(session) {
      sessions.add(session);
      for (const field of session.altUsernames.keys()) fields.add(field);
      hasDestuser ||= session.destuser !== session.user;
      return session;
    },
    remove: (session) => void sessions.delete(session),
    get size() {
      return sessions.size;
    },
    kick(reason, wanted) {
      const kicked = [...sessions].filter(wanted);
      for (const session of kicked) session.kick(reason);
      return kicked.length;
    },
    knowsField: (field) => fields.has(field),
    list: () => [
      formatSessionListHeader([...fields], hasDestuser),
      ...[...sessions].toReversed().map((session) => row(session, fields, hasDestuser)),
    ],
  };
};

const row = (
  { user, destuser, altUsernames, protocol, rip, ip, port }: SessionNames,
  fields: ReadonlySet<ByteString>,
  hasDestuser: boolean,
): string => {
  const others = [...fields].map((field) => altUsernames.get(field) ?? '');
  const last = hasDestuser ? [destuser === user ? '' : destuser] : [];
  return joinTabs([user, ...others, protocol, rip, ip, String(port), ...last]);
};
