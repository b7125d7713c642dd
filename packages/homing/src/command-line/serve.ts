/**
 * `homing`: the whole life of a server. Errors before the log is open are printed; later ones are printed and logged.
 * The caller has the terminal in the foreground, and nothing in the background (then `io/process/detach.ts` passes on
 * what we print until we serve).
 */
import { lostLines, tellReady } from '@homing/io';
import { createMasterLog, logTargets, type MasterLog } from '../master/logging.ts';
import { type Master, startMaster } from '../master/master.ts';
import { type Loaded, loadFromFiles } from '../settings/load.ts';
import { PRODUCT } from './version.ts';

/** Dovecot's status for a configuration that cannot be used and for a start that failed. */
const FATAL = 89;

/** Resolves with the exit status when the server has ended. `say` prints a line on stderr. */
export const serve = async (configPath: string, say: (line: string) => void): Promise<number> => {
  let loaded: Loaded;
  let masterLog: MasterLog;
  try {
    loaded = loadFromFiles(configPath);
    masterLog = createMasterLog(loaded.config.settings());
  } catch (error) {
    say(`homing: Fatal: ${message(error)}`);
    return FATAL;
  }
  const { log } = masterLog;
  const stopped = Promise.withResolvers<number>();
  let master: Master | undefined;
  let stopping = false;
  const stop = (signal: NodeJS.Signals, number: number): void => {
    log.warning('signal', { signal }, `Killed with signal ${number}${stopping ? ' again, ending now' : ''}`);
    if (stopping || master === undefined) {
      master?.abort();
      if (master === undefined) process.exit(FATAL);
    }
    stopping = true;
    master.stop().then(() => stopped.resolve(0), stopped.reject);
  };
  process.on('SIGTERM', () => stop('SIGTERM', 15));
  process.on('SIGINT', () => stop('SIGINT', 2));
  process.on('SIGUSR1', () => masterLog.reopen());
  let reloading = Promise.resolve();
  process.on('SIGHUP', () => {
    // One after the other: the second must see what the first has opened.
    reloading = reloading.then(() => (stopping ? undefined : master?.reload()));
  });
  try {
    master = await startMaster({ configPath, loaded, masterLog });
  } catch (error) {
    log.fatal('start_failed', {}, message(error));
    if (loaded.config.settings().log_path !== '/dev/stderr') say(`homing: Fatal: ${message(error)}`);
    return FATAL;
  }
  log.info('started', {}, `${PRODUCT} starting up ${forProtocols(loaded.config.settings().protocols)}`);
  const lost = lostLines(logTargets(loaded.config.settings()));
  if (lost !== undefined) say(`homing: Warning: ${lost}`);
  tellReady();
  return stopped.promise;
};

const forProtocols = (protocols: string): string => {
  const names = protocols.split(/\s+/).filter((name) => name !== '');
  return names.length === 0 ? 'without any protocols' : `for ${names.join(', ')}`;
};

const message = (error: unknown): string => (error instanceof Error ? error.message : String(error));
