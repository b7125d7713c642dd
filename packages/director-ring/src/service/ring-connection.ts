/**
 * One connection of the ring, from the moment the core knows it: waits for its socket, tells the core what comes, writes
 * what the core says. Users of a handshake go out as fast as the other director takes them, a batch in a turn of the loop,
 * so that logins are answered in between.
 */
import { type Log, openByteStream, type StreamSocket } from '@homing/io';
import type { ByteString } from '@homing/wire';
import type { Director } from '../core/director.ts';
import { handOver, peerConnected, peerLost, receiveBytes } from '../core/ring/events.ts';
import { type Peer, peerName } from '../core/ring/peer.ts';
import { createRingOutput } from './ring-output.ts';

export type RingConnection = {
  readonly isIncoming: boolean;
  /** Takes the socket once it is there; `signal` ends what leads there. */
  open(socket: (signal: AbortSignal) => Promise<StreamSocket> | StreamSocket): void;
  send(text: ByteString): void;
  /** One write of all that was sent. The core is told if that is too much. */
  flush(): void;
  /** The core hears no more of it. Resolves when the last words have left. */
  close(): Promise<void>;
};

export type RingCore = {
  readonly director: Director;
  readonly log: Log;
  readonly now: () => number;
  /** After every call of the core. */
  readonly settle: () => void;
};

/** `forget`: the connection is gone by no wish of the core, which is told next. */
export const createRingConnection = (peer: Peer, core: RingCore, forget: () => void): RingConnection => {
  const { director, log, now, settle } = core;
  const { id, isIncoming, traffic } = peer;
  const opening = new AbortController();
  const output = createRingOutput(traffic, director.settings.director_output_buffer_size, now);
  let isOver = false;
  let isHandingOver = false;

  const giveUp = (reason: string): void => {
    isOver = true;
    opening.abort();
    output.destroy();
    forget();
    peerLost(director, id, reason, now());
  };
  const lost = (reason: string): void => {
    if (isOver) return;
    giveUp(reason);
    settle();
  };
  const handOverLater = (): void => {
    if (isHandingOver || director.ring.peers.get(id)?.handover === undefined) return;
    isHandingOver = true;
    setImmediate(() => {
      isHandingOver = false;
      // What waits now brings us back when it has left.
      if (isOver || output.isBusy()) return;
      if (handOver(director, id, now())) handOverLater();
      settle();
    });
  };
  const received = (bytes: ByteString): void => {
    if (log.debugEnabled()) debugLines(director, peer, log, 'input', bytes);
    traffic.bytesIn += bytes.length;
    traffic.lastInput = now();
    if (!receive(core, id, bytes)) giveUp('Internal error');
    settle();
    handOverLater();
  };
  const taken = (): void => {
    output.count();
    handOverLater();
  };
  const flush = (): void => {
    if (!output.flush()) giveUp(`Output buffer full at ${traffic.buffered}`);
  };
  const opened = (socket: StreamSocket): void => {
    if (isOver) {
      socket.destroy();
      return;
    }
    output.attach(openByteStream(socket, { received, taken, ended: lost }));
    peerConnected(director, id, now());
    flush();
    settle();
  };
  return {
    isIncoming,
    open(get) {
      const socket = get(opening.signal);
      if (socket instanceof Promise) socket.then(opened).catch((error: unknown) => lost(textOf(error)));
      else opened(socket);
    },
    send(text) {
      if (log.debugEnabled()) debugLines(director, peer, log, 'output', text);
      output.send(text);
    },
    flush,
    close() {
      isOver = true;
      opening.abort();
      return output.finish();
    },
  };
};

/** False after a fault of ours, which ends this connection alone. */
const receive = ({ director, log, now }: RingCore, id: number, bytes: ByteString): boolean => {
  try {
    receiveBytes(director, id, bytes, now());
    return true;
  } catch (error) {
    log.panic('director_ring_failed', {}, error instanceof Error ? (error.stack ?? error.message) : String(error));
    return false;
  }
};

/** As `director -D` logs them. */
const debugLines = (director: Director, peer: Peer, log: Log, way: 'input' | 'output', text: ByteString): void => {
  const name = peerName(director, peer);
  for (const line of text.split('\n')) {
    if (line !== '') log.debug('director_ring_line', { peer: name }, `director(${name}): ${way}: ${line}`);
  }
};

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
