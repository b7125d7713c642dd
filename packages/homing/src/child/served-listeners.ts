/** The listeners a child accepts on, by id. Serving an id again replaces what was there without losing a connection. */

import type { Socket } from 'node:net';
import { type Log, type Served, type ServeOptions, type ServerHandle, serveSockets } from '@homing/io';

export type ServedListeners = {
  serve(id: string, handle: ServerHandle, onSocket: (socket: Socket) => void): Promise<void>;
  unserve(id: string): void;
  closeAll(): void;
};

export const createServedListeners = (log: Log, options: ServeOptions = {}): ServedListeners => {
  const served = new Map<string, Served>();
  return {
    async serve(id, handle, onSocket) {
      const next = await serveSockets(handle, onSocket, log, options);
      handle.close();
      served.get(id)?.close();
      served.set(id, next);
    },
    unserve(id) {
      served.get(id)?.close();
      served.delete(id);
    },
    closeAll() {
      for (const server of served.values()) server.close();
      served.clear();
    },
  };
};
