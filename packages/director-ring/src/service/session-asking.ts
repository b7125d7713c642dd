/**
 * Asks login processes for their sessions (`LIST-FULL`), so that a director that knows nobody learns who is where. Each
 * question has an ipc connection of its own: ipc takes one command at a time from a connection, and a process that does
 * not answer must hold up neither kicks nor what others have to tell.
 */
import type { Connect } from '@homing/io';
import { createSessionListReader } from '@homing/wire';
import { learnSessions } from '../core/relearn/learn-sessions.ts';
import { endRelearn } from '../core/relearn/relearn.ts';
import type { Session } from '../core/relearn/session.ts';
import { withoutMaster } from './complete-line.ts';
import { createIpcClient, type IpcClient } from './ipc-client.ts';
import type { Runtime } from './runtime.ts';

export type SessionAsking = {
  /** All login processes, or the one with this connection id. After all have answered nobody waits any more. */
  ask(to: '*' | number): void;
  close(): void;
};

export const createSessionAsking = (runtime: Runtime, connect: Connect): SessionAsking => {
  const { director, log } = runtime;
  const separator = director.settings.auth_master_user_separator;
  const open = new Set<IpcClient>();
  return {
    ask(to) {
      const ipc = createIpcClient(connect, log);
      open.add(ipc);
      const read = createSessionListReader();
      const sessions: Session[] = [];
      const line = (data: string): void => {
        const session = read(data);
        if (session === undefined) return;
        sessions.push({ username: withoutMaster(session.backendUser, separator), ip: session.destIp });
      };
      ipc.list(to, line, (failure) => {
        if (failure !== undefined) {
          log.warning('director_sessions_unknown', {}, `Sessions of login processes are not known: ${failure}`);
        }
        // What came before a failure is as true as the rest.
        learnSessions(director, sessions, runtime.now());
        if (to === '*') endRelearn(director);
        runtime.settle();
        open.delete(ipc);
        ipc.close();
      });
    },
    close() {
      for (const ipc of open) ipc.close();
    },
  };
};
