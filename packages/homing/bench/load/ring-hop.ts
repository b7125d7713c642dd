/**
 * The third member of a ring whose other two are under test: tells its right neighbour of a new user, waits until its
 * left neighbour tells it of the same user, and so on. It reads and writes with blocking system calls. Each round has
 * gone through two directors: the count is of those.
 *
 *     node ring-hop.ts <right neighbour> <own address> <seconds>        prints {"count":n,"seconds":s}
 */
import { closeSync, readSync, writeSync } from 'node:fs';
import { RING_PORT } from '../../interop/ring/ring.ts';
import { handshake, hello } from '../../interop/ring/scripted-peer.ts';
import { acceptBlocking, connectTcpBlocking, listenBlocking, waitForInput } from './tcp-blocking.ts';

const BACKEND = '127.2.200.11';
/** Directors that a user goes through on its way back. */
const HOPS = 2;
/** Rounds of a director that has just met us. */
const WARM_UP_MS = 500;
/** The ring closes when the left neighbour has been told of us. */
const LIMIT_MS = 30_000;

const [right = '', own = '', seconds = '1'] = process.argv.slice(2);
const listener = listenBlocking(own, RING_PORT);
const toRight = connectTcpBlocking(right, RING_PORT, own);
/** Incoming ones too; what has come of an unfinished line. */
const rests = new Map<number, string>([[toRight, '']]);
const buffer = Buffer.alloc(65_536);
let isRight = false;
let isLeft = false;
/** The user who is under way. */
let user = process.pid << 12;
let isBack = false;

const answer = (fd: number, line: string): void => {
  const [command, hash] = line.split('\t');
  if (command === 'USER' && fd !== toRight) isBack ||= hash === String(user);
  else if (command === 'PING') writeSync(fd, 'PONG\n');
  else if (command === 'SYNC' && fd !== toRight) writeSync(toRight, `${line}\n`);
  else if (command === 'DONE' && fd === toRight) isRight = true;
  else if (command === 'DONE') {
    writeSync(fd, 'DONE\n');
    isLeft = true;
  }
};

const readFrom = (fd: number): void => {
  const length = readSync(fd, buffer);
  if (length === 0) {
    if (fd === toRight) throw new Error(`${right} closed the connection`);
    rests.delete(fd);
    closeSync(fd);
    return;
  }
  const lines = ((rests.get(fd) ?? '') + buffer.toString('latin1', 0, length)).split('\n');
  rests.set(fd, lines.pop() ?? '');
  for (const line of lines) answer(fd, line);
};

const takeInput = (): void => {
  const ready = waitForInput([listener, ...rests.keys()], LIMIT_MS);
  if (ready.length === 0) throw new Error(`nothing came in ${LIMIT_MS} ms`);
  for (const fd of ready) {
    if (fd !== listener) readFrom(fd);
    else {
      const accepted = acceptBlocking(listener);
      rests.set(accepted, '');
      writeSync(accepted, hello(own));
    }
  }
};

/** Rounds until the time is over, and how long they took. */
const goRound = (ms: number): { count: number; seconds: number } => {
  const begun = performance.now();
  for (let count = 0; ; count++) {
    const elapsed = performance.now() - begun;
    if (elapsed > ms) return { count, seconds: elapsed / 1000 };
    user = (user + 1) >>> 0;
    isBack = false;
    writeSync(toRight, `USER\t${user}\t${BACKEND}\t${Math.floor(Date.now() / 1000)}\n`);
    while (!isBack) takeInput();
  }
};

writeSync(toRight, handshake(own));
while (!isRight || !isLeft) takeInput();
goRound(WARM_UP_MS);
const { count, seconds: took } = goRound(Number(seconds) * 1000);
writeSync(toRight, 'QUIT\tShutting down\n');
console.log(JSON.stringify({ count: count * HOPS, seconds: took }));
