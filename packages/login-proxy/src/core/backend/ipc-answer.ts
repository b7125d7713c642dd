/** What a login process answers to one ipc command of the group `proxy`; kicks happen on the way. */
import { assertNever, type ByteString, type IpcReply, parseProxyCommand } from '@homing/wire';
import type { HashOf } from './hash-index.ts';
import type { SessionNames, SessionTable } from './session-table.ts';

const BY_ADMIN = 'Kicked by admin';
const BY_DIRECTOR = 'Kicked via director';

/** The last reply ends the answer. `hashOf`: by `director_username_hash`. */
export const answerProxyCommand = (line: ByteString, sessions: SessionTable, hashOf: HashOf): IpcReply[] => {
  const command = parseProxyCommand(line);
  if ('refusal' in command) return [{ reply: 'error', data: command.refusal }];
  switch (command.cmd) {
    case 'LIST-FULL':
      return [
        ...sessions.list(command.guids).map((data) => ({ reply: 'line', data }) as const),
        { reply: 'ok', data: '' },
      ];
    case 'KICK':
      return [count(sessions.kick(BY_ADMIN, ({ user }) => command.users.includes(user)))];
    case 'KICK-HOST':
      return [count(sessions.kick(BY_ADMIN, ({ host }) => command.hosts.includes(host)))];
    case 'KICK-ALT':
      return [kickAlt(command.field, command.values, sessions)];
    case 'KICK-DIRECTOR-HASH': {
      const { hash, exceptIp } = command;
      // Dovecot hashes the login name and so never meets a session whose backend knows it by another; directors hash that.
      // A session that its backend sent on is where it belongs: at the director's choice, or beyond it.
      const isElsewhere = ({ ip, chosenIp }: SessionNames): boolean => ip !== exceptIp && chosenIp !== exceptIp;
      return [count(sessions.kickHashed(BY_DIRECTOR, hash, hashOf, isElsewhere))];
    }
    case 'KICK-GUID':
      return [count(sessions.kick(BY_ADMIN, ({ user }, guid) => user === command.user && guid() === command.guid))];
    default:
      return assertNever(command);
  }
};

const count = (kicked: number): IpcReply => ({ reply: 'ok', data: String(kicked) });

/** A field that no session ever had is not an error: other processes may know it. */
const kickAlt = (field: ByteString, values: readonly ByteString[], sessions: SessionTable): IpcReply => {
  if (!sessions.knowsField(field)) return count(0);
  if (values.length === 0) return { reply: 'error', data: 'Missing parameter' };
  return count(
    sessions.kick(BY_ADMIN, ({ altUsernames }) => {
      const value = altUsernames.get(field);
      return value !== undefined && values.includes(value);
    }),
  );
};
