/** What the director's core asks of the world. Effects run in order. */
import type { LogFields, LogLevel } from '@homing/io';
import type { ByteString, IpAddress, ProxyCommand } from '@homing/wire';
import type { MailHost } from './host/mail-host.ts';
import type { DirectorHost } from './ring/ring.ts';

/** What login processes are told through the `ipc` service. */
export type Kick = Extract<ProxyCommand, { cmd: 'KICK' | 'KICK-ALT' | 'KICK-DIRECTOR-HASH' }>;

export type FlushRequest = {
  readonly hash: number;
  readonly oldHost: OldHost;
  readonly newIp: IpAddress;
  readonly newHostname: string;
};

/** The mail host a user is taken from, as it was when the move began. */
export type OldHost = { readonly ip: IpAddress; readonly isDown: boolean; readonly vhosts: number };

export type Effect =
  /** Answer with `kickFinished`. */
  | { do: 'kick'; id: number; kick: Kick }
  /** Answer with `flushFinished`, unless forgotten. */
  | { do: 'flush'; id: number; request: FlushRequest }
  | { do: 'forget-flush'; id: number }
  /** The late answer to a login request. */
  | { do: 'answer'; ticket: number; answer: LateAnswer }
  /** The late reply to an admin command of this session. */
  | { do: 'reply'; session: number; reply: ByteString }
  /** Open a connection from our ring address; answer with `peerConnected` or `peerLost`. */
  | { do: 'ring-connect'; peer: number; host: DirectorHost }
  | { do: 'ring-send'; peer: number; text: ByteString }
  /** After what was sent is flushed. The core does not want to hear of it any more. */
  | { do: 'ring-close'; peer: number }
  | { do: 'log'; level: LogLevel; event: string; fields: LogFields; text: string };

export type LateAnswer = { result: 'host'; host: MailHost } | Failure;

/** `reason`: for the log; undefined: which has enough of the same. */
export type Failure = { result: 'fail'; reason: string | undefined };
