/**
 * Users with sessions stay known although no login process reports them: all sessions are asked for every half of
 * `director_user_expire`, as often as reports would come. Users are refreshed in small portions, since each refresh is
 * told to the other directors.
 */
import type { Log } from '@homing/io';
import type { ByteString } from '@homing/wire';
import { refreshUser } from '../core/request/refresh-user.ts';
import type { Finished } from './kicker.ts';
import type { Runtime } from './runtime.ts';
import type { SessionAsking } from './session-asking.ts';

const PORTION = 500;
const PORTION_EVERY_MS = 10;

export type SessionPollingOptions = {
  /** The names at the backends. */
  readonly list: (onUser: (username: ByteString) => void, finished: Finished) => void;
  readonly refresh: (usernames: readonly ByteString[]) => void;
  readonly expireSeconds: number;
  readonly log: Log;
};

export type SessionPolling = { close(): void };

/** All sessions, for whom no login process reports. */
export const keepUsers = (runtime: Runtime, asking: SessionAsking): SessionPolling =>
  startSessionPolling({
    list: (onUser, finished) => asking.names(onUser, finished),
    refresh(usernames) {
      for (const username of usernames) refreshUser(runtime.director, username, runtime.now());
      runtime.settle();
    },
    expireSeconds: runtime.director.settings.director_user_expire,
    log: runtime.log,
  });

export const startSessionPolling = (options: SessionPollingOptions): SessionPolling => {
  const { list, refresh, expireSeconds, log } = options;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  const later = (ms: number): void => {
    if (!isClosed) timer = setTimeout(poll, ms).unref();
  };
  const poll = (): void => {
    const names = new Set<ByteString>();
    list(
      (username) => void names.add(username),
      (failure) => {
        // Whom the next answer is to keep must not have expired by then.
        const wait = failure === undefined ? expireSeconds / 2 : expireSeconds / 8;
        if (failure !== undefined) {
          const text = `Sessions of login processes are not known, asking again in ${wait} secs: ${failure}`;
          log.warning('director_sessions_unknown', {}, text);
        }
        later(wait * 1000);
        refreshAll(names.values());
      },
    );
  };
  const refreshAll = (names: Iterator<ByteString>): void => {
    const portion: ByteString[] = [];
    for (let next = names.next(); next.done !== true; next = names.next()) {
      portion.push(next.value);
      if (portion.length === PORTION) break;
    }
    if (isClosed || portion.length === 0) return;
    refresh(portion);
    setTimeout(() => refreshAll(names), PORTION_EVERY_MS).unref();
  };
  later((expireSeconds / 2) * 1000);
  return {
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
};
