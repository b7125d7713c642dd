/**
 * Lines of the ring (director-connection.c): `COMMAND\targ\targ...\n`, both ways the same. Minor versions 0 to 9; what a
 * peer of which minor understands is in `features.ts`.
 */
import type { ByteString } from '../line/bytes.ts';
import type { IpAddress } from '../net/ip-address.ts';

/** Who made a change, and its number there. Each director counts its own changes; a number seen before is a repetition. */
export type RingOrigin = { readonly ip: IpAddress; readonly port: number; readonly seq: number };

/** A backend as the ring tells it. */
export type RingHost = {
  readonly ip: IpAddress;
  readonly vhosts: number;
  /** Fields that an old peer does not send: '' and up, time 0. */
  readonly tag: ByteString;
  readonly isDown: boolean;
  /** Unix seconds of the last change between up and down; 0 = never. */
  readonly updownTime: number;
  readonly hostname: ByteString;
};

/**
 * The later half of SYNC, absent from minor 0 peers. `minor`: the lowest seen on the way. `timestamp`: Unix seconds, 0 if
 * the peer is so old that it sent none, which counts as now. `hostsHash`: 0 if it sent none.
 */
export type SyncState = { readonly minor: number; readonly timestamp: number; readonly hostsHash: number };

export type RingCommand =
  | { cmd: 'VERSION'; protocol: ByteString; major: number; minor: number }
  /** `time`: the sender's clock, Unix seconds; absent from old peers. */
  | { cmd: 'ME'; ip: IpAddress; port: number; time: number | undefined }
  | { cmd: 'DIRECTOR' | 'DIRECTOR-REMOVE' | 'CONNECT'; ip: IpAddress; port: number }
  /** `isComplete`: the sender's ring has been handshaked at least once. */
  | { cmd: 'HOST-HAND-START' | 'HOST-HAND-END'; isComplete: boolean }
  /** `origin` is undefined inside a host list. */
  | { cmd: 'HOST'; origin: RingOrigin | undefined; host: RingHost }
  | { cmd: 'HOST-REMOVE' | 'HOST-FLUSH'; origin: RingOrigin; ip: IpAddress }
  /** `U` is a user of the handshake. `timestamp`: Unix seconds of the last refresh. */
  | { cmd: 'U'; hash: number; ip: IpAddress; timestamp: number; isWeak: boolean }
  /** Below minor 9 without `timestamp`, or else it stands for `U`. Only then `isWeak` means something; never sent. */
  | { cmd: 'USER'; hash: number; ip: IpAddress; timestamp: number | undefined; isWeak: boolean }
  | { cmd: 'USER-WEAK' | 'USER-MOVE'; origin: RingOrigin; hash: number; ip: IpAddress }
  | { cmd: 'USER-KILLED'; hash: number }
  | { cmd: 'USER-KILLED-EVERYWHERE'; origin: RingOrigin; hash: number }
  | { cmd: 'USER-KICK'; origin: RingOrigin; username: ByteString }
  | { cmd: 'USER-KICK-ALT'; origin: RingOrigin; field: ByteString; value: ByteString }
  | { cmd: 'USER-KICK-HASH'; origin: RingOrigin; hash: number; exceptIp: IpAddress }
  | { cmd: 'SYNC'; ip: IpAddress; port: number; seq: number; state: SyncState | undefined }
  /** `time`: Unix seconds; `buffered`: bytes in the sender's output buffer. */
  | { cmd: 'PING' | 'PONG'; time: number | undefined; buffered: number | undefined }
  | { cmd: 'OPTIONS'; options: readonly ByteString[] }
  | { cmd: 'DONE' }
  | { cmd: 'QUIT'; reason: ByteString };
