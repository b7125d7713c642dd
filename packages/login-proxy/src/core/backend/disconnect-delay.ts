/**
 * `login_proxy_max_disconnect_delay`: when a backend dies, its clients are cut off one after the other, so that they do
 * not all come back at once (login-proxy.c, login_proxy_delay_disconnect). About one second's worth goes at once, the
 * others in steps of 100 ms over the delay.
 */
import type { HostState } from './host-state.ts';

const STEP_MS = 100;

/**
 * Counts one more session that `host` lost; `proxying` must not contain it any more. Returns how many milliseconds its
 * client still stays connected, 0 for none. After a delay `delayEnded` must be called.
 * `maxDelay` in seconds, 0 = off; `pick(n)`: a random integer from 0 to n-1.
 */
export const delayDisconnect = (
  host: HostState,
  maxDelay: number,
  now: number,
  pick: (n: number) => number,
): number => {
  if (host.disconnects === 0) host.disconnectedAt = now + pick(STEP_MS);
  host.disconnects += 1;
  if (maxDelay === 0) return 0;
  const total = host.proxying + host.disconnects;
  const perSecond = Math.ceil(total / maxDelay);
  if (host.disconnects <= perSecond && host.delayed === 0) return 0;
  const steps = Math.floor((maxDelay * host.disconnects * (1000 / STEP_MS)) / total);
  const left = host.disconnectedAt + STEP_MS * steps - now;
  if (left <= 0) return 0;
  host.delayed += 1;
  return left;
};

export const delayEnded = (host: HostState): void => {
  host.delayed -= 1;
  if (host.delayed === 0) host.disconnects = 0;
};
