/**
 * A kick carried out by whoever can list sessions and end them one by one:
 *
 *     list ──▶ tell those that match ──▶ after a second, list again ──▶ none is left: done
 *                    ^                                │└─▶ some are left: failed
 *                    └── others have come ────────────┘
 *
 * The second list is what counts: Dovecot 2.4.0 to 2.4.4 may count a session as kicked that goes on, and a login process
 * that was told its backend just now is listed when it is through. A user that moves is let in nowhere meanwhile, so what
 * comes late began before; by name only those are kicked who were there, since clients may come back at once.
 */
import { assertNever, type ByteString } from '@homing/wire';
import type { Kick } from '../effect.ts';
import type { ProxiedSession } from './proxied-session.ts';

/** After so many lists with others than before somebody lets the user in. */
const MOST_LISTS = 5;

export type SessionKick = {
  readonly kick: Kick;
  /** The guids of those that were told. */
  readonly told: Set<string>;
  lists: number;
};

export type KickStep =
  /** And list again a second later. */
  | { readonly do: 'tell'; readonly sessions: readonly ProxiedSession[] }
  | { readonly do: 'finish'; readonly left: readonly ProxiedSession[] };

export const createSessionKick = (kick: Kick): SessionKick => ({ kick, told: new Set(), lists: 0 });

/** `sessions`: all of a list that the kick is for. */
export const stepSessionKick = (state: SessionKick, sessions: readonly ProxiedSession[]): KickStep => {
  state.lists++;
  if (state.lists === 1) return tell(state, sessions);
  const left = sessions.filter(({ guid }) => state.told.has(guid));
  if (state.kick.cmd !== 'KICK-DIRECTOR-HASH' || left.length === sessions.length) return { do: 'finish', left };
  return state.lists < MOST_LISTS ? tell(state, sessions) : { do: 'finish', left: sessions };
};

const tell = ({ told }: SessionKick, sessions: readonly ProxiedSession[]): KickStep => {
  for (const { guid } of sessions) told.add(guid);
  return { do: 'tell', sessions };
};

/** Finds the kicks that a session is for, however many there are. */
export type KickIndex<K> = (session: ProxiedSession) => readonly K[];

/** `hashOf`: of a name at the backend; undefined if it cannot be hashed. */
export const createKickIndex = <K extends { readonly kick: Kick }>(
  kicks: Iterable<K>,
  hashOf: (backendUser: ByteString) => number | undefined,
): KickIndex<K> => {
  const byUser = new Map<ByteString, K[]>();
  const byHash = new Map<number, K[]>();
  const byField = new Map<ByteString, Map<ByteString, K[]>>();
  for (const item of kicks) {
    const { kick } = item;
    switch (kick.cmd) {
      case 'KICK':
        for (const user of new Set(kick.users)) append(byUser, user, item);
        break;
      case 'KICK-ALT': {
        const values = byField.get(kick.field) ?? new Map<ByteString, K[]>();
        byField.set(kick.field, values);
        for (const value of new Set(kick.values)) append(values, value, item);
        break;
      }
      case 'KICK-DIRECTOR-HASH':
        append(byHash, kick.hash, item);
        break;
      default:
        assertNever(kick);
    }
  }
  const ofHash = (session: ProxiedSession): readonly K[] => {
    const hash = byHash.size === 0 ? undefined : hashOf(session.backendUser);
    const found = hash === undefined ? undefined : byHash.get(hash);
    return found?.filter(({ kick }) => !('exceptIp' in kick) || kick.exceptIp !== session.destIp) ?? [];
  };
  return (session) => {
    const found: (readonly K[])[] = [byUser.get(session.user) ?? [], ofHash(session)];
    for (const [field, values] of byField) {
      const value = session.names.get(field);
      if (value !== undefined) found.push(values.get(value) ?? []);
    }
    return found.flat();
  };
};

const append = <Key, K>(map: Map<Key, K[]>, key: Key, item: K): void => {
  const items = map.get(key);
  if (items === undefined) map.set(key, [item]);
  else items.push(item);
};

/** Why a kick failed. `reasons`: by guid, why a session could not be told; the others were told and go on. */
export const describeLeft = (left: readonly ProxiedSession[], reasons: ReadonlyMap<string, string>): string => {
  const [first] = left;
  if (first === undefined) return '';
  const { service, pid, destIp, guid } = first;
  const count = left.length === 1 ? '1 session goes on' : `${left.length} sessions go on`;
  const reason = reasons.get(guid) ?? 'the process was told and keeps it';
  return `${count} (${service} ${pid} to ${destIp}: ${reason})`;
};
