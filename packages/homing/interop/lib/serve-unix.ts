/** A protocol of ours on a unix socket or a fifo of a test. */
import { chmodSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { driveProtocol, type Log, type ProtocolFactory } from '@homing/io';

/** Everybody may connect. Disposing ends the connections too. */
export const serveUnix = (path: string, factory: ProtocolFactory, log: Log): Promise<AsyncDisposable> => {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    driveProtocol(socket, factory, log);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      chmodSync(path, 0o666);
      resolve({
        async [Symbol.asyncDispose]() {
          for (const socket of open) socket.destroy();
          await new Promise((closed) => server.close(closed));
        },
      });
    });
  });
};
