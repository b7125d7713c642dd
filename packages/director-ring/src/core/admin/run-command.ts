/** Admin commands, each with its reply (doveadm-connection.c). Alone in the ring, so `OK` never waits for a sync. */
import { assertNever, type ByteString, type DirectorAdminCommand, DIRECTOR_ADMIN_REPLY as REPLY } from '@homing/wire';
import type { Director } from '../director.ts';
import { requestKick } from '../move/kicks.ts';
import { flushHosts, removeHost, setHost, setHostDown } from './host-commands.ts';
import { startReset } from './host-reset.ts';
import { directorList, hostList, hostListRemoved, userList } from './lists.ts';
import { lookupUser, moveUserTo } from './user-commands.ts';

export type AdminResult =
  | { result: 'reply'; reply: ByteString }
  /** Rows to send in pieces, so that a million users do not stop logins. */
  | { result: 'rows'; rows: Iterator<ByteString> }
  /** A `reply` effect for this session will come; later commands must wait for it. */
  | { result: 'wait' };

export const runCommand = (
  director: Director,
  command: DirectorAdminCommand,
  session: number,
  now: number,
): AdminResult => {
  switch (command.cmd) {
    case 'HOST-LIST':
      return reply(hostList(director));
    case 'HOST-LIST-REMOVED':
      return reply(hostListRemoved(director));
    case 'DIRECTOR-LIST':
      return reply(directorList(director));
    case 'DIRECTOR-ADD':
      return reply(addDirector(director, command.ip, command.port));
    case 'DIRECTOR-REMOVE':
      return reply(removeDirector(director, command.ip, command.port));
    case 'HOST-SET':
    case 'HOST-UPDATE':
      return reply(setHost(director, command));
    case 'HOST-UP':
    case 'HOST-DOWN':
      return reply(setHostDown(director, command.ip, command.cmd === 'HOST-DOWN', now));
    case 'HOST-REMOVE':
      return reply(removeHost(director, command.ip));
    case 'HOST-FLUSH':
      return reply(flushHosts(director, command.ip));
    case 'HOST-RESET-USERS': {
      if (command.ip !== undefined && director.hosts.find(command.ip) === undefined) return reply(REPLY.notFound);
      const ips = command.ip === undefined ? director.hosts.all().map((host) => host.ip) : [command.ip];
      startReset(director, session, ips, command.maxMoving ?? director.settings.director_max_parallel_moves, now);
      return { result: 'wait' };
    }
    case 'USER-LOOKUP':
      return reply(lookupUser(director, command.user, command.tag, now));
    case 'USER-LIST':
      return { result: 'rows', rows: userList(director, command.ip, now) };
    case 'USER-MOVE':
      return reply(moveUserTo(director, command.user, command.ip, now));
    case 'USER-KICK': {
      const kick = { cmd: 'KICK', users: [command.username] } as const;
      return requestKick(director, session, kick, !command.nowait, now) ? { result: 'wait' } : reply(REPLY.tryAgain);
    }
    case 'USER-KICK-ALT': {
      const kick = { cmd: 'KICK-ALT', field: command.field, values: [command.value] } as const;
      return requestKick(director, session, kick, !command.nowait, now) ? { result: 'wait' } : reply(REPLY.tryAgain);
    }
    default:
      return assertNever(command);
  }
};

const reply = (text: ByteString): AdminResult => ({ result: 'reply', reply: text });

/** doveadm prints it as `Failed: ...`. */
const NO_RING = 'ring membership is not in this version\n';

const addDirector = ({ self }: Director, ip: string, port: number | undefined): ByteString =>
  ip === self.ip && (port ?? self.port) === self.port ? REPLY.ok : NO_RING;

const removeDirector = (director: Director, ip: string, port: number | undefined): ByteString => {
  const { self } = director;
  if (ip !== self.ip || (port ?? self.port) !== self.port) return REPLY.notFound;
  director.effects.push({
    do: 'log',
    level: 'info',
    event: 'director_removed',
    fields: {},
    text: `Removing director ${self.ip}:${self.port} from ring (requested by ${self.ip}:${self.port})`,
  });
  return REPLY.ok;
};
