/**
 * Both ends of a connection inside one process: the same bytes as over a unix socket, without the system calls.
 * Bytes sent while either end is in `receive` are delivered right after it returns, in order and in one piece: neither
 * side is ever re-entered, and the replies to one read arrive in one, as over a socket.
 */
import type { Connect, Outlet, Protocol, ProtocolFactory } from './protocol.ts';

type End = { protocol: Protocol | undefined; inbox: string; busy: boolean; paused: boolean; closed: boolean };

const createEnd = (): End => ({ protocol: undefined, inbox: '', busy: false, paused: false, closed: false });

const deliver = (to: End, from: End): void => {
  if (to.busy || from.busy || to.protocol === undefined) return;
  to.busy = true;
  try {
    while (to.inbox !== '' && !to.paused && !to.closed) {
      const bytes = to.inbox;
      to.inbox = '';
      to.protocol.receive(bytes);
    }
    if (from.closed && !to.closed && to.inbox === '') {
      to.closed = true;
      to.protocol.end();
    }
  } finally {
    to.busy = false;
  }
  if (from.inbox !== '' || to.closed) deliver(from, to);
};

const outletOf = (self: End, other: End): Outlet => ({
  send(bytes) {
    if (self.closed || other.closed) return;
    other.inbox += bytes;
    deliver(other, self);
  },
  close() {
    if (self.closed) return;
    self.closed = true;
    deliver(other, self);
  },
  pause() {
    self.paused = true;
  },
  resume() {
    if (!self.paused) return;
    self.paused = false;
    deliver(self, other);
  },
  peer: undefined,
});

/** A `Connect` whose other end is served by `server` in this process. */
export const connectInProcess = (server: ProtocolFactory): Connect => {
  return (client) => {
    const clientEnd = createEnd();
    const serverEnd = createEnd();
    clientEnd.protocol = client(outletOf(clientEnd, serverEnd));
    serverEnd.protocol = server(outletOf(serverEnd, clientEnd));
    deliver(serverEnd, clientEnd);
    deliver(clientEnd, serverEnd);
    return Promise.resolve();
  };
};
