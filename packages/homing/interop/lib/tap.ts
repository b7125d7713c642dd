/** A TCP relay that keeps what both sides said, in order: what a proxy really sends to a backend. */
import { connect, createServer, type Socket } from 'node:net';
import { until } from './until.ts';

/** One connection through the tap; `C` opened it. */
export type Tapped = { readonly said: { from: 'C' | 'S'; bytes: string }[]; closed: boolean };

export type Tap = {
  readonly port: number;
  readonly connections: readonly Tapped[];
  /** The connection with this number, from 0, once it has come and ended. */
  ended(number: number): Promise<Tapped>;
} & Disposable;

export const startTap = async (port: number, backend: { host: string; port: number }): Promise<Tap> => {
  const connections: Tapped[] = [];
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const tapped: Tapped = { said: [], closed: false };
    connections.push(tapped);
    const target = connect(backend.port, backend.host);
    for (const [from, self, other] of [
      ['C', client, target],
      ['S', target, client],
    ] as const) {
      open.add(self);
      self.on('data', (chunk: Buffer) => {
        tapped.said.push({ from, bytes: chunk.toString('latin1') });
        other.write(chunk);
      });
      self.on('error', () => undefined);
      self.on('close', () => {
        open.delete(self);
        tapped.closed = true;
        other.end();
      });
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  return {
    port,
    connections,
    ended: (number) =>
      until(`the end of tapped connection ${number}`, 10_000, () => {
        const tapped = connections[number];
        return tapped?.closed === true && tapped;
      }),
    [Symbol.dispose]: () => {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
};
