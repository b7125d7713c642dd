/** `homing_director_max_users`: nobody fills our memory with users. Asked before one is added. */
import type { Director } from './director.ts';
import { PeerFault } from './ring/peer.ts';

export const isFull = ({ hosts, settings }: Director): boolean => hosts.users() >= settings.homing_director_max_users;

export const fullText = ({ settings }: Director): string =>
  `homing_director_max_users=${settings.homing_director_max_users} reached`;

/** For a user that another director tells of. */
export const demandRoom = (director: Director): void => {
  if (isFull(director)) throw new PeerFault(fullText(director));
};
