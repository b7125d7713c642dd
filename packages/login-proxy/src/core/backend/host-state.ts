/**
 * What this process knows of each backend `ip:port` (login-proxy-state.c): whether it answered last time, how many wait
 * for it, and how many sessions it lost lately. Times are Unix milliseconds.
 */
export type HostState = {
  lastSuccess: number;
  lastFailure: number;
  /** Connection attempts under way. */
  waiting: number;
  /** Open backend connections, logins included. */
  proxying: number;
  /** Of `login_proxy_max_disconnect_delay`: sessions that ended since `disconnectedAt`, clients that still wait. */
  disconnects: number;
  disconnectedAt: number;
  delayed: number;
};

export type HostStates = { of(ip: string, port: number): HostState };

export const createHostStates = (): HostStates => {
  const states = new Map<string, HostState>();
  return {
    of(ip, port) {
      const key = `${ip} ${port}`;
      const known = states.get(key);
      if (known !== undefined) return known;
      const state = {
        lastSuccess: 0,
        lastFailure: 0,
        waiting: 0,
        proxying: 0,
        disconnects: 0,
        disconnectedAt: 0,
        delayed: 0,
      };
      states.set(key, state);
      return state;
    },
  };
};

/**
 * Counts one more attempt. False: the host was down for `downAfterMs` (0: never) and somebody else is trying it just
 * now, so this login need not wait for the same timeout.
 */
export const beginConnect = (host: HostState, now: number, downAfterMs: number): boolean => {
  host.waiting += 1;
  if (host.lastSuccess === 0) host.lastSuccess = now - 1000;
  const downFor = host.lastFailure - host.lastSuccess;
  return downAfterMs === 0 || downFor <= downAfterMs || host.waiting <= 1;
};

export const connectSucceeded = (host: HostState, now: number): void => {
  host.waiting -= 1;
  host.proxying += 1;
  host.lastSuccess = now;
  host.disconnects = 0;
};

/** `startedAt`: of the login. A success since then makes this failure an accident. */
export const connectFailed = (host: HostState, startedAt: number, now: number): void => {
  host.waiting -= 1;
  if (startedAt >= host.lastSuccess) host.lastFailure = now;
};

/** An attempt that was given up: neither a success nor a failure. */
export const connectAbandoned = (host: HostState): void => {
  host.waiting -= 1;
};
