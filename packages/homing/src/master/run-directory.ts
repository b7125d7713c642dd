/**
 * `base_dir` and `base_dir/login`, as Dovecot's master makes them (master-settings.c): what is in `login/` may be reached
 * by login processes only. Sockets in subfolders of `login/` make their own folder, 0755.
 */
import { accessSync, chmodSync, chownSync, constants, mkdirSync, statSync } from 'node:fs';
import { errnoText, errorCode, type Log } from '@homing/io';

/** `base_dir`. Throws with the reason for the administrator. */
export const prepareRunDirectory = (baseDir: string): void => {
  try {
    mkdirSync(baseDir, { recursive: true, mode: 0o755 });
    accessSync(baseDir, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new Error(`base_dir ${baseDir} is not writable: ${errnoText(errorCode(error))}`, { cause: error });
  }
};

/** `base_dir/login`. Also after somebody removed it. `group` is that of `default_login_user`. */
export const prepareLoginDirectory = (baseDir: string, group: number | undefined, log: Log): void => {
  const login = `${baseDir}/login`;
  const isNew = mkdirSync(login, { recursive: true, mode: 0o750 }) !== undefined;
  if (process.geteuid?.() !== 0 || group === undefined) return;
  const now = statSync(login);
  if (now.uid === 0 && now.gid === group && (now.mode & 0o7777) === 0o750) return;
  chownSync(login, 0, group);
  chmodSync(login, 0o750);
  if (!isNew) log.warning('login_directory', {}, `Corrected permissions for login directory ${login}`);
};
