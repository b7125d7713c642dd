/** Kicks that all directors carry out, each on its own login processes (director_kick_user() and its friends). */
import { assertNever, type RingCommand } from '@homing/wire';
import type { Director } from '../director.ts';
import type { Kick } from '../effect.ts';
import { update } from '../ring/propagate.ts';
import type { Member } from '../ring/ring.ts';
import { type KickPurpose, startKick } from './kicks.ts';

export type RingKick = Extract<RingCommand, { cmd: 'USER-KICK' | 'USER-KICK-ALT' | 'USER-KICK-HASH' }>;

/** `source`: who told us; our own member for a kick that begins here. */
export const kickEverywhere = (
  director: Director,
  source: Member | undefined,
  command: RingKick,
  purpose: KickPurpose,
  now: number,
): void => {
  startKick(director, purpose, localKick(command), now);
  update(director, source, command);
};

const localKick = (command: RingKick): Kick => {
  switch (command.cmd) {
    case 'USER-KICK':
      return { cmd: 'KICK', users: [command.username] };
    case 'USER-KICK-ALT':
      return { cmd: 'KICK-ALT', field: command.field, values: [command.value] };
    case 'USER-KICK-HASH':
      return { cmd: 'KICK-DIRECTOR-HASH', hash: command.hash, exceptIp: command.exceptIp };
    default:
      return assertNever(command);
  }
};
