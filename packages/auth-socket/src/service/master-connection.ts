/**
 * The server side of master and userdb sockets (auth-master-connection.c). S: VERSION, SPID. C: VERSION, then USER, PASS
 * and LIST, on master sockets also REQUEST and CACHE-FLUSH. Replies carry the request's id and come as they are known;
 * while a LIST runs nothing new is read.
 */
import type { Outlet, Protocol, ProtocolFactory } from '@homing/io';
import {
  AUTH_MAJOR,
  AUTH_MASTER_MAX_LINE,
  AUTH_MINOR,
  type AuthMasterCommand,
  authPeerFeatures,
  type ByteString,
  encodeAuthMasterHello,
  encodeAuthMasterReply,
  parseAuthMasterCommand,
  parseAuthMasterVersion,
  WireError,
} from '@homing/wire';
import { printable } from '../core/request/request-log.ts';
import type { SocketFile } from './auth-server-options.ts';
import { hideCookie, hidePasswords } from './hide-passwords.ts';
import { createLineReader } from './line-reader.ts';
import type { MasterAsker } from './master-asker.ts';
import { passLookup } from './pass-lookup.ts';
import { peerPermissions } from './peer-permissions.ts';
import { handOver } from './request-handover.ts';
import { createUserList, type UserList } from './user-list.ts';
import { userLookup } from './user-lookup.ts';
import { logsLines, type World } from './world.ts';

const MAX_LOGGED = 80;

export const serveMaster =
  (world: World, kind: 'master' | 'userdb', file: SocketFile | undefined): ProtocolFactory =>
  (outlet) =>
    createMasterConnection(world, kind, file, outlet);

const createMasterConnection = (
  world: World,
  kind: 'master' | 'userdb',
  file: SocketFile | undefined,
  outlet: Outlet,
): Protocol => {
  const { log } = world.env;
  const reader = createLineReader(AUTH_MASTER_MAX_LINE);
  const created = world.env.now();
  let handshake: number | undefined;
  let features = authPeerFeatures(0);
  let isClosed = false;

  const logError = (text: string): void =>
    log.error('auth_master_refused', {}, withAge(text, created, handshake, world.env.now()));
  const refuse = (text: string): false => {
    logError(text);
    isClosed = true;
    list.stop();
    outlet.close();
    return false;
  };
  const send = (line: ByteString): void => {
    if (isClosed) return;
    if (logsLines(world)) log.debug('auth_master_reply', {}, `master userdb out: ${hidePasswords(line.slice(0, -1))}`);
    outlet.send(line);
  };
  const permissions = peerPermissions(kind === 'userdb' ? file : undefined, outlet.peer);
  const asker = {
    isLocal: file === undefined,
    features: () => features,
    permissions,
    peer: outlet.peer,
    send,
    logError,
  };
  const list = createUserList(asker, outlet, world);

  const takeCommand = (line: ByteString): boolean => {
    if (logsLines(world)) log.debug('auth_master_command', {}, `master in: ${hideCookie(line)}`);
    const command = commandFor(kind, line);
    if (typeof command === 'string') return refuse(command);
    runCommand(command, asker, list, world);
    return !isClosed;
  };
  const takeVersion = (line: ByteString): boolean => {
    const version = versionOf(line);
    if (version?.major !== AUTH_MAJOR) {
      return refuse('Master not compatible with this server (mixed old and new binaries?)');
    }
    features = authPeerFeatures(version.minor);
    handshake = world.env.now();
    return true;
  };

  outlet.send(encodeAuthMasterHello({ minor: AUTH_MINOR, spid: world.host.spid }));
  if (permissions.may === 'nothing') refuse("userdb connection: Failed to get peer's credentials");
  return {
    receive(bytes) {
      if (isClosed) return;
      const take = (line: ByteString): boolean => (handshake === undefined ? takeVersion(line) : takeCommand(line));
      if (!reader.read(bytes, take) && !isClosed) {
        refuse(`BUG: Master sent us more than ${AUTH_MASTER_MAX_LINE} bytes`);
      }
    },
    drained: list.drained,
    end() {
      isClosed = true;
      list.stop();
    },
  };
};

const runCommand = (command: AuthMasterCommand, asker: MasterAsker, list: UserList, world: World): void => {
  if (command.cmd !== 'CACHE-FLUSH' && !world.requests.admits()) {
    const { cmd, id } = command;
    asker.send(
      encodeAuthMasterReply(cmd === 'LIST' ? { cmd: 'DONE', id, failed: true } : { cmd: 'FAIL', id, params: [] }),
    );
    return;
  }
  switch (command.cmd) {
    case 'USER': {
      userLookup(command, asker, world);
      return;
    }
    case 'PASS': {
      passLookup(command, asker, world);
      return;
    }
    case 'LIST': {
      list.start(command);
      return;
    }
    case 'REQUEST': {
      handOver(command, asker, world);
      return;
    }
    case 'CACHE-FLUSH': // There is no cache yet, so nothing was removed.
      {
        asker.send(encodeAuthMasterReply({ cmd: 'OK', id: command.id, count: 0 }));
        return;
      }
  }
};

/** The text of the log if this is no command, or none for this socket. */
const commandFor = (kind: 'master' | 'userdb', line: ByteString): AuthMasterCommand | string => {
  const unknown = `BUG: Unknown command in ${kind} socket: ${printable(line, MAX_LOGGED)}`;
  if (kind === 'userdb' && /^(?:REQUEST|CACHE-FLUSH)\t/.test(line)) return unknown;
  if (kind === 'master' && line.startsWith('CPID\t')) return 'Authentication client trying to connect to master socket';
  try {
    return parseAuthMasterCommand(line) ?? unknown;
  } catch (error) {
    if (error instanceof WireError) return error.message;
    throw error;
  }
};

/** auth_master_event_log_callback() */
const withAge = (text: string, created: number, handshake: number | undefined, now: number): string => {
  const shaken = handshake === undefined ? '' : `, handshake ${now - handshake} msecs ago`;
  return `auth-master client: ${text} (created ${now - created} msecs ago${shaken})`;
};

const versionOf = (line: ByteString): { major: number; minor: number } | undefined => {
  try {
    return parseAuthMasterVersion(line);
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
};
