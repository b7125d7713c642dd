/**
 * Two real directors with a relay between them that keeps what they say. Each connects to the other at the relay's port
 * (`director -t`), and the relay connects on from the address it was connected from, since directors know each other by
 * it.
 */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A line, on the connection that `C` (1) or `S` (2) opened; later ones of the same side count on by two. No PINGs. */
export type RelayedLine = { readonly on: number; readonly from: 'C' | 'S'; readonly line: string };

export type RingRelay = { readonly lines: readonly RelayedLine[] } & Disposable;

/** `ports`: where the relay listens, and where the directors do; on both their addresses. */
export const startRingRelay = async (
  ips: Readonly<Record<'C' | 'S', string>>,
  ports: { readonly relay: number; readonly ring: number },
): Promise<RingRelay> => {
  const lines: RelayedLine[] = [];
  const sockets = new Set<Socket>();
  const opened = { C: 1, S: 2 };
  const join = (opener: 'C' | 'S', accepted: Socket): void => {
    const acceptor = opener === 'C' ? 'S' : 'C';
    const other = connect({ host: ips[acceptor], port: ports.ring, localAddress: ips[opener] });
    other.on('error', () => accepted.destroy());
    other.on('connect', () => {
      const on = opened[opener];
      opened[opener] += 2;
      const keep = (from: 'C' | 'S', line: string): void => {
        if (!/^P[IO]NG\t/.test(line)) lines.push({ on, from, line });
      };
      pipe(accepted, other, (line) => keep(opener, line), sockets);
      pipe(other, accepted, (line) => keep(acceptor, line), sockets);
    });
  };
  using servers = new DisposableStack();
  for (const opener of ['C', 'S'] as const) {
    const server = createServer((socket) => join(opener, socket));
    servers.defer(() => void server.close());
    server.listen(ports.relay, ips[opener === 'C' ? 'S' : 'C']);
    await once(server, 'listening');
  }
  const listening = servers.move();
  return {
    lines,
    [Symbol.dispose]() {
      listening.dispose();
      for (const socket of sockets) socket.destroy();
    },
  };
};

const pipe = (from: Socket, to: Socket, keep: (line: string) => void, sockets: Set<Socket>): void => {
  let bytes = '';
  sockets.add(from);
  from.on('error', () => undefined);
  from.on('close', () => {
    sockets.delete(from);
    to.end();
  });
  from.on('data', (chunk: Buffer) => {
    const whole = (bytes + chunk.toString('latin1')).split('\n');
    bytes = whole.pop() ?? '';
    for (const line of whole) keep(`${line}\n`);
    to.write(chunk);
  });
};
