/**
 * The `ipc` service's client socket (lib-master/ipc-client.c): `proxy\t*\t<command>` tells every login process, and one
 * line comes back when all have answered. No handshake; replies in the order of the commands; connected with the first
 * command and again after the connection was lost.
 */
import type { Connect, Log, Outlet, Protocol } from '@homing/io';
import {
  type ByteString,
  createLineDecoder,
  formatIpcRequest,
  formatProxyCommand,
  IPC_MAX_LINE,
  parseIpcReply,
  WireError,
} from '@homing/wire';
import type { Kick } from '../core/effect.ts';

/** `failure`: why login processes could not be told, else undefined. */
type Finished = (failure: string | undefined) => void;

export type IpcClient = {
  kick(kick: Kick, finished: Finished): void;
  close(): void;
};

export const createIpcClient = (connect: Connect, log: Log): IpcClient => {
  let pending: Finished[] = [];
  let unsent = '';
  let outlet: Outlet | undefined;
  let isConnecting = false;
  let isClosed = false;

  const failAll = (reason: string): void => {
    const failed = pending;
    pending = [];
    unsent = '';
    outlet = undefined;
    for (const finished of failed) finished(reason);
  };
  const reply = (line: string): void => {
    const { reply: kind, data } = parseIpcReply(line);
    if (kind === 'line') log.error('ipc_unexpected_reply', {}, `login process sent unexpected reply to kick: ${data}`);
    else pending.shift()?.(kind === 'ok' ? undefined : data);
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

  return {
    kick(kick, finished) {
      if (isClosed) return;
      pending.push(finished);
      if (outlet !== undefined) {
        outlet.send(encodeKick(kick));
        return;
      }
      unsent += encodeKick(kick);
      if (!isConnecting) open();
    },
    close() {
      isClosed = true;
      pending = [];
      outlet?.close();
    },
  };
};

/** To every login process. */
const encodeKick = (kick: Kick): ByteString =>
  `${formatIpcRequest({ group: 'proxy', to: '*', command: formatProxyCommand(kick) })}\n`;
