/** The folder of a demonstration: kept between runs, so that the second one is quick. */
import { chmodSync, chownSync, existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { lookupUser, runningPid } from '@homing/io';

export type State = {
  readonly dir: string;
  /** Below it are Homing's sockets. */
  readonly runDir: string;
  readonly configFile: string;
  readonly logFile: string;
  readonly database: string;
  readonly cert: string;
  readonly key: string;
  /** Who Homing's processes become; undefined if they stay what they are. */
  readonly users: { readonly internal: string; readonly login: string } | undefined;
};

export const REPOSITORY = resolve(import.meta.dirname, '../../..');

export const openState = (): State => {
  const dir = resolve(process.env.HOMING_STATE ?? `${REPOSITORY}/.cache/run`);
  mkdirSync(dir, { recursive: true, mode: 0o755 });
  chmodSync(dir, 0o755);
  const runDir = `${dir}/run`;
  refuseSecond(dir, runDir);
  // What a run that was killed has left; its processes are gone with it.
  if (!existsSync(`${runDir}/master.pid`)) rmSync(runDir, { recursive: true, force: true });
  const file = (name: string): string => `${dir}/${name}`;
  return {
    dir,
    runDir,
    configFile: file('homing.conf'),
    logFile: file('homing.log'),
    database: file('users.sqlite'),
    cert: file('proxy.pem'),
    key: file('proxy.key'),
    users: unprivilegedUsers(dir),
  };
};

/** A second one in the same folder would take the configuration and the log from the first. */
const refuseSecond = (dir: string, runDir: string): void => {
  const pid = runningPid(`${runDir}/master.pid`);
  if (pid === undefined) return;
  throw new Error(`Homing with PID ${pid} uses ${dir} already. Stop it, or set HOMING_STATE to another folder.`);
};

/** Dovecot's users where it is installed, if they can read the program and the state: not below /root. */
const unprivilegedUsers = (dir: string): State['users'] => {
  if (process.getuid?.() !== 0) return undefined;
  const found = lookupUser('dovecot') !== undefined && lookupUser('dovenull') !== undefined;
  return found && everybodyMayEnter(dir) && everybodyMayEnter(REPOSITORY)
    ? { internal: 'dovecot', login: 'dovenull' }
    : undefined;
};

const everybodyMayEnter = (dir: string): boolean =>
  (statSync(dir).mode & 0o001) !== 0 && (dirname(dir) === dir || everybodyMayEnter(dirname(dir)));

/** Readable by the auth server's user and nobody else. */
export const protect = (path: string, state: State): void => {
  const gid = state.users === undefined ? undefined : lookupUser(state.users.internal)?.gid;
  if (gid !== undefined) chownSync(path, 0, gid);
  chmodSync(path, gid === undefined ? 0o600 : 0o640);
};
