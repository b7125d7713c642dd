/**
 * Ends single sessions of Dovecot 2.4's login processes: each process is told on its own admin socket. Whom that does not
 * reach (only root may; a process that was told to stop has closed it) anvil is to tell, as far as it can. Whether a
 * session has ended only the next list of sessions shows.
 */
import type { Connect } from '@homing/io';
import {
  ANVIL_CLIENT_MAX_LINE,
  anvilClientHello,
  formatAdminKick,
  formatAnvilClientCommand,
  MASTER_ADMIN_MAX_LINE,
  masterAdminClientHello,
  parseAdminReply,
  parseAnvilKickCount,
  parseAnvilServerVersion,
  parseMasterAdminServerVersion,
  WireError,
} from '@homing/wire';
import type { ProxiedSession } from '../core/session-kick/proxied-session.ts';
import { askLines, reasonOf } from './line-dialogue.ts';

/** A process that does nothing else answers at once. */
const PROCESS_SILENCE_MS = 5000;
/** anvil asks the process in its turn; an admin waits for half a minute in all. */
const ANVIL_SILENCE_MS = 10_000;

/** Processes that are told at once: each takes `LISTENS_ALONE_MS`, and who asked waits for 30 s at most. */
const PARALLEL = 200;

export type LoginProcess = { readonly service: string; readonly pid: number };

export type SessionSockets = {
  readonly anvil: Connect;
  /** The admin socket of a process. */
  readonly process: (process: LoginProcess) => Connect;
};

/** Called once for each session; `reason`: why it could not be told. */
export type Told = (session: ProxiedSession, reason: string | undefined) => void;

export type SessionEnding = (sessions: readonly ProxiedSession[], told: Told) => void;

export const createSessionEnding = (sockets: SessionSockets, signal: AbortSignal): SessionEnding => {
  /** Each call's processes. They take turns: a single user must not wait until a whole domain is told. */
  const waiting: Iterator<() => Promise<void>>[] = [];
  let running = 0;
  const takeNext = (): (() => Promise<void>) | undefined => {
    for (let call = waiting.shift(); call !== undefined; call = waiting.shift()) {
      const next = call.next();
      if (next.done === true) continue;
      waiting.push(call);
      return next.value;
    }
    return undefined;
  };
  const startNext = (): void => {
    while (running < PARALLEL) {
      const next = takeNext();
      if (next === undefined) return;
      running++;
      void next().finally(() => {
        running--;
        startNext();
      });
    }
  };
  return (sessions, told) => {
    const processes = Map.groupBy(sessions, ({ service, pid }) => `${service}/${pid}`);
    waiting.push(processes.values().map((members) => () => endSessions(sockets, members, told, signal)));
    startNext();
  };
};

/** All of one process. Never rejects. */
const endSessions = async (
  sockets: SessionSockets,
  sessions: readonly ProxiedSession[],
  told: Told,
  signal: AbortSignal,
): Promise<void> => {
  const [first] = sessions;
  if (first === undefined) return;
  let reason: string | undefined;
  try {
    await tellProcess(sockets.process(first), sessions, signal);
  } catch (error) {
    const socket = `srv.${first.service}/${first.pid}: ${reasonOf(error)}`;
    reason = await tellAnvil(sockets.anvil, sessions, signal).then(
      () => `${socket}; anvil was told instead`,
      (second: unknown) => `${socket}; anvil: ${reasonOf(second)}`,
    );
  }
  for (const session of sessions) told(session, reason);
};

/**
 * A process of one client reads from a new connection for a tenth of a second and does nothing else. It would end within
 * that, with its last session, and fails an assertion then (2.4.1). So it is told after that.
 */
const LISTENS_ALONE_MS = 150;

/** A process may end with its last session instead of answering. */
const tellProcess = (connect: Connect, sessions: readonly ProxiedSession[], signal: AbortSignal): Promise<void> => {
  let isGreeted = false;
  let left = sessions.length;
  const kicks = sessions.map((session) => `${formatAdminKick(session)}\n`).join('');
  return askLines({
    connect,
    question: masterAdminClientHello(),
    maxLine: MASTER_ADMIN_MAX_LINE,
    silenceMs: PROCESS_SILENCE_MS,
    onLine(line, say) {
      if (!isGreeted) {
        parseMasterAdminServerVersion(line);
        isGreeted = true;
        setTimeout(() => say(kicks), LISTENS_ALONE_MS).unref();
        return false;
      }
      const reply = parseAdminReply(line);
      if (reply.reply === 'error') throw new WireError('bad-line', reply.text);
      return --left === 0;
    },
    mayEnd: () => isGreeted,
    signal,
  });
};

const tellAnvil = (connect: Connect, sessions: readonly ProxiedSession[], signal: AbortSignal): Promise<void> => {
  let isGreeted = false;
  let left = sessions.length;
  const kicks = sessions.map(({ user, guid }) => `${formatAnvilClientCommand({ cmd: 'KICK-USER', user, guid })}\n`);
  return askLines({
    connect,
    question: anvilClientHello() + kicks.join(''),
    maxLine: ANVIL_CLIENT_MAX_LINE,
    silenceMs: ANVIL_SILENCE_MS,
    onLine(line) {
      if (!isGreeted) {
        parseAnvilServerVersion(line);
        isGreeted = true;
        return false;
      }
      parseAnvilKickCount(line);
      return --left === 0;
    },
    signal,
  });
};
