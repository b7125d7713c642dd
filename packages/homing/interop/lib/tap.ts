/**
 * A relay that keeps what both sides said, in order: what a proxy really sends to a backend. What a side says in
 * several writes without waiting for an answer is passed on in one piece, so that the order does not depend on chance.
 */
import { chmod } from 'node:fs/promises';
import { connect, createServer, type ListenOptions, type Socket } from 'node:net';
import { until } from './until.ts';

/** One connection through the tap; `C` opened it. */
export type Tapped = { readonly said: { from: 'C' | 'S'; bytes: string }[]; closed: boolean };

const SETTLE_MS = 30;

export type Tap = UnixTap & { readonly port: number };

export type UnixTap = {
  readonly connections: readonly Tapped[];
  /** The connection with this number, from 0, once it has come and ended. */
  ended(number: number): Promise<Tapped>;
} & Disposable;

export const startTap = async (port: number, backend: { host: string; port: number }): Promise<Tap> => ({
  ...(await listen({ host: '127.0.0.1', port }, () => connect(backend.port, backend.host))),
  port,
});

/** Between unix sockets; everybody may connect. */
export const startUnixTap = async (path: string, upstream: string): Promise<UnixTap> => {
  const tap = await listen({ path }, () => connect(upstream));
  await chmod(path, 0o666);
  return tap;
};

const listen = async (at: ListenOptions, connectUpstream: () => Socket): Promise<UnixTap> => {
  const connections: Tapped[] = [];
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const tapped: Tapped = { said: [], closed: false };
    connections.push(tapped);
    const target = connectUpstream();
    for (const [from, self, other] of [
      ['C', client, target],
      ['S', target, client],
    ] as const) {
      open.add(self);
      let pending = '';
      let timer: NodeJS.Timeout | undefined;
      const passOn = (): void => {
        if (pending === '') return;
        tapped.said.push({ from, bytes: pending });
        other.write(pending, 'latin1');
        pending = '';
      };
      self.on('data', (chunk: Buffer) => {
        pending += chunk.toString('latin1');
        clearTimeout(timer);
        timer = setTimeout(passOn, SETTLE_MS);
      });
      self.on('error', () => undefined);
      self.on('close', () => {
        clearTimeout(timer);
        passOn();
        open.delete(self);
        tapped.closed = true;
        other.end();
      });
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(at, resolve);
  });
  return {
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
