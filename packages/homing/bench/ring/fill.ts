/**
 * Users for a director that has just started, over the ring's protocol: a scripted neighbour has them in its handshake,
 * as the neighbour of a director that joins a ring has them.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { until } from '../../interop/lib/until.ts';
import { directorRows } from '../../interop/ring/admin.ts';
import type { Member } from '../../interop/ring/member.ts';
import { RING_PORT } from '../../interop/ring/ring.ts';
import { hello, startRightPeer } from '../../interop/ring/scripted-peer.ts';

const BACKENDS = ['127.2.200.11', '127.2.200.12', '127.2.200.13'] as const;
/** A ring that goes on: the director drops what it was configured with. */
const OLD_RING = 1;
/** Over how long the users came, in seconds: oldest first, as a director lists them. */
const SPAN = 600;
/** An odd factor: all numbers below 2^32 are different users, far from one another. */
const GOLDEN = 0x9e37_79b1;
/** Lines of a write. */
const BATCH = 2000;
/** Hand-overs of a director that somebody else keeps from running. */
const LIMIT_MS = 120_000;

export type Filling = {
  /** Sends so many `U` lines, and waits until the director has read them; of `distinct` users, all of them new. */
  users(lines: number, distinct: number): Promise<void>;
  /** The director is in the ring and synced. */
  finish(): Promise<void>;
} & AsyncDisposable;

/** `address`: of the neighbour, one that the director knows. */
export const startFilling = async (member: Member, address: string): Promise<Filling> => {
  await using stack = new AsyncDisposableStack();
  const right = stack.use(await startRightPeer(address));
  await member.start();
  await member.ask('DIRECTOR-LIST');
  const socket = connect({ host: member.place.address, port: RING_PORT, localAddress: address });
  stack.defer(() => void socket.destroy());
  await once(socket, 'connect');
  // Whoever writes next is told.
  socket.on('error', () => undefined);
  let replies = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    replies += text;
    for (const line of text.split('\n')) if (line.startsWith('PING')) socket.write('PONG\n');
  });
  socket.write(greeting(address));
  let sent = 0;
  let first = 0;
  const rest = stack.move();
  return {
    async users(lines, distinct) {
      await sendUsers(socket, lines, distinct, first);
      sent += lines;
      first += distinct;
      const row = `handshaking - ${sent} USERs received`;
      await until(`${sent} users at ${member.place.address}`, LIMIT_MS, () => hasRow(member, address, row));
    },
    async finish() {
      socket.write('OPTIONS\tconsistent-hashing\nDONE\n');
      await until('DONE', LIMIT_MS, () => replies.includes('\nDONE\n'));
      // In a ring of two a SYNC that went out to the right comes back on the left; earlier it would crash Dovecot's.
      const passOn = (line: string): unknown => line.startsWith('SYNC\t') && socket.write(`${line}\n`);
      right.received.forEach(passOn);
      right.passOn(passOn);
      await until(`${member.place.address} to be synced`, LIMIT_MS, () =>
        hasRow(member, member.place.address, 'ring synced'),
      );
    },
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
};

const greeting = (address: string): string => {
  const hosts = BACKENDS.map((ip) => `HOST\t${ip}\t100\t\tU0\t\n`).join('');
  return `${hello(address)}DIRECTOR\t${address}\t${RING_PORT}\nHOST-HAND-START\t${OLD_RING}\n${hosts}HOST-HAND-END\t${OLD_RING}\n`;
};

const sendUsers = async (socket: Socket, lines: number, distinct: number, first: number): Promise<void> => {
  const begin = Math.floor(Date.now() / 1000) - SPAN;
  for (let n = 0; n < lines; ) {
    let text = '';
    for (const end = Math.min(n + BATCH, lines); n < end; n++) {
      const user = first + (n % distinct);
      const [hash, ip] = [Math.imul(user + 1, GOLDEN) >>> 0, BACKENDS[user % BACKENDS.length]];
      text += `U\t${hash}\t${ip}\t${begin + Math.floor((n / lines) * SPAN)}\n`;
    }
    await written(socket, text);
  }
};

const written = (socket: Socket, text: string): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.write(text, 'latin1', (error) => (error ? reject(error) : resolve()));
  });

const hasRow = async (member: Member, address: string, status: string): Promise<boolean> =>
  directorRows(await member.ask('DIRECTOR-LIST', LIMIT_MS)).some(
    (row) => row.address === address && row.status === status,
  );
