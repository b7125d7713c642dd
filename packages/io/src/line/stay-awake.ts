/**
 * Looks for the next request for a moment before the process goes to sleep. A peer that asks one thing at a time asks
 * again within microseconds, and putting a process to sleep and waking it costs more than answering it: on an idle
 * machine this halves the time from one answer to the next. Linux does the same for the network (net.core.busy_read).
 *
 * It must not cost anybody else: where asking again is not what peers do, it is tried rarely, and a process that loses
 * its processor while it looks is on a machine with better things to do, and leaves off for `REST_MS`.
 */
import type { ProtocolFactory } from './protocol.ts';

export type Clock = {
  /** Milliseconds with a fraction, never going back. */
  readonly now: () => number;
  /** Runs `turn` in the next turn of the event loop, after what has arrived was read. */
  readonly later: (turn: () => void) => void;
};

/** A few times as long as a peer needs for its next request. */
const LOOK_MS = 0.05;
/** A turn of the loop takes a few microseconds; one this long was interrupted. */
const INTERRUPTED_MS = 0.5;
const REST_MS = 100;
/** How many looks in vain are forgiven, and after how many answers it is tried again then. */
const MOST_TRUST = 8;
const TRY_EVERY = 256;

/** One for a process. The result wraps the server side of connections whose peers wait for each answer. */
export const createStayAwake = ({ now, later }: Clock): ((factory: ProtocolFactory) => ProtocolFactory) => {
  let trust = MOST_TRUST;
  let answers = 0;
  let isLooking = false;
  let until = 0;
  let lastTurn = 0;
  let restUntil = 0;

  const turn = (): void => {
    const time = now();
    if (time - lastTurn > INTERRUPTED_MS) restUntil = time + REST_MS;
    lastTurn = time;
    if (time < until && time >= restUntil) later(turn);
    else {
      isLooking = false;
      if (trust > 0) trust--;
    }
  };
  const asked = (): void => {
    if (isLooking && trust < MOST_TRUST) trust++;
  };
  const answered = (): void => {
    answers = (answers + 1) % TRY_EVERY;
    if (trust === 0 && answers !== 0) return;
    const time = now();
    if (time < restUntil) return;
    until = time + LOOK_MS;
    lastTurn = time;
    if (isLooking) return;
    isLooking = true;
    later(turn);
  };

  return (factory) => (outlet) => {
    const protocol = factory(outlet);
    return {
      ...protocol,
      receive(bytes) {
        asked();
        protocol.receive(bytes);
        answered();
      },
    };
  };
};
