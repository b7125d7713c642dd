/** All connections of the ring by the core's numbers. What one event makes the core say to a director leaves in one write. */
import type { StreamSocket } from '@homing/io';
import { parseIpAddress } from '@homing/wire';
import type { Effect } from '../core/effect.ts';
import { acceptPeer } from '../core/ring/events.ts';
import type { Peer } from '../core/ring/peer.ts';
import { createRingConnection, type RingConnection, type RingCore } from './ring-connection.ts';
import type { RingNetwork } from './ring-network.ts';

export type RingEffect = Extract<Effect, { do: 'ring-connect' | 'ring-send' | 'ring-close' }>;

export type RingConnections = {
  accept(socket: StreamSocket): void;
  perform(effect: RingEffect): void;
  /** Writes what was sent. The core may hear of connections that take no more. */
  flush(): void;
  /** Accepts no more. Resolves when all that the core closed have said their last words, or after a second. */
  stop(): Promise<void>;
};

/** The last words are small; who does not take them in this time does not listen. */
const LAST_WORDS_MS = 1000;

export const createRingConnections = (core: RingCore, network: RingNetwork): RingConnections => {
  const { director, log, now, settle } = core;
  const connections = new Map<number, RingConnection>();
  const unflushed = new Set<RingConnection>();
  const leaving = new Set<Promise<void>>();
  let isStopped = false;

  const add = (peer: Peer): RingConnection => {
    const connection = createRingConnection(peer, core, () => {
      connections.delete(peer.id);
    });
    connections.set(peer.id, connection);
    return connection;
  };
  const close = (id: number, connection: RingConnection): void => {
    connections.delete(id);
    unflushed.delete(connection);
    const closed = connection.close();
    leaving.add(closed);
    closed.then(() => leaving.delete(closed)).catch(() => {});
  };
  const isFull = (ip: string): boolean => {
    const { homing_director_max_connections: most } = director.settings;
    // Those that have yet to hear our last words have a socket too.
    let incoming = leaving.size;
    for (const { isIncoming } of connections.values()) if (isIncoming) incoming++;
    if (incoming < most) return false;
    if (director.ring.refusedThrottle.accept(now())) {
      const text = `Connection from ${ip}: homing_director_max_connections=${most} reached, dropping`;
      log.warning('director_refused', { ip }, text);
    }
    return true;
  };
  return {
    accept(socket) {
      socket.on('error', () => {});
      const ip = parseIpAddress(socket.remoteAddress ?? '');
      // Without an address it has left already.
      const peer = isStopped || ip === undefined || isFull(ip) ? undefined : acceptPeer(director, ip, now());
      if (peer === undefined) socket.destroy();
      else add(peer).open((signal) => network.accept(socket, peer.sourceIp, signal));
      settle();
    },
    perform(effect) {
      if (effect.do === 'ring-connect') {
        const { peer: id, host } = effect;
        const peer = director.ring.peers.get(id);
        // Else the core changed its mind in the same breath.
        if (peer !== undefined) add(peer).open((signal) => network.connect(host, signal));
        return;
      }
      const connection = connections.get(effect.peer);
      if (connection === undefined) return;
      if (effect.do === 'ring-close') close(effect.peer, connection);
      else {
        connection.send(effect.text);
        unflushed.add(connection);
      }
    },
    flush() {
      for (const connection of unflushed) {
        unflushed.delete(connection);
        connection.flush();
      }
    },
    async stop() {
      isStopped = true;
      const { promise, resolve } = Promise.withResolvers<void>();
      const deadline = setTimeout(resolve, LAST_WORDS_MS);
      await Promise.race([Promise.all(leaving), promise]);
      clearTimeout(deadline);
    },
  };
};
