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
import { reasonOf } from './line-dialogue.ts';
import type { Runtime } from './runtime.ts';

export type SessionAsking = {
  /** All login processes, or the one with this connection id at ipc. After all have answered nobody waits any more. */
  ask(to: '*' | number): void;
  /** The same for whoever only wants the names at the backends. Rejects with the reason why there may be more. */
  names(onUser: (username: ByteString) => void): Promise<void>;
  close(): void;
};

/** Of Dovecot 2.4. Rejects with the reason why there may be more. */
export type ListSessions = (onSession: (session: Session) => void) => Promise<void>;

export const createSessionAsking = (
  runtime: Runtime,
  connect: Connect,
  listDovecot: ListSessions | undefined,
): SessionAsking => {
  const { director, log } = runtime;
  const separator = director.settings.auth_master_user_separator;
  const open = new Set<IpcClient>();
  const askIpc = (to: '*' | number, onSession: (session: Session) => void): Promise<void> => {
    const ipc = createIpcClient(connect, log);
    open.add(ipc);
    const read = createSessionListReader();
    const line = (data: string): void => {
      const session = read(data);
      if (session === undefined) return;
      onSession({ username: withoutMaster(session.backendUser, separator), ip: session.chosenIp });
    };
    return new Promise((resolve, reject) => {
      ipc.list(to, line, (failure) => {
        open.delete(ipc);
        ipc.close();
        if (failure === undefined) resolve();
        else reject(new Error(failure));
      });
    });
  };
  const learn = async (list: ListSessions): Promise<void> => {
    const sessions: Session[] = [];
    try {
      await list((session) => void sessions.push(session));
    } catch (error) {
      log.warning('director_sessions_unknown', {}, `Sessions of login processes are not known: ${reasonOf(error)}`);
    }
    // What came before a failure is as true as the rest.
    learnSessions(director, sessions, runtime.now());
    runtime.settle();
  };
  return {
    ask(to) {
      const lists: ListSessions[] = [(onSession) => askIpc(to, onSession)];
      if (to === '*' && listDovecot !== undefined) lists.push(listDovecot);
      void Promise.all(lists.map(learn)).then(() => {
        // Beside Dovecot's there may be our own login processes, who come by themselves.
        if (to !== '*' || listDovecot !== undefined) return;
        endRelearn(director);
        runtime.settle();
      });
    },
    async names(onUser) {
      const onSession = ({ username }: Session): void => onUser(username);
      await Promise.all([askIpc('*', onSession), listDovecot?.(onSession)]);
    },
    close() {
      for (const ipc of open) ipc.close();
    },
  };
};
