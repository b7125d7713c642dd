/**
 * Copies one direction of a session. Reading stops as soon as the other side has more than `OUTPUT_LIMIT` bytes unsent
 * and goes on when they left, so a direction holds one read (64 KiB at most) beyond that limit. Nothing is looked at.
 */
import type { Duplex } from 'node:stream';
import type { ByteString } from '@homing/wire';

const OUTPUT_LIMIT = 8192;

export type Pump = {
  /** Handed over to `to` so far. */
  bytes: number;
  /** `to` takes nothing more at the moment. */
  blocked: boolean;
  /** Copies nothing more. */
  stop(): void;
};

/** `first`: bytes that go before all others. `touched`: called on every read. */
export const startPump = (from: Duplex, to: Duplex, first: ByteString, touched: () => void): Pump => {
  const pump: Pump = { bytes: 0, blocked: false, stop: () => void from.off('data', copy) };
  const written = (): void => {
    if (!pump.blocked || to.writableLength > OUTPUT_LIMIT) return;
    pump.blocked = false;
    from.resume();
  };
  const copy = (chunk: Buffer): void => {
    touched();
    pump.bytes += chunk.length;
    to.write(chunk, written);
    if (to.writableLength > OUTPUT_LIMIT && !pump.blocked) {
      pump.blocked = true;
      from.pause();
    }
  };
  from.on('data', copy);
  if (first !== '') copy(Buffer.from(first, 'latin1'));
  if (!pump.blocked) from.resume();
  return pump;
};
