/** A director that the test plays: it says exactly what it is told to, in the ring's protocol. */
import { createServer, type Socket } from 'node:net';
import { type LineClient, openLineClient } from '../lib/line-client.ts';
import type { Member } from './member.ts';
import { RING_PORT } from './ring.ts';

const VERSION = 'VERSION\tdirector\t1\t9';
const now = (): number => Math.floor(Date.now() / 1000);

export const hello = (address: string): string => `${VERSION}\nME\t${address}\t${RING_PORT}\t${now()}\n`;

/** A connection to a director's ring port from one of the addresses it knows; nothing is sent or read yet. */
export const openPeer = ({ place }: Member, from: string): Promise<LineClient> =>
  openLineClient({ host: place.address, port: RING_PORT, from });

/** What a director that joins says; `users` and `hosts` are lines. */
export const handshake = (address: string, lines: readonly string[] = [], flag: 0 | 1 = 0): string =>
  [
    `${hello(address)}DIRECTOR\t${address}\t${RING_PORT}`,
    `HOST-HAND-START\t${flag}`,
    `HOST-HAND-END\t${flag}`,
    ...lines,
    'OPTIONS\tconsistent-hashing',
    'DONE\n',
  ].join('\n');

export type RightPeer = {
  /** Lines the director has sent, PINGs left out. */
  readonly received: readonly string[];
  /** Hands each line on, as a left neighbour in a ring of two would get it back. */
  passOn(line: (text: string) => void): void;
  send(text: string): void;
} & AsyncDisposable;

/** A neighbour that a director connects to: it finishes the handshake and answers PINGs. */
export const startRightPeer = async (address: string): Promise<RightPeer> => {
  const received: string[] = [];
  const open = new Set<Socket>();
  let pass: (text: string) => void = () => undefined;
  const server = createServer((socket) => {
    open.add(socket);
    let rest = '';
    socket.setEncoding('latin1').on('error', () => undefined);
    socket.on('close', () => open.delete(socket));
    socket.write(hello(address));
    socket.on('data', (bytes: string) => {
      const lines = (rest + bytes).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line.startsWith('PING')) socket.write(`PONG\t${now()}\t0\n`);
        else if (line === 'DONE') socket.write('DONE\n');
        if (line.startsWith('PING')) continue;
        received.push(line);
        pass(line);
      }
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(RING_PORT, address, resolve);
  });
  return {
    received,
    passOn(line) {
      pass = line;
    },
    send(text) {
      for (const socket of open) socket.write(text, 'latin1');
    },
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
};

/** A neighbour that takes connections, says these words, and nothing else ever. */
export const startSilentPeer = async (address: string, words: string): Promise<AsyncDisposable> => {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => undefined).on('close', () => open.delete(socket));
    socket.resume().write(words);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(RING_PORT, address, resolve);
  });
  return {
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
};

/** Waits until the director has taken the peer as its left neighbour. */
export const joined = async (peer: LineClient): Promise<void> => {
  await peer.linesUntil((line) => line === 'DONE', 15_000);
};
