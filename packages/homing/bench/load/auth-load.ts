/**
 * The load generator of the auth and director benchmarks, a process of its own: one unix connection, at most `window`
 * requests unanswered, every byte it sends rendered before the clock starts. It reads and writes with blocking system
 * calls, because an event loop on this side would cost more than the server under test. Replies are counted, and each
 * must begin with `OK`.
 *
 *     node auth-load.ts <socket> <window> <seconds> <users>        prints {"count":n,"seconds":s}
 */
import { readSync, writeSync } from 'node:fs';
import { benchUser, PASSWORD } from '../users.ts';
import { connectBlocking } from './connect-blocking.ts';

const LF = 0x0a;
const LETTER_O = 0x4f;
/** Requests rendered: enough that no id is used again while the server may still hold it. */
const RENDERED = 100_000;
/** The clock is asked once in so many reads. */
const CLOCK_EVERY = 32;

type Requests = { readonly bytes: Buffer; readonly ends: readonly number[] };

const render = (users: number): Requests => {
  const lines: string[] = [];
  const ends = [0];
  let end = 0;
  for (let n = 0; n < RENDERED; n++) {
    const session = `session=${Buffer.from(`session-${n}`).toString('base64')}`;
    const client = `${session}\tlip=127.0.0.1\trip=127.0.0.1\tlport=143\trport=40000`;
    const resp = Buffer.from(`\0${benchUser(n % users)}\0${PASSWORD}`).toString('base64');
    const line = `AUTH\t${n + 1}\tPLAIN\tservice=imap\tsecured\tno-penalty\t${client}\tresp=${resp}\n`;
    lines.push(line);
    end += line.length;
    ends.push(end);
  }
  return { bytes: Buffer.from(lines.join(''), 'latin1'), ends };
};

const greet = (fd: number): void => {
  writeSync(fd, `VERSION\t1\t2\nCPID\t${process.pid}\n`);
  const buffer = Buffer.alloc(4096);
  let hello = '';
  while (!hello.endsWith('DONE\n')) hello += buffer.toString('latin1', 0, readSync(fd, buffer));
};

/** Counts lines; `fresh` tells whether the next byte begins one. */
const countReplies = (bytes: Buffer, length: number, state: { fresh: boolean }): number => {
  let found = 0;
  for (let at = 0; at < length; ) {
    if (state.fresh && bytes[at] !== LETTER_O) throw new Error(`not OK: ${bytes.toString('latin1', at, length)}`);
    const end = bytes.indexOf(LF, at);
    state.fresh = end !== -1 && end < length;
    if (!state.fresh) break;
    found++;
    at = end + 1;
  }
  return found;
};

const measure = (fd: number, window: number, seconds: number, { bytes, ends }: Requests): void => {
  const reply = Buffer.alloc(65_536);
  const state = { fresh: true };
  let next = 0;
  let count = 0;
  const send = (wanted: number): void => {
    for (let left = wanted; left > 0; ) {
      const take = Math.min(left, RENDERED - next);
      const [from = 0, to = 0] = [ends[next], ends[next + take]];
      for (let at = from; at < to; ) at += writeSync(fd, bytes, at, to - at);
      next = (next + take) % RENDERED;
      left -= take;
    }
  };
  const begun = performance.now();
  send(window);
  for (let reads = 1; ; reads++) {
    const length = readSync(fd, reply, 0, reply.length, null);
    if (length === 0) throw new Error('the server closed the connection');
    const found = countReplies(reply, length, state);
    count += found;
    if (reads % CLOCK_EVERY === 0 && performance.now() - begun > seconds * 1000) break;
    send(found);
  }
  console.log(JSON.stringify({ count, seconds: (performance.now() - begun) / 1000 }));
};

const [path = '', window = '1', seconds = '1', users = '1000'] = process.argv.slice(2);
const requests = render(Number(users));
const fd = connectBlocking(path);
greet(fd);
measure(fd, Number(window), Number(seconds), requests);
