/**
 * The server side of the auth-client protocol (auth-client-connection.c). S: hello. C: VERSION, CPID, then AUTH, CONT and
 * CANCEL. Anything malformed is the peer's bug: one log line, and this connection ends.
 */
import type { Outlet, Protocol, ProtocolFactory } from '@homing/io';
import {
  AUTH_CLIENT_MAX_LINE,
  AUTH_MINOR,
  AuthCommandError,
  authPeerFeatures,
  type ByteString,
  encodeAuthServerHello,
  parseAuthClientCommand,
} from '@homing/wire';
import { type Handshake, handshakeLine } from '../core/request/client-handshake.ts';
import { printable } from '../core/request/request-log.ts';
import type { LoginConnection } from './client-registry.ts';
import { type ClientRequests, createClientRequests } from './client-requests.ts';
import { hideResponse } from './hide-passwords.ts';
import { createLineReader } from './line-reader.ts';
import { logsLines, type World } from './world.ts';

type Serving = { at: 'serving'; pid: number; requests: ClientRequests; login: LoginConnection | undefined };
type State = { at: 'handshake'; handshake: Handshake } | Serving | { at: 'closed' };

const MAX_LOGGED = 80;

/** `login`: requests stay until a mail process asks for them. */
export const serveClient =
  (world: World, kind: 'login' | 'client'): ProtocolFactory =>
  (outlet) => {
    const cookie = Buffer.from(world.host.randomBytes(16), 'latin1').toString('hex');
    const { mechs } = world.current();
    const ids = { spid: world.host.spid, cuid: world.clients.nextCuid(), cookie };
    outlet.send(encodeAuthServerHello({ minor: AUTH_MINOR, mechs, ...ids }));
    return createClientConnection(world, kind, cookie, outlet);
  };

const createClientConnection = (world: World, kind: 'login' | 'client', cookie: string, outlet: Outlet): Protocol => {
  const { log } = world.env;
  const reader = createLineReader(AUTH_CLIENT_MAX_LINE);
  let state: State = { at: 'handshake', handshake: { at: 'wait-version' } };

  const leave = (): void => {
    if (state.at === 'serving') {
      state.requests.abort();
      if (state.login !== undefined) world.clients.removeLogin(state.login);
    }
    state = { at: 'closed' };
  };
  const refuse = (text: string): false => {
    log.error('auth_client_refused', {}, text);
    leave();
    outlet.close();
    return false;
  };
  const takeHandshake = (before: Handshake, line: ByteString): boolean => {
    const handshake = handshakeLine(before, line);
    if (handshake.at === 'refused') return refuse(handshake.text);
    if (handshake.at !== 'done') state = { at: 'handshake', handshake };
    else {
      const serving = startServing(world, kind, cookie, handshake, outlet);
      if (typeof serving === 'string') return refuse(serving);
      state = serving;
    }
    return true;
  };
  const take = (line: ByteString): boolean => {
    if (state.at === 'handshake') return takeHandshake(state.handshake, line);
    if (state.at === 'closed') return false;
    if (logsLines(world)) log.debug('auth_client_command', {}, `client in: ${hideResponse(line)}`);
    const fault = runCommand(line, state);
    return fault === undefined || refuse(`BUG: Authentication client ${fault}`);
  };

  return {
    receive(bytes) {
      if (reader.read(bytes, take) || state.at === 'closed') return;
      const pid = state.at === 'serving' ? state.pid : 0;
      refuse(`BUG: Auth client ${pid} sent us more than ${AUTH_CLIENT_MAX_LINE} bytes`);
    },
    end(error) {
      if (state.at === 'serving' && state.requests.count() > 0) {
        const what = `auth client ${state.pid} disconnected with ${state.requests.count()} pending requests`;
        log.error('auth_client_disconnected', {}, `${what}: ${error === undefined ? 'EOF' : error.message}`);
      }
      leave();
    },
  };
};

/** The text of the log if the peer cannot be served. */
const startServing = (
  world: World,
  kind: 'login' | 'client',
  cookie: string,
  handshake: { minor: number; pid: number },
  outlet: Outlet,
): Serving | string => {
  // Elsewhere the pid says nothing: clients may come over TCP.
  const pid = kind === 'login' ? handshake.pid : 0;
  const send = (reply: ByteString): void => outlet.send(reply);
  const features = authPeerFeatures(handshake.minor);
  const requests = createClientRequests({ pid, authOnly: kind === 'client', send, ...features }, world);
  const login = kind === 'login' ? { pid, cookie, requests } : undefined;
  if (login !== undefined && !world.clients.addLogin(login)) {
    return `BUG: Authentication client gave a PID ${pid} of existing connection`;
  }
  return { at: 'serving', pid, requests, login };
};

/** The words of the log if the peer broke the protocol. */
const runCommand = (line: ByteString, { pid, requests }: Serving): string | undefined => {
  try {
    const command = parseAuthClientCommand(line);
    switch (command.cmd) {
      case 'AUTH': {
        const fault = requests.auth(command);
        return fault === undefined ? undefined : `${pid} ${fault}`;
      }
      case 'CONT':
        requests.cont(command.id, command.data);
        return undefined;
      case 'CANCEL':
        requests.cancel(command.id);
        return undefined;
    }
  } catch (error) {
    if (!(error instanceof AuthCommandError)) throw error;
    return faultText(error, pid, line);
  }
};

const faultText = (error: AuthCommandError, pid: number, line: ByteString): string => {
  switch (error.fault) {
    case 'broken-auth':
    case 'after-resp':
      return `${pid} ${error.message}`;
    case 'broken-cont':
    case 'broken-cancel':
      return error.message;
    case 'unknown':
      return `${error.message}: ${printable(line, MAX_LOGGED)}`;
  }
};
