/** The master's own log, and the files that its children's lines go to as well. */
import type { Settings } from '@homing/config';
import {
  createFormat,
  createLog,
  createLogOutput,
  createOutputSink,
  type Log,
  type LogOutput,
  type LogSink,
  type LogTargets,
} from '@homing/io';

export const logTargets = (settings: Settings): LogTargets => ({
  ...settings,
  format: settings.homing_log_format === 'json' ? 'json' : 'text',
});

/** `log_debug` is an event filter in Dovecot; here any filter means all debug lines. */
export const wantsDebug = (settings: Settings): boolean => settings.log_debug !== '' || settings.auth_debug;

/** Call one of the two. */
export type PreparedLog = { use(): void; discard(): void };

export type MasterLog = {
  readonly log: Log;
  readonly output: () => LogOutput;
  /** For a reload: opens what the new settings say. Throws if a file cannot be opened. */
  prepare(settings: Settings): PreparedLog;
  reopen(): void;
};

/** Throws if a log file cannot be opened. */
export const createMasterLog = (settings: Settings): MasterLog => {
  let output = createLogOutput(logTargets(settings));
  let isDebug = wantsDebug(settings);
  let sink: LogSink = createOutputSink(createFormat(logTargets(settings)), output);
  const log = createLog({
    service: 'master',
    debug: () => isDebug,
    now: Date.now,
    sink: (entry, now) => sink(entry, now),
  });
  return {
    log,
    output: () => output,
    prepare(next) {
      const opened = createLogOutput(logTargets(next));
      return {
        use() {
          sink = createOutputSink(createFormat(logTargets(next)), opened);
          output.close();
          output = opened;
          isDebug = wantsDebug(next);
        },
        discard: () => opened.close(),
      };
    },
    reopen() {
      const failure = output.reopen();
      if (failure !== undefined) log.error('log_reopen', {}, `Can't reopen log: ${failure.message}`);
    },
  };
};
