/**
 * Sessions are to be dropped everywhere: each director tells its own login processes. Without limit, since whoever asked
 * first was limited, and without waiting for the result, which nobody wants.
 */
import type { RingCommand } from '@homing/wire';
import type { Director } from '../director.ts';
import { HEALTH_FIELD } from '../health/bulletin.ts';
import { onBulletin } from '../health/health.ts';
import { kickEverywhere, type RingKick } from '../move/kick-everywhere.ts';
import type { Peer } from './peer.ts';
import { acceptOrigin, update } from './propagate.ts';

type Command<Name> = Extract<RingCommand, { cmd: Name }>;

export const onUserKick = (director: Director, peer: Peer, command: Command<'USER-KICK'>, now: number): void =>
  onKick(director, peer, command, now);

export const onUserKickAlt = (director: Director, peer: Peer, command: Command<'USER-KICK-ALT'>, now: number): void => {
  if (command.field !== HEALTH_FIELD) {
    onKick(director, peer, command, now);
    return;
  }
  const origin = acceptOrigin(director, command.origin);
  if (origin === undefined) return;
  update(director, peer.member, { ...command, origin });
  onBulletin(director, command.value, now);
};

export const onUserKickHash = (director: Director, peer: Peer, command: Command<'USER-KICK-HASH'>, now: number): void =>
  onKick(director, peer, command, now);

const onKick = (director: Director, peer: Peer, command: RingKick, now: number): void => {
  const origin = acceptOrigin(director, command.origin);
  if (origin !== undefined) kickEverywhere(director, peer.member, { ...command, origin }, { for: 'ring' }, now);
};
