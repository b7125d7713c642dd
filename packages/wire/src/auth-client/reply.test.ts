import fc from 'fast-check';
import { expect, test } from 'vitest';
import { linesFrom, readFixtures } from '../../testing/index.ts';
import { WireError } from '../line/errors.ts';
import { paramMap } from '../line/param.ts';
import { encodeAuthReply, parseAuthReply } from './reply.ts';

const recorded = ['auth-client', 'auth-client-2.4']
  .flatMap(readFixtures)
  .flatMap((fixture) => [...linesFrom(fixture, 'S', 1), ...linesFrom(fixture, 'S', 2)])
  .filter((line) => /^(?:OK|FAIL|CONT|CANCELLED)\t/.test(line));

test.each(recorded)('%j reads, and prints the same but for empty fields', (line) => {
  const compact = line.startsWith('CONT') ? line : line.replace(/\t+(?=\t|$)/g, '');
  expect(encodeAuthReply(parseAuthReply(line))).toBe(`${compact}\n`);
});

test('fields by name', () => {
  const reply = parseAuthReply('OK\t1\tuser=u\tproxy\thost=10.0.0.1\tpass=a\x01tb\t\treason=x=y');
  if (reply.cmd !== 'OK') throw new Error('not OK');
  expect([...paramMap(reply.params)]).toEqual([
    ['user', 'u'],
    ['proxy', ''],
    ['host', '10.0.0.1'],
    ['pass', 'a\tb'],
    ['reason', 'x=y'],
  ]);
});

test.each(['', 'OK', 'OK\tx', 'WHAT\t1', 'FAIL\t-1'])('%j is no reply', (line) => {
  expect(() => parseAuthReply(line)).toThrow(WireError);
});

test('any bytes are a reply or a WireError', () => {
  fc.assert(
    fc.property(fc.constantFrom('', 'OK\t1\t', 'FAIL\t1\t', 'CONT\t'), fc.string({ unit: 'binary' }), (start, rest) => {
      try {
        parseAuthReply(start + rest);
      } catch (error) {
        expect(error).toBeInstanceOf(WireError);
      }
    }),
  );
});

test('every reply reads back as it was', () => {
  const param = fc.string({ unit: 'binary', minLength: 1 });
  fc.assert(
    fc.property(fc.constantFrom('OK' as const, 'FAIL' as const), fc.nat(), fc.array(param), (cmd, id, params) => {
      const reply = { cmd, id, params };
      expect(parseAuthReply(encodeAuthReply(reply).slice(0, -1))).toEqual(reply);
    }),
  );
});
