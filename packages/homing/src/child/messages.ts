/**
 * What the master and its children say to one another. The channel is the one Node opens between a process and its
 * child; a `serve` for a socket carries the listening handle beside it, a `connected` the connection.
 */

import type { Role } from '../plan/role.ts';
import type { Recording } from '../settings/recording.ts';
import type { MasterSocket } from './master-sockets.ts';

/** What a unix socket or fifo looks like on disk; a child that gave up root may not be able to look. */
export type ListenerFile = {
  readonly path: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
};

export type ToChild =
  /** First of all. The answer is `ready` or `failed`. `isRestart`: one before it has served. */
  | { readonly do: 'start'; readonly recording: Recording; readonly isRestart: boolean }
  /** Accept here from now on; replaces what was served under this id. A fifo comes without a handle. */
  | { readonly do: 'serve'; readonly id: string; readonly role: Role; readonly file: ListenerFile | undefined }
  | { readonly do: 'unserve'; readonly id: string }
  /** The answer to `connect`: the connection beside it, or why there is none. */
  | { readonly do: 'connected'; readonly id: number; readonly failure: string | undefined }
  /** What was read from a fifo, latin1. */
  | { readonly do: 'fifo'; readonly id: string; readonly bytes: string }
  /** The answer is `reloaded` or `refused`. */
  | { readonly do: 'reload'; readonly recording: Recording }
  /**
   * Accept no more, finish what is under way, end. Sessions past their login are kept until they end by themselves (a
   * reload), or ended as soon as they fall idle. `end` may follow `keep`.
   */
  | { readonly do: 'stop'; readonly sessions: 'keep' | 'end' };

export type FromChild =
  | { readonly on: 'ready' }
  /** It cannot start and ends; the text is for the administrator. */
  | { readonly on: 'failed'; readonly text: string }
  /** Wants a connection that only the master may open. */
  | { readonly on: 'connect'; readonly id: number; readonly socket: MasterSocket }
  | { readonly on: 'reloaded' }
  | { readonly on: 'refused'; readonly text: string };

const FROM_CHILD: ReadonlySet<unknown> = new Set(['ready', 'failed', 'connect', 'reloaded', 'refused']);

/** The other end is our own code of the same version; this tells its messages from anything else Node may deliver. */
export const isFromChild = (message: unknown): message is FromChild =>
  typeof message === 'object' && message !== null && FROM_CHILD.has(Reflect.get(message, 'on'));

export const isToChild = (message: unknown): message is ToChild =>
  typeof message === 'object' && message !== null && typeof Reflect.get(message, 'do') === 'string';
