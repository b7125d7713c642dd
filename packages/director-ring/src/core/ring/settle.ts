/** The end of a batch of input: what it changed in the ring as a whole. */
import type { Director } from '../director.ts';
import { forwardUsers } from './forward-users.ts';
import { connectRight } from './reconnect.ts';
import { assignLefts } from './sides.ts';
import { sendPendingSync } from './sync.ts';

export const settleRing = (director: Director, now: number): void => {
  const { ring } = director;
  while (ring.wantsLeft || ring.wantsRight !== undefined) {
    if (ring.wantsLeft) {
      ring.wantsLeft = false;
      if (ring.left === undefined) assignLefts(director, now);
    }
    const reason = ring.wantsRight;
    ring.wantsRight = undefined;
    if (reason !== undefined && ring.right === undefined) connectRight(director, reason, now);
  }
  forwardUsers(director, now);
  sendPendingSync(director, now);
};

/** When the director starts: the ring exists before anybody asks. */
export const startRing = (director: Director): void => {
  if (director.ring.members.length > 1) director.ring.wantsRight = 'Initial connection';
};
