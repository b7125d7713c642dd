/**
 * The other members of a ring, played by a script: each has its own loopback address, from which it connects and at
 * which the recorded director may find it listening.
 */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { type LineClient, lineClient } from '../lib/line-client.ts';
import { until, within } from '../lib/until.ts';

export type RingPeers = {
  /** A connection from the peer with this address to the director. */
  from(ip: string): () => Promise<LineClient>;
  /** The director's next connection to this address. */
  to(ip: string, pings?: 'answered' | 'shown'): () => Promise<LineClient>;
  /** Resolves when the director has read all that was sent on any connection so far. */
  settled(): Promise<void>;
} & Disposable;

const DEADLINE_MS = 10_000;

export const listenAsPeers = async (director: string, ips: readonly string[], port: number): Promise<RingPeers> => {
  const waiting = new Map<string, Socket[]>();
  const open = new Map<Socket, PingedSocket>();
  const client = (socket: Socket, name: string): LineClient => {
    const pinged = withoutPings(socket);
    open.set(socket, pinged);
    socket.on('close', () => open.delete(socket));
    return lineClient(pinged.shown, name);
  };
  await using listening = new AsyncDisposableStack();
  for (const ip of ips) {
    const sockets: Socket[] = [];
    waiting.set(ip, sockets);
    const server = createServer((socket) => {
      // Until somebody reads it, a reset only ends it.
      sockets.push(socket.on('error', () => undefined));
    });
    listening.defer(() => void server.close());
    server.listen(port, ip);
    await once(server, 'listening');
  }
  const servers = listening.move();
  return {
    from: (ip) => async () => {
      const socket = connect({ host: director, port, localAddress: ip }).on('error', () => undefined);
      await within(`a connection from ${ip}`, DEADLINE_MS, once(socket, 'connect'));
      return client(socket, `the director at ${director}`);
    },
    to:
      (ip, pings = 'answered') =>
      async () => {
        const socket = await until(`the director's connection to ${ip}`, DEADLINE_MS, () => waiting.get(ip)?.shift());
        const name = `the director's connection to ${ip}`;
        return pings === 'shown' ? lineClient(socket, name) : client(socket, name);
      },
    async settled() {
      // The first round brings PINGs that are on their way, the second one shows that their answers have arrived.
      for (let round = 0; round < 2; round++) {
        await within('a PONG', DEADLINE_MS, Promise.all([...open.values()].map(({ ping }) => ping())));
      }
    },
    [Symbol.dispose]() {
      for (const socket of [...waiting.values()].flat()) socket.destroy();
      void servers.disposeAsync();
    },
  };
};

type PingedSocket = { readonly shown: Duplex; readonly ping: () => Promise<void> };

/**
 * Answers PINGs, and hides them and their answers: when they come depends on the clock. Lines come out whole; the end of
 * the connection keeps an unfinished one.
 */
const withoutPings = (socket: Socket): PingedSocket => {
  let bytes = '';
  let onPong = (): void => undefined;
  const shown = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _, done) => void socket.write(chunk, () => done()),
    final(done) {
      socket.end();
      done();
    },
    destroy(error, done) {
      socket.destroy();
      done(error);
    },
  });
  const take = (line: string): void => {
    if (line.startsWith('PING\t')) socket.write('PONG\n');
    else if (line.startsWith('PONG\t')) onPong();
    else shown.push(line, 'latin1');
  };
  socket.on('data', (chunk: Buffer) => {
    const lines = (bytes + chunk.toString('latin1')).split('\n');
    bytes = lines.pop() ?? '';
    for (const line of lines) take(`${line}\n`);
  });
  socket.on('close', () => {
    if (bytes !== '') shown.push(bytes, 'latin1');
    shown.push(null);
    shown.end();
  });
  const ping = async (): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    onPong = resolve;
    socket.write('PING\n');
    await promise;
  };
  return { shown, ping };
};
