/**
 * A handle served: each accepted connection runs a protocol, or is handed over as a socket. The handle stays the caller's.
 * Closing stops this process from accepting and leaves the queue to the next one.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { driveProtocol } from '../line/drive.ts';
import type { ProtocolFactory } from '../line/protocol.ts';
import type { Log } from '../log/log.ts';
import { BACKLOG, duplicateDescriptor, type ServerHandle } from './server-handle.ts';

export type Served = {
  /** Stops accepting; connections go on. */
  close(): void;
};

export type ServeOptions = {
  /** Nothing is read before whoever gets the socket asks for it. */
  readonly pauseOnConnect?: boolean;
};

/** Resolves once connections are accepted. */
export const serveSockets = (
  handle: ServerHandle,
  onSocket: (socket: Socket) => void,
  log: Log,
  options: ServeOptions = {},
): Promise<Served> => {
  const server = createServer({ pauseOnConnect: options.pauseOnConnect ?? false, noDelay: true }, onSocket);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    // With a descriptor the backlog is taken from the second argument alone.
    server.listen({ fd: duplicateDescriptor(handle) }, BACKLOG, () => {
      server.off('error', reject);
      server.on('error', (error: Error) => log.error('accept_failed', {}, `accept() failed: ${error.message}`));
      resolve({ close: () => stop(server) });
    });
  });
};

/** Runs `factory` on each connection. */
export const serveProtocol = (handle: ServerHandle, factory: ProtocolFactory, log: Log): Promise<Served> =>
  serveSockets(handle, (socket) => driveProtocol(socket, factory, log), log);

const stop = (server: Server): void => {
  if (server.listening) server.close();
};
