/** A `Connect` to a socket of another process: a unix path, or a TCP port. */
import { createConnection, type NetConnectOpts, type Socket } from 'node:net';
import { driveProtocol } from '../line/drive.ts';
import type { Connect } from '../line/protocol.ts';
import type { Log } from '../log/log.ts';
import { ConnectError, errorCode } from './connect-error.ts';

/** A server that is being started again, or whose queue is full for a moment, is worth another try. */
const RETRY_EVERY_MS = 50;
const RETRIED = new Set(['EAGAIN', 'ECONNREFUSED']);

/** `retryMs`: how long to go on trying. Rejects with `ConnectError`. */
export const connectUnix = (path: string, log: Log, retryMs = 0): Connect => {
  return async (factory) => {
    for (let left = retryMs; ; left -= RETRY_EVERY_MS) {
      try {
        return driveProtocol(await open({ path }), factory, log);
      } catch (error) {
        if (left <= 0 || !(error instanceof ConnectError) || !RETRIED.has(error.code)) throw error;
        await new Promise((resolve) => setTimeout(resolve, RETRY_EVERY_MS));
      }
    }
  };
};

/** `host` may be a name. Rejects with `ConnectError`. */
export const connectTcpProtocol = (host: string, port: number, log: Log): Connect => {
  return async (factory) => driveProtocol(await open({ host, port, noDelay: true }), factory, log);
};

const open = (to: NetConnectOpts): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = createConnection(to);
    const failed = (error: Error): void => reject(new ConnectError(errorCode(error), undefined));
    socket.once('error', failed);
    socket.once('connect', () => {
      socket.off('error', failed);
      // Nobody listens for errors until the caller's turn; it gets the socket in this one's microtasks.
      socket.on('error', () => {});
      resolve(socket);
    });
  });
