/** User and group numbers as userdbs write them: a decimal number, or a name of this system. */
import { parseUint32 } from '@homing/wire';
import type { DriverDeps } from '../passdb/driver-deps.ts';

/** (uid_t)-1 stands for "none" everywhere in the system's interfaces. */
const NONE = 0xffff_ffff;

const known = (id: number | undefined): number | undefined => (id === NONE ? undefined : id);

export const parseUid = (text: string, ids: Pick<DriverDeps, 'uidOf'>): number | undefined =>
  known(parseUint32(text) ?? ids.uidOf(text));

export const parseGid = (text: string, ids: Pick<DriverDeps, 'gidOf'>): number | undefined =>
  known(parseUint32(text) ?? ids.gidOf(text));
