/**
 * Becoming an unprivileged user for good. All threads change together (glibc's setxid), so the pool threads of libuv and
 * worker threads lose root as well.
 */
import { accessSync, constants } from 'node:fs';
import type { SystemUser } from './users.ts';

export type Identity = { readonly user: SystemUser; readonly gid?: number; readonly extraGroups?: readonly number[] };

/** Does nothing when not root: then everything already runs as the one user there is. Throws if root could come back. */
export const dropPrivileges = (to: Identity): void => {
  const { geteuid, getuid, setgid, setgroups, setuid } = process;
  if (geteuid?.() !== 0 || to.user.uid === 0) return;
  if (!setgid || !setgroups || !setuid) throw new Error('this system has no setuid()');
  const gid = to.gid ?? to.user.gid;
  if (/^\d+$/.test(to.user.name)) setgroups([gid]);
  else initgroups(to.user.name, gid);
  if (to.extraGroups !== undefined && to.extraGroups.length > 0) {
    setgroups([...new Set([...(process.getgroups?.() ?? []), ...to.extraGroups])]);
  }
  setgid(gid);
  setuid(to.user.uid);
  if (getuid?.() === 0 || process.geteuid?.() === 0 || canBecomeRoot(setuid)) {
    throw new Error(`still root after setuid(${to.user.uid})`);
  }
  checkProgramReadable(to.user.name);
};

/** Worker threads and what is loaded on demand are read as this user. */
const checkProgramReadable = (user: string): void => {
  try {
    accessSync(import.meta.filename, constants.R_OK);
  } catch {
    const folder = import.meta.filename.replace(/\/packages\/io\/.*/, '');
    throw new Error(`The user ${user} cannot read the program in ${folder}: move it where everybody can, as /opt`);
  }
};

/** The groups of which the system says the user is a member, and `gid`. Missing in @types/node 24. */
const initgroups: (user: string, gid: number) => void = Reflect.get(process, 'initgroups');

const canBecomeRoot = (setuid: (id: number) => void): boolean => {
  try {
    setuid(0);
    return true;
  } catch {
    return false;
  }
};
