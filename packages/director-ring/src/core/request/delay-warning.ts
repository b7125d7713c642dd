/** Tells the log when logins wait for the ring, unless it was a matter of two seconds. */
import type { Director } from '../director.ts';
import { isHandshaked, isSynced } from '../ring/ring.ts';
import type { WaitReason } from './assign-host.ts';

/** RING_NOCONN_WARNING_DELAY_MSECS. */
const DELAY_MS = 2000;

export const isForRing = (reason: WaitReason): boolean =>
  reason === 'ring not handshaked' || reason === 'ring not synced';

export const warnLater = ({ requests, ring }: Director, now: number): void => {
  if (!ring.isDelayWarned) requests.delayWarningAt ??= now + DELAY_MS;
};

export const delayWarning = (director: Director, now: number): void => {
  const { requests, ring, effects } = director;
  if (requests.delayWarningAt === undefined || requests.delayWarningAt > now) return;
  requests.delayWarningAt = undefined;
  if (isSynced(ring)) return;
  ring.isDelayWarned = true;
  const text = isHandshaked(ring)
    ? 'Delaying new user requests until ring is synced'
    : 'Delaying all requests until all directors have connected';
  effects.push({ do: 'log', level: 'warning', event: 'director_requests_delayed', fields: {}, text });
};
