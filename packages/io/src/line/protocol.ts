/**
 * The seam between what decides and what moves bytes. A protocol implementation is a `Protocol`: it is given bytes and
 * answers through its `Outlet`. Whether a unix socket, TCP, TLS or another part of the same process is at the other end
 * it neither knows nor asks, so every part can be swapped for Dovecot's own.
 */
import type { ByteString } from '@homing/wire';

/**
 * A connection with this many unsent bytes is full; it has room again at `OUTPUT_LOW` (AUTH_REQUEST limits,
 * auth-client-connection.c). Nobody is read from while his connection is full, so that a peer that does not read cannot
 * make us hold its replies.
 */
export const OUTPUT_HIGH = 51_200;
export const OUTPUT_LOW = OUTPUT_HIGH / 3;

export type Outlet = {
  /** Queues bytes. All bytes sent while one read is handled leave in one write; later ones once per turn of the loop. */
  send(bytes: ByteString): void;
  /**
   * True while `OUTPUT_HIGH` bytes or more wait for the peer; `drained` follows. For whoever sends much without being
   * asked for each piece: lists, relays.
   */
  isFull(): boolean;
  /**
   * Ends the connection after what was sent is flushed, for which the peer has a few seconds. Nothing is received any
   * more. Calling it again does nothing.
   */
  close(): void;
  /** Stops and restarts the reading side, for protocols that must not take more work. */
  pause(): void;
  resume(): void;
  /** Who is at the other end; absent in-process and on TCP. No getter, as in `Log`. */
  readonly peer: () => PeerCredentials | undefined;
};

/** Of the process at the other end of a unix socket (SO_PEERCRED). `pid` is 0 for one in another PID namespace. */
export type PeerCredentials = { readonly pid: number; readonly uid: number; readonly gid: number };

export type Protocol = {
  /** Bytes as they were read; cut anywhere. Must not throw for bad input: close the outlet and log instead. */
  receive(bytes: ByteString): void;
  /** The peer closed, the connection failed or we threw (`error`). Called once, never after `outlet.close()`. */
  end(error?: Error): void;
  /** There is room again after `isFull()` was true. */
  drained?(): void;
  /**
   * Reading goes on while the outlet is full. A relay's side towards its server: it stops the client instead, and if
   * neither of us read because neither could write, both would wait for ever.
   */
  readonly readsWhenFull?: boolean;
};

/** Makes the protocol for one new connection. May send at once (a hello). */
export type ProtocolFactory = (outlet: Outlet) => Protocol;

/** Opens a connection to a service and runs `factory` on it. Rejects if it cannot be opened. */
export type Connect = (factory: ProtocolFactory) => Promise<void>;
