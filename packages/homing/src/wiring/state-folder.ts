/**
 * `state_dir/homing`, where the director keeps what outlives it, for the core's user alone. `state_dir` itself belongs to
 * root and to Dovecot, whose files in it are not touched. Empty: nothing is kept.
 */
import type { Config } from '@homing/config';
import { warnOfNoState } from '@homing/director-ring';
import { type Log, makeOwnFolder } from '@homing/io';
import { coreIdentity } from '../plan/identity.ts';

/** Undefined, and a warning with the reason, if it cannot be made. While we are root. */
export const directorStateFolder = (config: Config, log: Log): string | undefined => {
  const { state_dir } = config.settings();
  if (state_dir === '') return undefined;
  const folder = `${state_dir}/homing`;
  const identity = coreIdentity(config);
  try {
    makeOwnFolder(folder, identity && { uid: identity.user.uid, gid: identity.gid ?? identity.user.gid });
    return folder;
  } catch (error) {
    warnOfNoState(log, folder, error);
    return undefined;
  }
};
