/**
 * A login worker's registration with the ipc process (`login/ipc-proxy`; lib-master/ipc-server.c): connects with the
 * first session, again at once when the other side closes, and then in short steps: a director that starts again waits
 * a second to be told who is where, where Dovecot's login processes try every ten.
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

/** While nobody listens: doubled from the first to the longest. */
const FIRST_STEP_MS = 100;
const LONGEST_STEP_MS = 1000;
/** After something that is no ipc. */
const STRANGER_MS = 10_000;

export const createIpcClient = (options: IpcClientOptions): IpcClient => {
  let outlet: Outlet | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isRegistered = false;
  let isClosed = false;
  let failures = 0;

  const later = (ms: number): void => {
    outlet = undefined;
    if (!isClosed) timer = setTimeout(connect, ms).unref();
  };
  const step = (): void => later(Math.min(FIRST_STEP_MS * 2 ** failures++, LONGEST_STEP_MS));
  const ends: IpcEnds = {
    greeted() {
      failures = 0;
    },
    ended() {
      outlet = undefined;
      connect();
    },
    dropped: step,
    refused: () => later(STRANGER_MS),
  };
  const connect = (): void => {
    if (isClosed) return;
    const opened = options.connectIpc((to) => {
      outlet = to;
      return ipcProtocol(to, options, ends);
    });
    opened.catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      if (failures === 0) options.log.error('ipc_connect_failed', {}, `connect(ipc-proxy) failed: ${reason}`);
      step();
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

type IpcEnds = {
  greeted(): void;
  /** The other side closed; `dropped`: before it greeted. */
  ended(): void;
  dropped(): void;
  /** It does not speak ipc. */
  refused(): void;
};

const ipcProtocol = (outlet: Outlet, options: IpcClientOptions, ends: IpcEnds): ReturnType<ProtocolFactory> => {
  const { sessions, log } = options;
  const lines = createLineDecoder(IPC_MAX_LINE);
  const hashOf = userHash(options);
  let isGreeted = false;
  const take = (line: ByteString): void => {
    if (!isGreeted) {
      parseIpcProxyVersion(line);
      isGreeted = true;
      ends.greeted();
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
    end: () => (isGreeted ? ends.ended() : ends.dropped()),
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
