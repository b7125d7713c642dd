/** Log lines of the ring, with Dovecot's prefix `director(127.0.0.2:9090/right): `. */
import type { LogFields, LogLevel } from '@homing/io';
import type { Director } from '../director.ts';
import { type Peer, peerName } from './peer.ts';
import type { DirectorHost } from './ring.ts';

export const logRing = (
  { effects }: Director,
  level: LogLevel,
  event: string,
  text: string,
  fields: LogFields = {},
): void => {
  effects.push({ do: 'log', level, event, fields, text });
};

export const logPeer = (director: Director, peer: Peer, level: LogLevel, event: string, text: string): void => {
  const name = peerName(director, peer);
  logRing(director, level, event, `director(${name}): ${text}`, { peer: name });
};

export const hostName = ({ ip, port }: DirectorHost): string => `${ip}:${port}`;

/** `12.345`. */
export const formatSeconds = (ms: number): string => `${Math.floor(ms / 1000)}.${String(ms % 1000).padStart(3, '0')}`;
