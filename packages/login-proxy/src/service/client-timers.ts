/** CLIENT_LOGIN_TIMEOUT_MSECS: from accept to the end of the login, restarted by nothing. */
const LOGIN_TIMEOUT_MS = 180_000;

export type ClientTimers = {
  armWaiting(ms: number): void;
  disarmWaiting(): void;
  clear(): void;
};

export const createClientTimers = (fire: (timer: 'login' | 'waiting') => void): ClientTimers => {
  const login = setTimeout(fire, LOGIN_TIMEOUT_MS, 'login');
  let waiting: NodeJS.Timeout | undefined;
  return {
    armWaiting(ms) {
      clearTimeout(waiting);
      waiting = setTimeout(fire, ms, 'waiting');
    },
    disarmWaiting: () => clearTimeout(waiting),
    clear() {
      clearTimeout(login);
      clearTimeout(waiting);
    },
  };
};
