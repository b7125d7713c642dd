/** All `director` commands, in the order in which they are looked for. */
import type { Command } from '../context.ts';
import { directorAdd, directorUpdate } from './add.ts';
import { createDirectorDump } from './dump.ts';
import { directorFlush } from './flush.ts';
import { directorDown, directorRemove, directorUp } from './host.ts';
import { directorMap } from './map.ts';
import { directorRingAdd, directorRingRemove, directorRingStatus } from './ring.ts';
import { directorStatus } from './status.ts';
import { directorKick, directorMove } from './user.ts';

export const directorCommands = (program: string): readonly Command[] => [
  directorStatus,
  directorMap,
  directorAdd,
  directorUpdate,
  directorUp,
  directorDown,
  directorRemove,
  directorMove,
  directorKick,
  directorFlush,
  createDirectorDump(program),
  directorRingAdd,
  directorRingRemove,
  directorRingStatus,
];
