/**
 * What the peer of a userdb socket may ask (auth_master_connection_set_permissions(); auth.md 3.2). A socket file of mode
 * 0666 lets everybody connect, so who does not own it sees its own user only; any other mode was the decision already.
 */
import type { PeerCredentials } from '@homing/io';
import type { SocketFile } from './auth-server-options.ts';

export type Permissions = { may: 'all' } | { may: 'own'; uid: number; path: string } | { may: 'nothing' };

const ALL: Permissions = { may: 'all' };
const OPEN_TO_ALL = 0o666;

/** `nothing`: the peer cannot be known, and has to be disconnected. */
export const peerPermissions = (file: SocketFile | undefined, peer: () => PeerCredentials | undefined): Permissions => {
  if (file === undefined || (file.mode & 0o777) !== OPEN_TO_ALL) return ALL;
  const who = peer();
  if (who === undefined) return { may: 'nothing' };
  if (who.uid === file.uid || who.gid === file.gid) return ALL;
  return { may: 'own', uid: who.uid, path: file.path };
};

/** Why a USER reply may not be given to this peer, or undefined. */
export const refusalOfUser = (permissions: Permissions, uid: string | undefined): string | undefined => {
  if (permissions.may !== 'own') return undefined;
  if (uid === undefined) return "userdb reply doesn't contain uid";
  if (!/^\d+$/.test(uid)) return 'userdb reply contains invalid uid';
  if (Number(uid) === permissions.uid) return undefined;
  return `userdb uid (${uid}) doesn't match peer uid (${permissions.uid})`;
};
