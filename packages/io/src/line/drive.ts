/**
 * Runs a `Protocol` on a socket: one read, one write. Knows nothing of what the bytes mean. A peer that does not read is
 * not read from (`OUTPUT_HIGH`), and one that we are done with has `LINGER_MS` to take what is left.
 */
import type { Socket } from 'node:net';
import type { Log } from '../log/log.ts';
import { peerCredentials } from '../system/peer-credentials.ts';
import { endAfterFault, endProtocol } from './fault.ts';
import { OUTPUT_HIGH, OUTPUT_LOW, type Outlet, type Protocol, type ProtocolFactory } from './protocol.ts';
import { readLatin1 } from './read-latin1.ts';

/** Long enough for a busy peer; a dead one must not keep the descriptor and the bytes. */
const LINGER_MS = 5000;

type Driven = {
  unsent: string;
  receiving: boolean;
  flushQueued: boolean;
  closing: boolean;
  paused: boolean;
  /** Until `OUTPUT_LOW`. */
  full: boolean;
};

/**
 * Takes the socket over, before anything was read from it. It is destroyed when either side closes. A fault of ours ends
 * this connection alone.
 */
export const driveProtocol = (fresh: Socket, factory: ProtocolFactory, log: Log): void => {
  const state: Driven = {
    unsent: '',
    receiving: true,
    flushQueued: false,
    closing: false,
    paused: false,
    full: false,
  };
  let protocol: Protocol | undefined;
  let failure: Error | undefined;
  const reading = readLatin1(fresh, (bytes) => {
    if (!state.closing) handle(() => protocol?.receive(bytes));
  });
  const { socket } = reading;
  socket.on('error', (error: Error) => {
    failure = error;
  });

  const readOn = (): void => {
    const isStopped = state.full && protocol?.readsWhenFull !== true;
    if (state.paused || isStopped || state.closing) reading.pause();
    else reading.resume();
  };
  const written = (): void => {
    if (!state.full || state.unsent.length + socket.writableLength > OUTPUT_LOW) return;
    state.full = false;
    readOn();
    if (!state.closing && protocol?.drained !== undefined) handle(() => protocol?.drained?.());
  };
  const flush = (): void => {
    state.flushQueued = false;
    if (state.unsent !== '') {
      const bytes = state.unsent;
      state.unsent = '';
      // Else the peer has left already.
      if (socket.writable) socket.write(bytes, 'latin1', written);
      if (socket.writableLength >= OUTPUT_HIGH) {
        state.full = true;
        readOn();
      }
    }
    if (state.closing) {
      socket.destroySoon();
      linger(socket);
    }
  };
  const flushLater = (): void => {
    if (state.receiving || state.flushQueued) return;
    state.flushQueued = true;
    setImmediate(flush);
  };
  const handle = (step: () => void): void => {
    state.receiving = true;
    try {
      step();
    } catch (error) {
      endAfterFault(state.closing ? undefined : protocol, error, log);
      state.closing = true;
    }
    state.receiving = false;
    flush();
  };
  // Node ends our side too, but only when everything was taken.
  socket.on('end', () => linger(socket));
  socket.on('close', () => {
    if (state.closing) return;
    state.closing = true;
    endProtocol(protocol, failure, log);
  });
  handle(() => {
    protocol = factory(createOutlet(socket, state, { flushLater, readOn }));
  });
};

const linger = (socket: Socket): void => {
  if (socket.destroyed) return;
  const deadline = setTimeout(() => socket.destroy(), LINGER_MS).unref();
  socket.once('close', () => clearTimeout(deadline));
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
  isFull() {
    state.full ||= state.unsent.length + socket.writableLength >= OUTPUT_HIGH;
    return state.full;
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
  peer: () => peerCredentials(socket),
});
