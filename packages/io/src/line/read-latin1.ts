/**
 * A connection read without a stream's queue: every read lands in one buffer and goes on as a string at once. A stream
 * allocates 64 kB for each read and hands the bytes through three of its own functions, which for a short request is a
 * fifth of the processor time. Node does this (`onread`) for sockets that it makes of a descriptor, not for those that a
 * server accepted; so the connection gets a second socket, and the first one is closed before it has read anything.
 */
import { Socket } from 'node:net';
import { duplicate } from '../socket/server-handle.ts';
import { descriptorOf } from '../system/peer-credentials.ts';

/** AUTH_CLIENT_MAX_LINE_LENGTH, which is how much Dovecot reads at once. */
const READ_SIZE = 16_384;

/** Of all connections: what it holds is a string before the next read. */
const buffer = Buffer.alloc(READ_SIZE);

export type Reading = {
  /** The one to go on with. */
  readonly socket: Socket;
  /** One more read may be made, so that the peer's end is seen; its bytes wait. */
  pause(): void;
  /** What waits comes in a later turn, never from in here. */
  resume(): void;
};

/** `fresh` has been given to nobody else and has not read yet. */
export const readLatin1 = (fresh: Socket, receive: (bytes: string) => void): Reading => {
  const fd = descriptorOf(fresh);
  // Closed already: its events are all that comes.
  if (fd === undefined) return { socket: fresh, pause: () => {}, resume: () => {} };
  let isPaused = false;
  let held = '';
  const callback = (length: number): boolean => {
    const bytes = buffer.toString('latin1', 0, length);
    if (isPaused) {
      held = bytes;
      socket.pause();
    } else receive(bytes);
    return true;
  };
  const handOut = (): void => {
    if (isPaused || held === '') return;
    const bytes = held;
    held = '';
    socket.resume();
    receive(bytes);
  };
  const socket = new Socket({ fd: duplicate(fd), onread: { buffer, callback } });
  fresh.destroy();
  return {
    socket,
    pause() {
      isPaused = true;
    },
    resume() {
      isPaused = false;
      if (held !== '') setImmediate(handOut);
    },
  };
};
