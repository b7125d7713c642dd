/** Whatever comes on a socket: nothing is thrown, at most that connection ends, and the next client is served. */
import { anyBytesCut, cutAnywhere } from '@homing/wire/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { startTestDirector } from '../testing/start.ts';

const commands =
  'HOST-LIST HOST-SET HOST-DOWN HOST-REMOVE HOST-RESET-USERS HOST-FLUSH USER-LIST USER-MOVE USER-KICK OK PASS';
const fields = 'user= proxy host= destuser= director_tag= lip= port= 10.2.0.11 ::1 alice 4294967296';
const words = [
  'VERSION\tdirector-doveadm\t1\t0\n',
  'VERSION\tdirector-authreply-client\t1\t0\n',
  'x'.repeat(1100),
  'x'.repeat(17_000),
].concat(commands.split(' '), fields.split(' '), Array.from('\t\t\t\t\n\n\n\n\r\x01\0\xff'));

const sentences = fc
  .array(fc.constantFrom(...words), { minLength: 1, maxLength: 60 })
  .map((some) => some.join(''))
  .chain(cutAnywhere);

test.each(['acceptAdmin', 'acceptAuth', 'acceptUserdb', 'acceptAuthreply', 'acceptNotify'] as const)(
  '%s',
  async (socket) => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(sentences, anyBytesCut()), async (pieces) => {
        const { director, auth, ipc, log, open } = await startTestDirector();
        const client = await open(director[socket]);
        for (const piece of pieces) {
          client.outlet?.send(piece);
          auth.outlet?.send(piece);
          ipc.outlet?.send(piece);
        }
        const next = await open(director.acceptAdmin);
        next.outlet?.send('VERSION\tdirector-doveadm\t1\t0\nDIRECTOR-LIST\n');
        expect(next.received).toContain('\tself\t0\tring synced\t0\n\n');
        expect(log.entries.filter(({ level }) => level === 'panic')).toEqual([]);
        await director[Symbol.asyncDispose]();
      }),
      { numRuns: 100 },
    );
  },
);
