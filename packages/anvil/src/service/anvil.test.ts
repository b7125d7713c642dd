import { createMemoryLog } from '@homing/io';
import { cutAnywhere } from '@homing/wire/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { connectTo } from '../testing/peer.ts';
import { createAnvil } from './anvil.ts';

const HELLO = 'VERSION\tanvil\t1\t0\n';
const NOW = 1_795_300_000;

const start = () => {
  const log = createMemoryLog('anvil');
  const anvil = createAnvil({ log, now: () => NOW * 1000 });
  return { anvil, lines: () => log.entries.map(({ text }) => text) };
};

/** Everything the server says to these bytes, and whether it hung up. */
const talk = async (
  factory: ReturnType<typeof createAnvil>['client'],
  pieces: readonly string[],
): Promise<{ heard: string; isClosed: boolean }> => {
  const client = await connectTo(factory);
  for (const piece of pieces) client.say(piece);
  return { heard: client.heard(), isClosed: client.isClosed() };
};

const SESSION =
  `${HELLO}CONNECT\t7\timap/10.0.0.1/u\nCONNECT\t7\timap/10.0.0.1/u\nLOOKUP\timap/10.0.0.1/u\n` +
  'DISCONNECT\t7\timap/10.0.0.1/u\nCONNECT-DUMP\nPENALTY-INC\t10.0.0.1\t99\t2\nPENALTY-GET\t10.0.0.1\n\nPENALTY-DUMP\n';
const ANSWER = `2\nimap/10.0.0.1/u\t7\t1\n\n2 ${NOW}\n10.0.0.1\t2\t${NOW}\t${NOW}\n\n`;

test('answers do not depend on where reads were cut', async () => {
  await fc.assert(
    fc.asyncProperty(cutAnywhere(SESSION), async (pieces) => {
      expect(await talk(start().anvil.client, pieces)).toEqual({ heard: ANSWER, isClosed: false });
    }),
  );
});

test.each([
  [
    'VERSION\tanvil\t2\t0\n',
    'Anvil client not compatible with this server (mixed old and new binaries?) VERSION\tanvil\t2\t0',
  ],
  [`${HELLO}NOSUCH\n`, 'Anvil client input error: Unknown command: NOSUCH'],
  [`${HELLO}KILL\t7\n`, 'Anvil client input error: KILL sent by a non-master connection'],
  [`${HELLO}CONNECT\tx\ty\n`, 'Anvil client input error: CONNECT: Invalid pid'],
  [HELLO + 'x'.repeat(1100), 'BUG: Anvil client connection sent too much data'],
])('%j ends the connection with one line', async (bytes, text) => {
  const { anvil, lines } = start();
  expect(await talk(anvil.client, [bytes])).toEqual({ heard: '', isClosed: true });
  expect(lines()).toEqual([text]);
});

test('what was asked before a mistake is answered', async () => {
  expect(await talk(start().anvil.client, [`${HELLO}LOOKUP\tx\nNOSUCH\nLOOKUP\tx\n`])).toEqual({
    heard: '0\n',
    isClosed: true,
  });
});

test('the master tells which processes died', async () => {
  const { anvil } = start();
  await talk(anvil.client, [`${HELLO}CONNECT\t7\ta\nCONNECT\t8\ta\nCONNECT\t9\ta\n`]);
  expect(await talk(anvil.master, [`${HELLO}KILL\t7\nLOOKUP\ta\n`])).toEqual({ heard: '2\n', isClosed: false });
  anvil.processDied(8);
  expect((await talk(anvil.client, [`${HELLO}CONNECT-DUMP\n`])).heard).toBe('a\t9\t1\n\n');
});

test('a disconnect nobody can mean is logged, no more', async () => {
  const { anvil, lines } = start();
  expect((await talk(anvil.client, [`${HELLO}DISCONNECT\t7\ta\nLOOKUP\ta\n`])).heard).toBe('0\n');
  expect(lines()).toEqual(['connect limit: disconnection for unknown pid 7 + ident a']);
});
