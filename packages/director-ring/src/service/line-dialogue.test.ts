import { type Connect, connectInProcess, createMemoryLog, type Outlet } from '@homing/io';
import { expect, test } from 'vitest';
import { askLines } from './line-dialogue.ts';

/** A server that says what the test has it say. */
const start = () => {
  const peer = { outlet: undefined as Outlet | undefined, heard: '', connections: 0, isClosed: false };
  const connect: Connect = (client) => {
    peer.connections++;
    return connectInProcess((outlet) => {
      peer.outlet = outlet;
      return {
        receive(bytes) {
          peer.heard += bytes;
        },
        end() {
          peer.isClosed = true;
        },
      };
    }, createMemoryLog())(client);
  };
  const abort = new AbortController();
  const lines: string[] = [];
  const ask = (): Promise<void> =>
    askLines({
      connect,
      question: 'what\n',
      maxLine: 100,
      silenceMs: 60_000,
      onLine: (line) => lines.push(line) === 2,
      signal: abort.signal,
    });
  return { peer, abort, lines, ask };
};

test('the connection is closed behind the last line', async () => {
  const { peer, lines, ask } = start();
  const asked = ask();
  peer.outlet?.send('one\ntwo\nthree\n');
  await asked;
  expect([peer.heard, lines, peer.isClosed]).toEqual(['what\n', ['one', 'two'], true]);
});

test('an abort ends it', async () => {
  const { peer, abort, ask } = start();
  const asked = ask();
  abort.abort();
  await expect(asked).rejects.toThrow('Shutting down');
  expect(peer.isClosed).toBe(true);
});

test('after an abort nobody is asked', async () => {
  const { peer, abort, ask } = start();
  abort.abort();
  await expect(ask()).rejects.toThrow('Shutting down');
  expect(peer.connections).toBe(0);
});
