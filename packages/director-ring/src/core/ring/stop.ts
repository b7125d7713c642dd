import type { Director } from '../director.ts';
import { closePeer } from './close.ts';

/** Nothing follows: the director ends. */
export const stopRing = (director: Director, now: number): void => {
  for (const peer of director.ring.peers.values()) closePeer(director, peer, 'Shutting down', now);
};
