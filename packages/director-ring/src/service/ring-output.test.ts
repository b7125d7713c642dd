import type { ByteStream } from '@homing/io';
import { expect, test } from 'vitest';
import type { PeerTraffic } from '../core/ring/peer.ts';
import { createRingOutput } from './ring-output.ts';

const NOW = 1_795_307_196_500;

/** A stream that takes `room` bytes at once and keeps the rest. */
const start = (limit: number, room: number) => {
  const traffic: PeerTraffic = { bytesIn: 0, bytesOut: 0, buffered: 0, peakBuffered: 0, lastInput: 0, lastOutput: 0 };
  const writes: string[] = [];
  let waiting = 0;
  let isClosed = false;
  const stream: ByteStream = {
    send(bytes) {
      writes.push(bytes);
      waiting = Math.max(0, waiting + bytes.length - room);
    },
    buffered: () => waiting,
    close() {
      isClosed = true;
    },
    destroy() {
      isClosed = true;
    },
    closed: Promise.resolve(),
  };
  const output = createRingOutput(traffic, limit, () => NOW);
  const take = (bytes: number): void => {
    waiting -= bytes;
    output.count();
  };
  return { traffic, writes, output, stream, take, isClosed: () => isClosed };
};

test('what one event says leaves in one write', () => {
  const { output, stream, writes, traffic } = start(1000, 100);
  output.attach(stream);
  output.send('PING\t1\t0\n');
  output.send('DONE\n');
  expect(output.flush()).toBe(true);
  expect(output.flush()).toBe(true);
  expect(writes).toEqual(['PING\t1\t0\nDONE\n']);
  expect(traffic).toMatchObject({ bytesOut: 14, buffered: 0, peakBuffered: 0, lastOutput: NOW });
});

test('what was said before there was a stream waits for it, and counts', () => {
  const { output, stream, writes, traffic } = start(1000, 100);
  output.send('hello');
  expect(output.flush()).toBe(true);
  expect(output.isBusy()).toBe(true);
  expect(traffic).toMatchObject({ bytesOut: 0, buffered: 5, peakBuffered: 5, lastOutput: 0 });
  output.attach(stream);
  output.flush();
  expect(writes).toEqual(['hello']);
  expect(traffic).toMatchObject({ bytesOut: 5, buffered: 0, peakBuffered: 5 });
});

test('what waits is counted until it has left', () => {
  const { output, stream, traffic, take } = start(1000, 100);
  output.attach(stream);
  output.send('x'.repeat(400));
  output.flush();
  expect(traffic).toMatchObject({ bytesOut: 400, buffered: 300, peakBuffered: 300 });
  take(300);
  expect(traffic).toMatchObject({ bytesOut: 400, buffered: 0, peakBuffered: 300 });
});

test('the limit holds for what waits and what is new together; nothing of it is written', () => {
  const { output, stream, traffic, writes } = start(1000, 100);
  output.attach(stream);
  output.send('x'.repeat(1000));
  expect(output.flush()).toBe(true);
  output.send('y'.repeat(101));
  expect(output.flush()).toBe(false);
  expect(traffic).toMatchObject({ bytesOut: 1000, buffered: 900 });
  expect(writes).toHaveLength(1);
});

test.each([
  [10_000_000, 131_072],
  [100_000, 25_000],
])('with a limit of %d, users of a handshake wait while %d bytes do', (limit, busy) => {
  const { output, stream, take } = start(limit, 0);
  output.attach(stream);
  output.send('x'.repeat(busy));
  expect(output.isBusy()).toBe(false);
  output.flush();
  expect(output.isBusy()).toBe(true);
  take(1);
  expect(output.isBusy()).toBe(false);
});

test('the last words go before the end', async () => {
  const { output, stream, writes, isClosed } = start(1000, 100);
  output.attach(stream);
  output.send('QUIT\tShutting down\n');
  await output.finish();
  expect(writes).toEqual(['QUIT\tShutting down\n']);
  expect(isClosed()).toBe(true);
});

test('without a stream there is nothing to end', async () => {
  const { output, writes } = start(1000, 100);
  output.send('QUIT\tShutting down\n');
  await output.finish();
  output.destroy();
  expect(writes).toEqual([]);
});
