/** What one director was told and has not taken yet: counted for PING and for the administrator, bounded. */
import type { ByteStream } from '@homing/io';
import type { ByteString } from '@homing/wire';
import type { PeerTraffic } from '../core/ring/peer.ts';

export type RingOutput = {
  /** From now on bytes can leave. */
  attach(stream: ByteStream): void;
  send(text: ByteString): void;
  /** One write of all that was sent. False if more than the limit would wait; then nothing is written. */
  flush(): boolean;
  /** Bytes that waited have left. */
  count(): void;
  /** Whether users of a handshake should wait. */
  isBusy(): boolean;
  /** Ends the stream behind the last words; resolves when it has ended. */
  finish(): Promise<void>;
  destroy(): void;
};

/** Spec of the ring: flush threshold of the handshake. With a small limit less, so that a batch does not go over it. */
const MOST_BUSY = 131_072;

/** `limit`: bytes. */
export const createRingOutput = (traffic: PeerTraffic, limit: number, now: () => number): RingOutput => {
  const busy = Math.min(MOST_BUSY, limit / 4);
  let stream: ByteStream | undefined;
  let unsent: ByteString = '';
  const count = (): void => {
    traffic.buffered = unsent.length + (stream?.buffered() ?? 0);
    traffic.peakBuffered = Math.max(traffic.peakBuffered, traffic.buffered);
  };
  const write = (to: ByteStream): void => {
    if (unsent === '') return;
    to.send(unsent);
    traffic.bytesOut += unsent.length;
    traffic.lastOutput = now();
    unsent = '';
  };
  return {
    attach(opened) {
      stream = opened;
    },
    send(text) {
      unsent += text;
    },
    flush() {
      traffic.buffered = stream?.buffered() ?? 0;
      if (traffic.buffered + unsent.length > limit) return false;
      if (stream !== undefined) write(stream);
      count();
      return true;
    },
    count,
    isBusy: () => stream === undefined || stream.buffered() >= busy,
    finish() {
      if (stream === undefined) return Promise.resolve();
      write(stream);
      stream.close();
      return stream.closed;
    },
    destroy: () => stream?.destroy(),
  };
};
