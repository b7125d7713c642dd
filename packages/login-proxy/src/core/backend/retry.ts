/** When a failed attempt is made again (login-proxy.c, proxy_try_reconnect). Always after one second, to the same place. */
export const RETRY_MS = 1000;

/** An attempt that could only begin and then time out is not worth the wait. */
const RETRY_MIN_LEFT_MS = RETRY_MS + 100;

export const mayRetry = (
  limits: { readonly maxReconnects: number; readonly timeoutMs: number },
  reconnects: number,
  sinceStartMs: number,
): boolean =>
  reconnects < limits.maxReconnects && sinceStartMs >= 0 && limits.timeoutMs - sinceStartMs > RETRY_MIN_LEFT_MS;
