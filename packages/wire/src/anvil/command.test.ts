import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WireError } from '../line/errors.ts';
import { type AnvilCommand, formatAnvilCommand, parseAnvilCommand } from './command.ts';
import { formatAnvilConnections, formatAnvilPenalties, parseAnvilConnection, parseAnvilPenaltyRow } from './reply.ts';

const name = fc.string({ unit: fc.nat(255).map((code) => String.fromCharCode(code)) });
const uint = fc.nat(0x7fff_ffff);

test.each<[string, AnvilCommand]>([
  ['CONNECT\t7\timap/1.2.3.4/u', { cmd: 'CONNECT', pid: 7, ident: 'imap/1.2.3.4/u' }],
  ['DISCONNECT\t7\timap/1.2.3.4/u', { cmd: 'DISCONNECT', pid: 7, ident: 'imap/1.2.3.4/u' }],
  ['LOOKUP\tx', { cmd: 'LOOKUP', ident: 'x' }],
  ['CONNECT-DUMP', { cmd: 'CONNECT-DUMP' }],
  ['KILL\t7', { cmd: 'KILL', pid: 7 }],
  ['PENALTY-GET\t1.2.3.4', { cmd: 'PENALTY-GET', ident: '1.2.3.4' }],
  ['PENALTY-INC\t1.2.3.4\t99\t2', { cmd: 'PENALTY-INC', ident: '1.2.3.4', checksum: 99, value: 2 }],
  ['PENALTY-SET-EXPIRE-SECS\t29', { cmd: 'PENALTY-SET-EXPIRE-SECS', seconds: 29 }],
  ['PENALTY-DUMP', { cmd: 'PENALTY-DUMP' }],
])('%j both ways', (line, command) => {
  expect(parseAnvilCommand(line)).toEqual(command);
  expect(formatAnvilCommand(command)).toBe(line);
});

test.each([
  ['CONNECT\t7', 'CONNECT: Not enough parameters'],
  ['CONNECT\tx\ti', 'CONNECT: Invalid pid'],
  ['DISCONNECT', 'DISCONNECT: Not enough parameters'],
  ['LOOKUP', 'LOOKUP: Not enough parameters'],
  ['KILL\t-1', 'KILL: Invalid pid'],
  ['PENALTY-INC\ti\t0', 'PENALTY-INC: Not enough parameters'],
  ['PENALTY-INC\ti\t0\t65536', 'PENALTY-INC: Invalid parameters'],
  ['PENALTY-INC\ti\t5\t0', 'PENALTY-INC: Invalid parameters'],
  ['PENALTY-SET-EXPIRE-SECS', 'PENALTY-SET-EXPIRE-SECS: Invalid parameters'],
  ['connect\t1\ti', 'Unknown command: connect'],
])('%j: %s', (line, message) => {
  expect(() => parseAnvilCommand(line)).toThrow(expect.objectContaining({ name: 'WireError', message }));
});

test('rows of dumps survive any ident', () => {
  fc.assert(
    fc.property(name, uint, uint, (ident, a, b) => {
      const connection = { ident, pid: a, refcount: b };
      expect(parseAnvilConnection(formatAnvilConnections([connection]).slice(0, -2))).toEqual(connection);
      const penalty = { ident, penalty: a, lastPenalty: b, lastUpdate: a };
      expect(parseAnvilPenaltyRow(formatAnvilPenalties([penalty]).slice(0, -2))).toEqual(penalty);
    }),
  );
});

test('any line decodes or is a WireError', () => {
  fc.assert(
    fc.property(name, (line) => {
      for (const parse of [parseAnvilCommand, parseAnvilConnection, parseAnvilPenaltyRow]) {
        try {
          parse(line);
        } catch (error) {
          expect(error).toBeInstanceOf(WireError);
        }
      }
    }),
  );
});
