/**
 * Runs a `Protocol` on a socket: one read, one write. Knows nothing of what the bytes mean.
 *
 * Backpressure: at `OUTPUT_HIGH` unsent bytes reading stops until at most `OUTPUT_LOW` are left (the auth server's
 * AUTH_REQUEST limits, auth-client-connection.c), so a peer that does not read cannot make us hold its replies.
 */
import type { Socket } from 'node:net';
import type { Log } from '../log/log.ts';
import { peerCredentials } from '../system/peer-credentials.ts';
import type { Outlet, Protocol, ProtocolFactory } from './protocol.ts';

const OUTPUT_HIGH = 51_200;
const OUTPUT_LOW = OUTPUT_HIGH / 3;

type Driven = {
  unsent: string;
  receiving: boolean;
  flushQueued: boolean;
  closing: boolean;
  paused: boolean;
  choked: boolean;
};

/** Takes the socket over. It is destroyed when either side closes. A fault of ours ends this connection alone. */
export const driveProtocol = (socket: Socket, factory: ProtocolFactory, log: Log): void => {
  const state: Driven = {
    unsent: '',
    receiving: true,
    flushQueued: false,
    closing: false,
    paused: false,
    choked: false,
  };
  let failure: Error | undefined;
  socket.on('error', (error: Error) => {
    failure = error;
  });
  socket.setEncoding('latin1');

  const readOn = (): void => {
    if (state.paused || state.choked || state.closing) socket.pause();
    else socket.resume();
  };
  const flush = (): void => {
    state.flushQueued = false;
    if (state.unsent !== '' && socket.writable) {
      const bytes = state.unsent;
      state.unsent = '';
      socket.write(bytes, 'latin1', () => {
        if (!state.choked || socket.writableLength > OUTPUT_LOW) return;
        state.choked = false;
        readOn();
      });
      if (!state.choked && socket.writableLength >= OUTPUT_HIGH) {
        state.choked = true;
        readOn();
      }
    }
    if (state.closing) socket.destroySoon();
  };
  const flushLater = (): void => {
    if (state.receiving || state.flushQueued) return;
    state.flushQueued = true;
    setImmediate(flush);
  };

  const outlet = createOutlet(socket, state, { flushLater, readOn });
  let protocol: Protocol | undefined;
  const handle = (step: () => void): void => {
    state.receiving = true;
    try {
      step();
    } catch (error) {
      log.panic('connection_failed', {}, error instanceof Error ? (error.stack ?? error.message) : String(error));
      state.closing = true;
    }
    state.receiving = false;
    flush();
  };
  socket.on('data', (bytes: string) => {
    if (!state.closing) handle(() => protocol?.receive(bytes));
  });
  socket.on('close', () => {
    if (state.closing) return;
    state.closing = true;
    protocol?.end(failure);
  });
  handle(() => {
    protocol = factory(outlet);
  });
};

const createOutlet = (
  socket: Socket,
  state: Driven,
  { flushLater, readOn }: { flushLater: () => void; readOn: () => void },
): Outlet => ({
  send(bytes) {
    if (state.closing || bytes === '') return;
    state.unsent += bytes;
    flushLater();
  },
  close() {
    if (state.closing) return;
    state.closing = true;
    flushLater();
  },
  pause() {
    state.paused = true;
    readOn();
  },
  resume() {
    state.paused = false;
    readOn();
  },
  get peer() {
    return peerCredentials(socket);
  },
});
