/** The other end of a connection in a test: what it received, and its outlet. */
import type { Outlet, ProtocolFactory } from '@homing/io';

export type Peer = {
  received: string;
  outlet: Outlet | undefined;
  ended: boolean;
  readonly factory: ProtocolFactory;
};

/** `answer`: what it sends back to a piece it received. */
export const createPeer = (answer: (bytes: string) => string = () => ''): Peer => {
  const peer: Peer = {
    received: '',
    outlet: undefined,
    ended: false,
    factory(outlet) {
      peer.outlet = outlet;
      return {
        receive(bytes) {
          peer.received += bytes;
          outlet.send(answer(bytes));
        },
        end() {
          peer.ended = true;
        },
      };
    },
  };
  return peer;
};
