import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { type ByteStreamOwner, openByteStream } from './byte-stream.ts';

/** Both ends of one TCP connection; `ours` becomes a stream. */
const meet = async (): Promise<{ ours: Socket; theirs: Socket }> => {
  const listener = createServer({ pauseOnConnect: true });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  const theirs = connect(typeof address === 'object' && address !== null ? address.port : 0, '127.0.0.1');
  const [ours] = (await once(listener, 'connection')) as [Socket];
  listener.close();
  return { ours, theirs };
};

type Seen = ByteStreamOwner & { text: string; pieces: number; takes: number; readonly reason: Promise<string> };

const watch = (): Seen => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const seen: Seen = {
    text: '',
    pieces: 0,
    takes: 0,
    reason: promise,
    received(bytes) {
      seen.text += bytes;
      seen.pieces++;
    },
    taken() {
      seen.takes++;
    },
    ended: resolve,
  };
  return seen;
};

const textOf = async (socket: Socket): Promise<string> => {
  let text = '';
  for await (const chunk of socket.setEncoding('latin1')) text += String(chunk);
  return text;
};

test('bytes both ways, and the end of input', async () => {
  const { ours, theirs } = await meet();
  const seen = watch();
  const stream = openByteStream(ours, seen);
  stream.send('caf\xe9\n');
  theirs.write(Buffer.from([0x41, 0xff]));
  theirs.end();
  expect(await textOf(theirs)).toBe('caf\xe9\n');
  expect(await seen.reason).toBe('');
  await stream.closed;
  expect(seen.text).toBe('A\xff');
});

test('a reset is told in the words of strerror', async () => {
  const { ours, theirs } = await meet();
  const seen = watch();
  openByteStream(ours, seen);
  theirs.resetAndDestroy();
  expect(await seen.reason).toBe('Connection reset by peer');
});

test('output that waits is counted, and told when it has left', async () => {
  const { ours, theirs } = await meet();
  const seen = watch();
  const stream = openByteStream(ours, seen);
  stream.send('small');
  expect(stream.buffered()).toBe(0);
  const large = 'x'.repeat(16_000_000);
  stream.send(large);
  expect(stream.buffered()).toBeGreaterThan(1_000_000);
  stream.send('end');
  stream.close();
  expect(await textOf(theirs)).toBe(`small${large}end`);
  await stream.closed;
  expect(seen.takes).toBe(0);
});

test('whoever waits is told', async () => {
  const { ours, theirs } = await meet();
  const taken = Promise.withResolvers<void>();
  const stream = openByteStream(ours, { ...watch(), taken: () => taken.resolve() });
  stream.send('x'.repeat(16_000_000));
  theirs.resume();
  await taken.promise;
  expect(stream.buffered()).toBe(0);
  stream.destroy();
});

test('the last words reach a peer that is still talking', async () => {
  const { ours, theirs } = await meet();
  const seen = watch();
  const stream = openByteStream(ours, seen);
  theirs.write('y'.repeat(2_000_000));
  stream.send('QUIT\n');
  stream.close();
  expect(await textOf(theirs)).toBe('QUIT\n');
  expect(seen.text).toBe('');
});

test('a long input leaves time for others', async () => {
  const { ours, theirs } = await meet();
  theirs.end('z'.repeat(4_000_000));
  let turns = 0;
  const count = (): void => {
    turns++;
    setImmediate(count);
  };
  const seen = watch();
  let inTurn = 0;
  let most = 0;
  let last = 0;
  openByteStream(ours, {
    ...seen,
    received(bytes) {
      inTurn = turns === last ? inTurn + bytes.length : bytes.length;
      last = turns;
      most = Math.max(most, inTurn);
    },
  });
  count();
  await seen.reason;
  expect(most).toBeLessThanOrEqual(3 * 65_536);
});
