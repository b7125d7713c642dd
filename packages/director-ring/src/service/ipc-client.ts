/**
 * The `ipc` service's client socket (lib-master/ipc-client.c): `proxy\t*\t<command>` tells every login process, and one
 * line comes back when all have answered, behind the lines of a list. No handshake; replies in the order of the
 * commands; connected with the first command and again after the connection was lost.
 */
import type { Connect, Log, Outlet, Protocol } from '@homing/io';
import {
  type ByteString,
  createLineDecoder,
  formatIpcRequest,
  formatProxyCommand,
  IPC_MAX_LINE,
  type ProxyCommand,
  parseIpcReply,
  WireError,
} from '@homing/wire';
import type { Finished, Kicker } from './kicker.ts';

/** Without `line` the answer has no lines. */
type Pending = { readonly line?: (data: ByteString) => void; readonly finished: Finished };

export type IpcClient = Kicker & {
  /** Sessions of all login processes, or of the one with this connection id, line by line. */
  list(to: '*' | number, line: (data: ByteString) => void, finished: Finished): void;
};

/**
 * Commands without an answer; kicks that other directors ask for have no other limit. When parts of a ring meet they may
 * be as many as users who log in meanwhile.
 */
const MAX_PENDING = 100_000;

export const createIpcClient = (connect: Connect, log: Log): IpcClient => {
  let pending: Pending[] = [];
  let unsent = '';
  let outlet: Outlet | undefined;
  let isConnecting = false;
  let isClosed = false;

  const failAll = (reason: string): void => {
    const failed = pending;
    pending = [];
    unsent = '';
    outlet = undefined;
    for (const { finished } of failed) finished(reason);
  };
  const reply = (line: string): void => {
    const { reply: kind, data } = parseIpcReply(line);
    if (kind !== 'line') pending.shift()?.finished(kind === 'ok' ? undefined : data);
    else if (pending[0]?.line !== undefined) pending[0].line(data);
    else log.error('ipc_unexpected_reply', {}, `login process sent unexpected reply to kick: ${data}`);
  };
  const serve = (opened: Outlet): Protocol => {
    outlet = opened;
    isConnecting = false;
    const lines = createLineDecoder(IPC_MAX_LINE);
    opened.send(unsent);
    unsent = '';
    return {
      receive(bytes) {
        lines.push(bytes);
        try {
          for (let line = lines.next(); line !== undefined; line = lines.next()) reply(line);
        } catch (error) {
          if (!(error instanceof WireError)) throw error;
          log.error('ipc_invalid_reply', {}, `IPC proxy sent invalid input: ${error.message}`);
          opened.close();
          failAll('Disconnected');
        }
      },
      end: () => failAll('Disconnected'),
    };
  };
  const open = (): void => {
    isConnecting = true;
    connect(serve).catch((error: unknown) => {
      isConnecting = false;
      const reason = error instanceof Error ? error.message : String(error);
      log.error('ipc_connect_failed', {}, `connect(ipc) failed: ${reason}`);
      failAll('ipc connect failed');
    });
  };

  const send = (to: '*' | number, command: ProxyCommand, answer: Pending): void => {
    if (isClosed) return;
    if (pending.length >= MAX_PENDING) {
      answer.finished('too many commands wait for ipc');
      return;
    }
    pending.push(answer);
    const line = `${formatIpcRequest({ group: 'proxy', to, command: formatProxyCommand(command) })}\n`;
    if (outlet !== undefined) {
      outlet.send(line);
      return;
    }
    unsent += line;
    if (!isConnecting) open();
  };

  return {
    kick: (kick, finished) => send('*', kick, { finished }),
    list: (to, line, finished) => send(to, { cmd: 'LIST-FULL' }, { line, finished }),
    close() {
      isClosed = true;
      pending = [];
      outlet?.close();
    },
  };
};
