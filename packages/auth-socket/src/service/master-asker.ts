/** Who asks on a master or userdb socket: what it may, and how it is answered. */
import type { PeerCredentials } from '@homing/io';
import type { AuthPeerFeatures, ByteString } from '@homing/wire';
import type { Permissions } from './peer-permissions.ts';

export type MasterAsker = {
  /** In this process: a director, which takes what we say and adds to it. */
  readonly isLocal: boolean;
  /** By the version it has said. */
  readonly features: () => AuthPeerFeatures;
  readonly permissions: Permissions;
  readonly peer: () => PeerCredentials | undefined;
  /** A whole line. Does nothing when the connection is gone. */
  readonly send: (line: ByteString) => void;
  /** With the connection's age behind it, as Dovecot has it. */
  readonly logError: (text: string) => void;
};

/** `<path> mode=0666, but not owned by UID <uid>(<name>)` */
export const restrictedReason = (
  permissions: Extract<Permissions, { may: 'own' }>,
  userName: (uid: number) => string | undefined,
): string => {
  const name = userName(permissions.uid);
  return `${permissions.path} mode=0666, but not owned by UID ${permissions.uid}${name === undefined ? '' : `(${name})`}`;
};
