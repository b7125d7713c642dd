/**
 * Both ends of a connection inside one process: the same bytes as over a unix socket, without the system calls.
 * Bytes sent while either end is in `receive` are delivered right after it returns, in order and in one piece: neither
 * side is ever re-entered, and the replies to one read arrive in one, as over a socket. What a paused end does not take
 * makes the other one's outlet full, as the kernel's buffer would.
 */
import type { Log } from '../log/log.ts';
import { endAfterFault, endProtocol } from './fault.ts';
import { type Connect, OUTPUT_HIGH, type Outlet, type Protocol, type ProtocolFactory } from './protocol.ts';

type End = { protocol: Protocol | undefined; inbox: string; busy: boolean; paused: boolean; closed: boolean; log: Log };

const createEnd = (log: Log): End => ({
  protocol: undefined,
  inbox: '',
  busy: false,
  paused: false,
  closed: false,
  log,
});

/** Delivers in both directions until neither end has anything to get. */
const deliver = (one: End, other: End): void => {
  if (one.busy || other.busy) return;
  while (deliverTo(one, other) || deliverTo(other, one));
};

/** False if there was nothing to deliver. */
const deliverTo = (to: End, from: End): boolean => {
  if (to.protocol === undefined || to.closed) return false;
  const isEnd = to.inbox === '' && from.closed;
  if (!isEnd && (to.inbox === '' || to.paused || isStuck(to, from))) return false;
  const bytes = to.inbox;
  to.inbox = '';
  if (isEnd) {
    to.closed = true;
    endProtocol(to.protocol, undefined, to.log);
    return true;
  }
  attempt(to, (protocol) => protocol.receive(bytes));
  if (bytes.length >= OUTPUT_HIGH && !from.closed) attempt(from, (protocol) => protocol.drained?.());
  return true;
};

/** What it said already waits for the other, so it may not take more work. */
const isStuck = (self: End, other: End): boolean =>
  other.paused && other.inbox.length >= OUTPUT_HIGH && self.protocol?.readsWhenFull !== true;

/** A fault ends this connection, and never what happens to be on the stack. */
const attempt = (self: End, step: (protocol: Protocol) => void): void => {
  if (self.protocol === undefined) return;
  self.busy = true;
  try {
    step(self.protocol);
  } catch (error) {
    endAfterFault(self.closed ? undefined : self.protocol, error, self.log);
    self.closed = true;
  } finally {
    self.busy = false;
  }
};

const outletOf = (self: End, other: End): Outlet => ({
  send(bytes) {
    if (self.closed || other.closed) return;
    other.inbox += bytes;
    deliver(other, self);
  },
  isFull: () => other.inbox.length >= OUTPUT_HIGH,
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
  peer: () => undefined,
});

/** A `Connect` whose other end is served by `server` in this process. Faults are logged as a socket's are. */
export const connectInProcess = (server: ProtocolFactory, log: Log): Connect => {
  return (client) => {
    const clientEnd = createEnd(log);
    const serverEnd = createEnd(log);
    clientEnd.protocol = client(outletOf(clientEnd, serverEnd));
    serverEnd.protocol = server(outletOf(serverEnd, clientEnd));
    deliver(serverEnd, clientEnd);
    deliver(clientEnd, serverEnd);
    return Promise.resolve();
  };
};
