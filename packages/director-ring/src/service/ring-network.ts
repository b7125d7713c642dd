/** How connections of the ring are opened: from our ring address, by which the other side knows us; with TLS if agreed. */
import { connectTcp, type StreamSocket } from '@homing/io';
import type { IpAddress } from '@homing/wire';
import type { DirectorHost } from '../core/ring/ring.ts';
import type { RingTls } from './ring-tls.ts';

export type RingNetwork = {
  /** Rejects with a reason for the log, or the signal's. */
  connect(host: DirectorHost, signal: AbortSignal): Promise<StreamSocket>;
  /** What an accepted connection becomes before anything is said on it. */
  accept(socket: StreamSocket, ip: IpAddress, signal: AbortSignal): Promise<StreamSocket> | StreamSocket;
  /** For connections from now on; `undefined`: none with TLS. */
  useTls(tls: RingTls | undefined): void;
};

/** `sourceIp`: our ring address. */
export const createRingNetwork = (sourceIp: IpAddress): RingNetwork => {
  let tls: RingTls | undefined;
  return {
    async connect({ ip, port }, signal) {
      const socket = await connectTcp({ ip, port, sourceIp }, signal);
      return tls?.isFor(ip) === true ? tls.connect(socket, ip, signal) : socket;
    },
    accept: (socket, ip, signal) => (tls?.isFor(ip) === true ? tls.accept(socket, ip, signal) : socket),
    useTls(next) {
      tls = next;
    },
  };
};
