/**
 * A login worker's registration with the ipc process (`login/ipc-proxy`; lib-master/ipc-server.c): connects with the
 * first session, again at once when the other side closes, every ten seconds while nobody listens.
 */
import { createUserHash } from '@homing/config';
import { type Connect, digests, hostVariable, type Log, type Outlet, type ProtocolFactory } from '@homing/io';
import {
  type ByteString,
  createLineDecoder,
  formatIpcReply,
  formatIpcTagged,
  IPC_MAX_LINE,
  ipcServerHello,
  parseIpcProxyVersion,
  parseIpcTagged,
  WireError,
} from '@homing/wire';
import { answerProxyCommand } from '../core/backend/ipc-answer.ts';
import type { SessionTable } from '../core/backend/session-table.ts';

export type IpcClientOptions = {
  readonly connectIpc: Connect;
  readonly sessions: SessionTable;
  /** `director_username_hash`. */
  readonly usernameHash: string;
  readonly pid: number;
  readonly log: Log;
};

export type IpcClient = {
  /** Connects if it did not yet. */
  register(): void;
  close(): void;
};

const RECONNECT_MS = 10_000;

export const createIpcClient = (options: IpcClientOptions): IpcClient => {
  let outlet: Outlet | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isRegistered = false;
  let isClosed = false;

  const ended = (): void => {
    outlet = undefined;
    connect();
  };
  const later = (): void => {
    if (isClosed) return;
    timer = setTimeout(connect, RECONNECT_MS).unref();
  };
  const connect = (): void => {
    if (isClosed) return;
    const opened = options.connectIpc((to) => {
      outlet = to;
      return ipcProtocol(to, options, { ended, refused: later });
    });
    opened.catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      options.log.error('ipc_connect_failed', {}, `connect(ipc-proxy) failed: ${reason}`);
      later();
    });
  };
  return {
    register() {
      if (isRegistered) return;
      isRegistered = true;
      connect();
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
      outlet?.close();
    },
  };
};

type IpcEnds = { ended(): void; refused(): void };

const ipcProtocol = (outlet: Outlet, options: IpcClientOptions, ends: IpcEnds): ReturnType<ProtocolFactory> => {
  const { sessions, log } = options;
  const lines = createLineDecoder(IPC_MAX_LINE);
  const hashOf = userHash(options);
  let isGreeted = false;
  const take = (line: ByteString): void => {
    if (!isGreeted) {
      parseIpcProxyVersion(line);
      isGreeted = true;
      return;
    }
    const { tag, rest } = parseIpcTagged(line);
    const replies = answerProxyCommand(rest, sessions, hashOf);
    outlet.send(replies.map((reply) => `${formatIpcTagged({ tag, rest: formatIpcReply(reply) })}\n`).join(''));
  };
  outlet.send(ipcServerHello({ group: 'proxy', pid: options.pid }));
  return {
    receive(bytes) {
      try {
        lines.push(bytes);
        for (let line = lines.next(); line !== undefined; line = lines.next()) take(line);
      } catch (error) {
        if (!(error instanceof WireError)) throw error;
        log.error('ipc_invalid_input', {}, `IPC proxy sent invalid input: ${error.message}`);
        outlet.close();
        ends.refused();
      }
    },
    end: () => (isGreeted ? ends.ended() : ends.refused()),
  };
};

/** A template that cannot be used hits nobody; the director's own log says why. */
const userHash = ({ usernameHash, log }: IpcClientOptions): ((user: ByteString) => number) => {
  const hashOf = createUserHash(usernameHash, { digests, host: hostVariable });
  let isLogged = false;
  return (user) => {
    const hash = hashOf(user);
    if (typeof hash === 'number') return hash;
    if (!isLogged) {
      log.error('ipc_username_hash', {}, `Failed to expand director_username_hash=${usernameHash}: ${hash.error}`);
    }
    isLogged = true;
    return 0;
  };
};
