/**
 * A session that a login process of Dovecot 2.4 proxies, as anvil lists it. The name at the backend, which is what users
 * are hashed by, is not among what anvil knows: the director tells login processes in a field that they hand on.
 */
import type { AnvilSession, ByteString, IpAddress } from '@homing/wire';

/** In success lines, where it differs from `user`; fields that begin with `user_` reach anvil. */
export const DESTUSER_FIELD = 'user_destuser';

export type ProxiedSession = {
  readonly service: string;
  readonly pid: number;
  /** Of the connection. */
  readonly guid: string;
  /** The login name. */
  readonly user: ByteString;
  readonly backendUser: ByteString;
  readonly destIp: IpAddress;
  /** Of other names, by their fields (`user_...`). */
  readonly names: ReadonlyMap<ByteString, ByteString>;
};

const NO_NAMES: ReadonlyMap<ByteString, ByteString> = new Map();

/** `fields`: the header of the list. Undefined for what is no session of a login process with a backend. */
export const proxiedSession = (row: AnvilSession, fields: readonly ByteString[]): ProxiedSession | undefined => {
  const { service, pid, guid, user, destIp } = row;
  if (destIp === undefined || !service.endsWith('-login')) return undefined;
  const names = namesOf(row, fields);
  return { service, pid, guid, user, backendUser: names.get(DESTUSER_FIELD) ?? user, destIp, names };
};

const namesOf = ({ values }: AnvilSession, fields: readonly ByteString[]): ReadonlyMap<ByteString, ByteString> => {
  if (values.length === 0) return NO_NAMES;
  const names = new Map<ByteString, ByteString>();
  for (const [n, field] of fields.entries()) {
    const value = values[n] ?? '';
    if (value !== '') names.set(field, value);
  }
  return names;
};
