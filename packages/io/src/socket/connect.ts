/** Outgoing TCP connections, from a chosen address if wanted. The caller owns the socket it gets. */
import { connect, createServer, type Socket } from 'node:net';
import { ConnectError, errorCode } from './connect-error.ts';

export type { Socket } from 'node:net';

export type TcpDestination = {
  readonly ip: string;
  readonly port: number;
  readonly sourceIp?: string | undefined;
};

/**
 * Resolves with a connected, paused socket that has an error listener. Rejects with `ConnectError`, or with the
 * signal's reason when it is aborted; then no connection is left behind.
 */
export const connectTcp = (to: TcpDestination, signal: AbortSignal): Promise<Socket> =>
  new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const source = to.sourceIp === undefined ? {} : { localAddress: to.sourceIp };
    const socket = connect({ host: to.ip, port: to.port, noDelay: true, ...source });
    let local: string | undefined;
    // Node begins to connect in a tick of its own, queued before this one; only then the socket has an address.
    process.nextTick(() => {
      local = localAddress(socket);
    });
    const abort = (): void => {
      socket.destroy();
      reject(signal.reason);
    };
    signal.addEventListener('abort', abort, { once: true });
    socket.once('connect', () => {
      signal.removeEventListener('abort', abort);
      socket.pause();
      resolve(socket);
    });
    // Stays for the socket's life: later errors end it through 'close', and must not end the process.
    socket.on('error', (error) => {
      signal.removeEventListener('abort', abort);
      reject(new ConnectError(errorCode(error), local));
    });
  });

const localAddress = (socket: Socket): string | undefined => {
  const address = socket.address();
  return 'address' in address && address.port !== 0 ? `${address.address}:${address.port}` : undefined;
};

/** Whether this host can bind the address: `login_source_ips = ?...` keeps only those. */
export const canBindAddress = (ip: string): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: ip, port: 0, exclusive: true }, () => {
      server.close();
      resolve(true);
    });
  });
