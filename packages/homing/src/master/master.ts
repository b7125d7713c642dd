/**
 * The master: opens what must be open, starts the others, and then only listens to signals. It never touches a client's
 * or a peer's byte, so that it has no reason to fail.
 */
import type { Config } from '@homing/config';
import { createPidFile, type HeldListener, lookupUser, raiseOpenFileLimit, watchListeners } from '@homing/io';
import { systemNames } from '../plan/identity.ts';
import { type ListenerPlan, loginWorkers, planListeners } from '../plan/listener-plan.ts';
import { type Loaded, loadFromFiles } from '../settings/load.ts';
import { type Crew, type CrewState, createCrew } from './crew.ts';
import type { MasterLog, PreparedLog } from './logging.ts';
import { adjustOwners, type OpenListeners, openListeners, releaseListeners } from './open-listeners.ts';
import { prepareLoginDirectory, prepareRunDirectory } from './run-directory.ts';

export type Master = {
  reload(): Promise<void>;
  /** Resolves when everything has ended and nothing is left behind. */
  stop(): Promise<void>;
  /** Ends what still runs at once. */
  abort(): void;
};

export type MasterOptions = {
  readonly configPath: string;
  readonly loaded: Loaded;
  readonly masterLog: MasterLog;
};

/** Resolves when every process serves. Rejects, with nothing left behind, if that cannot be. */
export const startMaster = async ({ configPath, loaded, masterLog }: MasterOptions): Promise<Master> => {
  const { log } = masterLog;
  const { base_dir, default_login_user } = loaded.config.settings();
  const plan = planFor(loaded.config);
  prepareRunDirectory(base_dir);
  const pidFile = createPidFile(`${base_dir}/master.pid`, process.pid);
  const prepareLogin = (): void => prepareLoginDirectory(base_dir, lookupUser(default_login_user)?.gid, log);
  raiseOpenFileLimit();
  let open: OpenListeners = new Map();
  let current: Loaded = loaded;
  const state = (): CrewState => ({
    recording: current.recording,
    listeners: [...open.values()],
    anvilSocket: current.config.settings().homing_anvil_socket,
    workers: [...open.values()].some(({ role }) => role.service === 'login') ? loginWorkers(current.config) : 0,
  });
  const crew = createCrew({ log, output: masterLog.output, state });
  try {
    prepareLogin();
    open = await openListeners(plan.listeners, open, log);
    for (const text of [...loaded.config.warnings, ...plan.warnings]) log.warning('config', {}, text);
    await crew.start();
  } catch (error) {
    crew.kill();
    releaseListeners(open);
    pidFile.remove();
    throw error;
  }
  const watch = watchListeners(
    () => [...open.values()].map((listener) => listener.held),
    (held) => {
      prepareLogin();
      renew(crew, open, held);
    },
    log,
  );

  return {
    async reload() {
      log.warning('reload', {}, 'SIGHUP received - reloading configuration');
      let opened: OpenListeners | undefined;
      let logs: PreparedLog | undefined;
      try {
        const next = loadFromFiles(configPath);
        const settings = next.config.settings();
        if (settings.base_dir !== base_dir) throw new Error('base_dir cannot be changed by a reload');
        const nextPlan = planFor(next.config);
        logs = masterLog.prepare(settings);
        opened = await openListeners(nextPlan.listeners, open, log);
        const refusal = await crew.offer(next.recording);
        if (refusal !== undefined) throw new Error(refusal);
        const before = open;
        [open, current] = [opened, next];
        logs.use();
        releaseListeners(before, open);
        adjustOwners(open, log);
        crew.adopt([...before.keys()].filter((id) => !open.has(id)));
        for (const text of [...next.config.warnings, ...nextPlan.warnings]) log.warning('config', {}, text);
        log.info('reloaded', {}, 'Configuration reloaded');
      } catch (error) {
        logs?.discard();
        if (opened !== undefined && opened !== open) releaseListeners(opened, open);
        log.error(
          'reload_failed',
          {},
          `Config reload failed: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
    },
    async stop() {
      watch.stop();
      for (const { role, held } of open.values()) if (role.service === 'login') held.release();
      await crew.stop();
      for (const { role, held } of open.values()) if (role.service !== 'login') held.release();
      pidFile.remove();
    },
    abort: () => crew.kill(),
  };
};

const planFor = (config: Config): ListenerPlan => planListeners(config, systemNames());

const renew = (crew: Crew, open: OpenListeners, held: HeldListener): void => {
  for (const listener of open.values()) if (listener.held === held) crew.renew(listener);
};
