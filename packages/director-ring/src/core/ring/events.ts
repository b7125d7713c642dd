/** What the world tells the ring. Effects come back: `ring-connect`, `ring-send`, `ring-close`. */
export { handOver } from './handover.ts';
export { acceptPeer, peerConnected, peerLost } from './open.ts';
export { receiveBytes } from './receive.ts';
export { settleRing, startRing } from './settle.ts';
export { stopRing } from './stop.ts';
