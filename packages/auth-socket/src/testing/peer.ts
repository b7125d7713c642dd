/** For tests: the other end of one connection to the auth server. */
import type { Outlet, PeerCredentials, ProtocolFactory } from '@homing/io';

export type TestPeer = {
  readonly send: (bytes: string) => void;
  /** Everything the server sent. */
  readonly received: () => string;
  /** What it sent since the last question, line by line. */
  readonly lines: () => string[];
  readonly isClosed: () => boolean;
  readonly isPaused: () => boolean;
  /** From now on takes nothing, or takes everything again. */
  readonly stopReading: () => void;
  readonly readOn: () => void;
  /** Closes this end. */
  readonly end: () => void;
};

export const openPeer = (factory: ProtocolFactory, credentials?: PeerCredentials): TestPeer => {
  let received = '';
  let read = 0;
  let isClosed = false;
  let isPaused = false;
  let isFull = false;
  const outlet: Outlet = {
    send(bytes) {
      if (!isClosed) received += bytes;
    },
    isFull: () => isFull,
    close() {
      isClosed = true;
    },
    pause() {
      isPaused = true;
    },
    resume() {
      isPaused = false;
    },
    peer: () => credentials,
  };
  const protocol = factory(outlet);
  return {
    send(bytes) {
      if (!isClosed) protocol.receive(bytes);
    },
    received: () => received,
    lines() {
      const fresh = received.slice(read);
      read = received.length;
      return fresh.split('\n').slice(0, -1);
    },
    isClosed: () => isClosed,
    isPaused: () => isPaused,
    stopReading() {
      isFull = true;
    },
    readOn() {
      isFull = false;
      protocol.drained?.();
    },
    end: () => protocol.end(),
  };
};
