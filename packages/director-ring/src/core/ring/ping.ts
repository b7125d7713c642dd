/**
 * Is the neighbour alive? Who was silent for a while gets a PING; then anything must come within
 * `director_ping_idle_timeout`, and the PONG within `director_ping_max_timeout`.
 */
import type { RingCommand } from '@homing/wire';
import type { Director } from '../director.ts';
import { lostPeer } from './close.ts';
import { sendFartherLeftsAway } from './elsewhere.ts';
import { formatSeconds, logPeer } from './log.ts';
import { type Peer, send } from './peer.ts';

/** DIRECTOR_CONNECTION_PING_INTERVAL_MSECS, and the same while not synced. */
const INTERVAL_MS = 15_000;
const UNSYNCED_INTERVAL_MS = 1000;

/** Slower answers are worth a line. */
const SLOW_MS = 5000;

/** What the silence before the next PING is, from now on. */
export const restartPing = (peer: Peer, now: number): void => {
  if (peer.pong !== undefined || peer.state !== 'handshaked') return;
  const ms = peer.isSynced ? INTERVAL_MS : UNSYNCED_INTERVAL_MS;
  peer.timer = { kind: 'ping', at: now + ms, ms };
};

export const ping = (director: Director, peer: Peer, now: number): void => {
  if (peer.pong !== undefined) return;
  const { director_ping_idle_timeout: idle, director_ping_max_timeout: max } = director.settings;
  peer.timer = { kind: 'ping-answer', at: now + idle * 1000, ms: idle * 1000 };
  peer.pong = { deadline: now + max * 1000, sentAt: now, buffered: peer.traffic.buffered };
  send(director, peer, { cmd: 'PING', time: Math.floor(now / 1000), buffered: peer.traffic.buffered });
};

type PingCommand = Extract<RingCommand, { cmd: 'PING' | 'PONG' }>;

export const onPing = (director: Director, peer: Peer, { time, buffered }: PingCommand, now: number): void => {
  const seconds = Math.floor(now / 1000);
  if (time !== undefined && (seconds - time) * 1000 + 500 > SLOW_MS) {
    const text = `PING response took ${seconds - time} secs to receive (send buffer was ${buffered ?? 0} bytes)`;
    logPeer(director, peer, 'warning', 'director_ping_slow', text);
  }
  send(director, peer, { cmd: 'PONG', time: seconds, buffered: peer.traffic.buffered });
};

export const onPong = (director: Director, peer: Peer, { time, buffered }: PingCommand, now: number): void => {
  const { pong } = peer;
  if (pong === undefined) return;
  peer.pong = undefined;
  peer.pingMs = Math.max(0, now - pong.sentAt);
  if (peer.pingMs > SLOW_MS) {
    const facts = [`buffer size at PING was ${pong.buffered} bytes`];
    if (time !== undefined) facts.push(`remote sent it ${Math.floor(now / 1000) - time} secs ago`);
    if (buffered !== undefined) facts.push(`remote buffer size at PONG was ${buffered} bytes`);
    const text = `PONG response took ${formatSeconds(peer.pingMs)} secs (${facts.join(', ')})`;
    logPeer(director, peer, 'warning', 'director_pong_slow', text);
  }
  if (peer.isBeingVerified) {
    peer.isBeingVerified = false;
    if (peer === director.ring.left) sendFartherLeftsAway(director, peer, now);
  }
  restartPing(peer, now);
};

export const pingTimedOut = (director: Director, peer: Peer, now: number): void => {
  const { sentAt = now, buffered = 0 } = peer.pong ?? {};
  const text = `Ping timed out in ${formatSeconds(now - sentAt)} secs: buffer size at PING was ${buffered} bytes`;
  lostPeer(director, peer, text, 'Ping timeout', now);
};

export const pongTimedOut = (director: Director, peer: Peer, now: number): void => {
  const seconds = formatSeconds(now - (peer.pong?.sentAt ?? now));
  const text = `PONG reply not received in ${seconds} secs, although other input keeps coming`;
  lostPeer(director, peer, text, 'Pong timeout', now);
};
