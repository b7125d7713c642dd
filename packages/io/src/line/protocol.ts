/**
 * The seam between what decides and what moves bytes. A protocol implementation is a `Protocol`: it is given bytes and
 * answers through its `Outlet`. Whether a unix socket, TCP, TLS or another part of the same process is at the other end
 * it neither knows nor asks, so every part can be swapped for Dovecot's own.
 */
import type { ByteString } from '@homing/wire';

export type Outlet = {
  /** Queues bytes. All bytes sent while one read is handled leave in one write; later ones once per turn of the loop. */
  send(bytes: ByteString): void;
  /** Ends the connection after what was sent is flushed. Nothing is received any more. Calling it again does nothing. */
  close(): void;
  /** Stops and restarts the reading side, for protocols that must not take more work. */
  pause(): void;
  resume(): void;
  /** Who is at the other end; absent in-process and on TCP. */
  readonly peer: PeerCredentials | undefined;
};

/** Of the process at the other end of a unix socket (SO_PEERCRED). */
export type PeerCredentials = { readonly pid: number; readonly uid: number; readonly gid: number };

export type Protocol = {
  /** Bytes as they were read; cut anywhere. Must not throw for bad input: close the outlet and log instead. */
  receive(bytes: ByteString): void;
  /** The peer closed or the connection failed (`error`). Called once, never after `outlet.close()`. */
  end(error?: Error): void;
};

/** Makes the protocol for one new connection. May send at once (a hello). */
export type ProtocolFactory = (outlet: Outlet) => Protocol;

/** Opens a connection to a service and runs `factory` on it. Rejects if it cannot be opened. */
export type Connect = (factory: ProtocolFactory) => Promise<void>;
