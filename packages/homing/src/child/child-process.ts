/**
 * What every child of the master does alike: takes messages one after the other, logs through its stderr, leaves signals
 * to the master (a terminal's Ctrl-C reaches all of us), and ends when the master is gone.
 */
import type { Socket } from 'node:net';
import { createChildSink, createFormat, createLog, type FormatEntry, type Log, type ServerHandle } from '@homing/io';
import { assertNever } from '@homing/wire';
import { logTargets, wantsDebug } from '../master/logging.ts';
import { type Loaded, loadFromRecording } from '../settings/load.ts';
import { createMasterSockets, type MasterSockets } from './master-sockets.ts';
import { type FromChild, isToChild, type ToChild } from './messages.ts';

export type ChildService = {
  serve(message: Extract<ToChild, { do: 'serve' }>, handle: ServerHandle | undefined): Promise<void>;
  unserve(id: string): void;
  fifo(id: string, bytes: string): void;
  /** Rejects, and changes nothing, if the configuration cannot be used. */
  reload(loaded: Loaded): Promise<void>;
  /** Accepts no more. Resolves when what was under way has ended. */
  stop(sessions: 'keep' | 'end'): Promise<void>;
};

export type ChildStart = {
  readonly loaded: Loaded;
  readonly log: Log;
  /** The one before it has served and died, and may be missed. */
  readonly isRestart: boolean;
  readonly masterSockets: MasterSockets;
};

export type StartService = (start: ChildStart) => Promise<ChildService>;

/** sysexits.h EX_SOFTWARE: a fault of ours. The master starts the next one. */
const EX_SOFTWARE = 70;
/** As Dovecot's fatal exit status; the master has the reason. */
const EX_FATAL = 89;

export const runChild = (name: string, start: StartService): void => {
  let format: FormatEntry = () => [];
  let isDebug = false;
  const sink = createChildSink((entry, now) => format(entry, now));
  const masterSockets = createMasterSockets(tell);
  let service: ChildService | undefined;
  let log: Log | undefined;
  for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM', 'SIGUSR1'] as const) process.on(signal, () => {});
  process.on('uncaughtException', (error) => {
    log?.panic('uncaught', {}, error.stack ?? error.message);
    process.exit(EX_SOFTWARE);
  });

  const useLogSettings = ({ config }: Loaded): void => {
    const settings = config.settings();
    format = createFormat(logTargets(settings));
    isDebug = wantsDebug(settings);
  };
  const begin = async (loaded: Loaded, isRestart: boolean): Promise<void> => {
    useLogSettings(loaded);
    log = createLog({ service: name, debug: () => isDebug, now: Date.now, sink });
    try {
      service = await start({ loaded, log, isRestart, masterSockets });
      tell({ on: 'ready' });
    } catch (error) {
      tell({ on: 'failed', text: error instanceof Error ? error.message : String(error) }, () =>
        process.exit(EX_FATAL),
      );
    }
  };
  const reload = async (loaded: Loaded): Promise<void> => {
    try {
      await service?.reload(loaded);
      useLogSettings(loaded);
      tell({ on: 'reloaded' });
    } catch (error) {
      tell({ on: 'refused', text: error instanceof Error ? error.message : String(error) });
    }
  };
  /** Not waited for: sessions may be kept for days, and `end` may follow. */
  const stop = (sessions: 'keep' | 'end'): void => {
    const stopped = service?.stop(sessions) ?? Promise.resolve();
    stopped.then(() => process.exit(0), failed);
  };
  const failed = (error: unknown): void => {
    log?.panic('message_failed', {}, error instanceof Error ? (error.stack ?? error.message) : String(error));
  };
  const handle = async (message: Queued, listening: ServerHandle | undefined): Promise<void> => {
    switch (message.do) {
      case 'start':
        return begin(loadFromRecording(message.recording), message.isRestart);
      case 'serve':
        return service?.serve(message, listening);
      case 'unserve':
        return service?.unserve(message.id);
      case 'fifo':
        return service?.fifo(message.id, message.bytes);
      case 'reload':
        return reload(loadFromRecording(message.recording));
      case 'stop':
        return stop(message.sessions);
      default:
        return assertNever(message);
    }
  };

  let busy = Promise.resolve();
  const enqueue = (message: Queued, listening?: ServerHandle): void => {
    busy = busy.then(() => handle(message, listening)).catch(failed);
  };
  process.on('message', (message: unknown, handle: unknown) => {
    if (!isToChild(message)) return;
    // At once: somebody waits for it, perhaps behind the message that is being handled.
    if (message.do === 'connected') masterSockets.deliver(message, handle as Socket | undefined);
    else enqueue(message, handle as ServerHandle | undefined);
  });
  process.on('disconnect', () => enqueue({ do: 'stop', sessions: 'end' }));
};

/** One after the other. */
type Queued = Exclude<ToChild, { do: 'connected' }>;

const tell = (message: FromChild, then: () => void = () => {}): void => {
  if (process.connected) process.send?.(message, undefined, undefined, then);
  else then();
};
