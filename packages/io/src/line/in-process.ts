/**
 * Both ends of a connection inside one process: the same bytes as over a unix socket, without the system calls.
 * Bytes sent while either end is in `receive` are delivered right after it returns, in order and in one piece: neither
 * side is ever re-entered, and the replies to one read arrive in one, as over a socket.
 */
import type { Connect, Outlet, Protocol, ProtocolFactory } from './protocol.ts';

type End = { protocol: Protocol | undefined; inbox: string; busy: boolean; paused: boolean; closed: boolean };

const createEnd = (): End => ({ protocol: undefined, inbox: '', busy: false, paused: false, closed: false });

/** Delivers in both directions until neither end has anything to get. */
const deliver = (one: End, other: End): void => {
  if (one.busy || other.busy) return;
  while (deliverTo(one, other) || deliverTo(other, one));
};

/** False if there was nothing to deliver. */
const deliverTo = (to: End, from: End): boolean => {
  if (to.protocol === undefined || to.closed) return false;
  const isEnd = to.inbox === '' && from.closed;
  if (!isEnd && (to.inbox === '' || to.paused)) return false;
  const bytes = to.inbox;
  to.inbox = '';
  to.busy = true;
  try {
    if (isEnd) {
      to.closed = true;
      to.protocol.end();
    } else to.protocol.receive(bytes);
  } finally {
    to.busy = false;
  }
  return true;
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
