/** What the world tells the ring. Effects come back: `ring-connect`, `ring-send`, `ring-close`. */
export { handOver } from './handover.ts';
export { acceptPeer, peerConnected, peerLost } from './open-close.ts';
export { receiveBytes } from './receive.ts';
