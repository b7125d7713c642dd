/**
 * A connection whose owner watches the output himself: how much of it waits, when it left, when it is too much. For
 * connections that carry much unasked in both directions; request and reply are `driveProtocol`'s. Reading never stops
 * because of output that waits, and never takes more than a turn's share of the event loop.
 */
import type { Socket } from 'node:net';
import type { ByteString } from '@homing/wire';
import { errorCode, networkErrorText } from './connect-error.ts';

export type ByteStream = {
  /** One write: whoever has several things to say puts them together. */
  send(bytes: ByteString): void;
  /** Bytes sent that nobody has taken yet. */
  buffered(): number;
  /** Ends after what was sent is taken, for which the peer has a few seconds. `ended` is not called any more. */
  close(): void;
  /** Ends now. `ended` is not called any more. */
  destroy(): void;
  /** Resolves when nothing is left of the connection. */
  readonly closed: Promise<void>;
};

export type ByteStreamOwner = {
  /** Cut anywhere. */
  received(bytes: ByteString): void;
  /** Bytes that had to wait have left. */
  taken(): void;
  /** `reason`: empty for the end of input, else strerror(3)'s words. Called once, and nothing after it. */
  ended(reason: string): void;
};

const LINGER_MS = 5000;
const KEEPALIVE_MS = 60_000;

/** Bytes read in one turn of the loop. libuv alone would take up to 32 pieces of 64 kB before it looks elsewhere. */
const READ_PER_TURN = 65_536;

/** Takes over the socket, plain or TLS. What `owner` throws is the caller's fault, and the process's. */
export const openByteStream = (socket: Socket, owner: ByteStreamOwner): ByteStream => {
  let isOpen = true;
  let failure = '';
  let readInTurn = 0;
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
  });
  const finish = (reason: string): void => {
    if (!isOpen) return;
    isOpen = false;
    socket.destroy();
    owner.ended(reason);
  };
  const nextTurn = (): void => {
    readInTurn = 0;
    socket.resume();
  };
  socket.on('error', (error) => {
    failure = networkErrorText(errorCode(error));
  });
  socket.on('close', () => finish(failure));
  socket.on('end', () => finish(''));
  socket.on('data', (bytes: string) => {
    readInTurn += bytes.length;
    if (readInTurn === bytes.length) setImmediate(nextTurn);
    if (readInTurn >= READ_PER_TURN) socket.pause();
    if (isOpen) owner.received(bytes);
  });
  socket.setEncoding('latin1');
  socket.setNoDelay(true);
  socket.setKeepAlive(true, KEEPALIVE_MS);
  socket.resume();
  return {
    closed,
    send(bytes) {
      if (!isOpen || !socket.writable) return;
      let waits = false;
      socket.write(bytes, 'latin1', () => {
        if (waits && isOpen) owner.taken();
      });
      waits = socket.writableLength > 0;
    },
    buffered: () => socket.writableLength,
    close() {
      if (!isOpen) return;
      isOpen = false;
      socket.end();
      // What still comes is read and dropped: unread, it would reset the connection and our last words with it.
      const deadline = setTimeout(() => socket.destroy(), LINGER_MS).unref();
      socket.once('close', () => clearTimeout(deadline));
    },
    destroy() {
      isOpen = false;
      socket.destroy();
    },
  };
};
