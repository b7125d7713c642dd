/** A connection to a unix socket that is given away: nothing of it is read. The caller owns it. */
import { createConnection, type Socket } from 'node:net';
import { ConnectError, errorCode } from './connect-error.ts';

/** Resolves with a connected, paused socket that has an error listener. Rejects with `ConnectError`. */
export const openUnixSocket = (path: string): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = createConnection({ path });
    socket.once('connect', () => {
      // Before Node's first read, which is behind this event.
      socket.pause();
      resolve(socket);
    });
    socket.on('error', (error) => reject(new ConnectError(errorCode(error), undefined)));
  });
