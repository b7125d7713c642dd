/**
 * Asks login processes for their sessions, so that a director that knows nobody learns who is where: those of an ipc
 * service (`LIST-FULL`), and those of Dovecot 2.4. Each question has a connection of its own: ipc takes one command at a
 * time from a connection, and a process that does not answer must hold up neither kicks nor what others have to tell.
 */
import type { Connect } from '@homing/io';
import { type ByteString, createSessionListReader } from '@homing/wire';
import { learnSessions } from '../core/relearn/learn-sessions.ts';
import { endRelearn } from '../core/relearn/relearn.ts';
import type { Session } from '../core/relearn/session.ts';
import { withoutMaster } from './complete-line.ts';
import { createIpcClient, type IpcClient } from './ipc-client.ts';
import type { Finished } from './kicker.ts';
import type { Runtime } from './runtime.ts';

export type SessionAsking = {
  /** All login processes, or the one with this connection id at ipc. After all have answered nobody waits any more. */
  ask(to: '*' | number): void;
  /** For whoever only wants the names at the backends, of all login processes. */
  names(onUser: (username: ByteString) => void, finished: Finished): void;
  close(): void;
};

/** `finished` is called with the reason why there may be more, else undefined. */
type ListSessions = (onSession: (session: Session) => void, finished: Finished) => void;

/** Login processes of ipc come by themselves when they can; anvil does not, and may be starting as we do. */
const ASK_AGAIN_MS = 5000;

/** `listDovecot`: sessions of Dovecot 2.4, if it has the login processes. */
export const createSessionAsking = (
  runtime: Runtime,
  connect: Connect,
  listDovecot: ListSessions | undefined,
): SessionAsking => {
  const { director, log } = runtime;
  const separator = director.settings.auth_master_user_separator;
  const open = new Set<IpcClient>();
  let timer: NodeJS.Timeout | undefined;
  const listIpc =
    (to: '*' | number): ListSessions =>
    (onSession, finished) => {
      const ipc = createIpcClient(connect, log);
      open.add(ipc);
      const read = createSessionListReader();
      const line = (data: string): void => {
        const session = read(data);
        if (session !== undefined) {
          onSession({ username: withoutMaster(session.backendUser, separator), ip: session.chosenIp });
        }
      };
      ipc.list(to, line, (failure) => {
        finished(failure);
        open.delete(ipc);
        ipc.close();
      });
    };
  const learn = (list: ListSessions, finished: Finished): void => {
    const sessions: Session[] = [];
    list(
      (session) => void sessions.push(session),
      (failure) => {
        // What came before a failure is as true as the rest.
        learnSessions(director, sessions, runtime.now());
        finished(failure);
        runtime.settle();
      },
    );
  };
  const warn = (failure: string): void =>
    log.warning('director_sessions_unknown', {}, `Sessions of login processes are not known: ${failure}`);
  /** Until anvil has told once: what it does not tell, nobody tells. */
  const learnDovecot = (list: ListSessions, isFirst: boolean): void =>
    learn(list, (failure) => {
      if (failure === undefined) return;
      if (isFirst) warn(`${failure}; asking again every ${ASK_AGAIN_MS / 1000} secs`);
      timer = setTimeout(() => learnDovecot(list, false), ASK_AGAIN_MS).unref();
    });
  return {
    ask(to) {
      learn(listIpc(to), (failure) => {
        if (failure !== undefined) warn(failure);
        // Beside Dovecot 2.4's there may be our own.
        if (to === '*' && listDovecot === undefined) endRelearn(director);
      });
      if (to === '*' && listDovecot !== undefined) learnDovecot(listDovecot, true);
    },
    names(onUser, finished) {
      const lists = [listIpc('*'), ...(listDovecot === undefined ? [] : [listDovecot])];
      let left = lists.length;
      const failures: string[] = [];
      for (const list of lists) {
        list(
          ({ username }) => onUser(username),
          (failure) => {
            if (failure !== undefined) failures.push(failure);
            if (--left === 0) finished(failures.length === 0 ? undefined : failures.join('; '));
          },
        );
      }
    },
    close() {
      clearTimeout(timer);
      for (const ipc of open) ipc.close();
    },
  };
};
