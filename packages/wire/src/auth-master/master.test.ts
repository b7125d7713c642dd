import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { linesFrom, readFixtures } from '../../testing/index.ts';
import { withServiceKey } from '../auth-client/service-key.ts';
import { WireError } from '../line/errors.ts';
import { encodeAuthMasterCommand, parseAuthMasterCommand } from './command.ts';
import { encodeAuthMasterReply, parseAuthMasterReply } from './reply.ts';

const fixtures = ['auth-master', 'auth-master-2.4'].flatMap(readFixtures);

test.each([
  [
    'REQUEST\t77\t25390\t1\tC8447F9304d84e4f9fd26be1ada6a4f1\tsession_pid=25391\trequest_auth_token\tfoo=bar',
    {
      cmd: 'REQUEST',
      id: 77,
      clientPid: 25_390,
      clientId: 1,
      cookie: 'c8447f9304d84e4f9fd26be1ada6a4f1',
      sessionPid: 25_391,
      authToken: true,
    },
  ],
  ['REQUEST\t1\t2\t3\t', { cookie: '', sessionPid: undefined, authToken: false }],
  ['LIST\t1\tuser=a*\tservice=doveadm\tdebug', { cmd: 'LIST', id: 1, mask: 'a*' }],
  ['LIST\t1', { cmd: 'LIST', mask: undefined }],
  ['CACHE-FLUSH\tx\ta\tb', { cmd: 'CACHE-FLUSH', id: 'x', users: ['a', 'b'] }],
  ['PASS\t3657170945\tu\x01tv\tprotocol=lmtp', { cmd: 'PASS', id: 3_657_170_945, user: 'u\tv' }],
])('%j', (line, expected) => {
  expect(parseAuthMasterCommand(line)).toMatchObject(expected);
});

test.each([
  ['USER\tx\talice\tservice=x', 'BUG: Master sent broken USER'],
  ['PASS\t1', 'BUG: Master sent broken PASS'],
  ['USER\t1\talice', 'BUG: Master sent USER request without service'],
  ['LIST\tx', 'BUG: Master sent broken LIST'],
  ['REQUEST\t1\t2\t3', 'BUG: Master sent broken REQUEST'],
  ['REQUEST\t1\t2\tx\taa', 'BUG: Master sent broken REQUEST'],
  ['REQUEST\t1\t2\t3\tzz', 'BUG: Master sent broken REQUEST cookie'],
  ['REQUEST\t1\t2\t3\tabc', 'BUG: Master sent broken REQUEST cookie'],
])('%j is refused', (line, message) => {
  expect(() => parseAuthMasterCommand(line)).toThrow(new WireError('bad-line', message));
});

test.each(['', 'USER', 'FOO\t1', 'user\t1\tx\tservice=x'])('%j is no command', (line) => {
  expect(parseAuthMasterCommand(line)).toBeUndefined();
});

describe('recorded', () => {
  const commands = fixtures
    .filter(({ name }) => !/bad-|version-missing|short/.test(name))
    .flatMap((fixture) => linesFrom(fixture, 'C', 1))
    .filter((line) => /^(?:USER|PASS|LIST|REQUEST|CACHE-FLUSH)\t/.test(line));
  // 2.4's lmtp has its addresses in an order of its own, and 2.4 a key of its own.
  const fieldsOf = (line: string): string[] => withServiceKey(line).split('\t').toSorted();
  test.each(commands)('%j reads and prints the same', (line) => {
    const command = parseAuthMasterCommand(line);
    expect(fieldsOf(command === undefined ? '' : encodeAuthMasterCommand(command).slice(0, -1))).toEqual(
      fieldsOf(line),
    );
  });

  const replies = fixtures
    .flatMap((fixture) => linesFrom(fixture, 'S', 1))
    .filter((line) => !/^(?:VERSION|SPID)\t/.test(line));
  test.each(replies)('%j reads, and prints the same but for empty fields', (line) => {
    const compact = line.startsWith('DONE') ? line : line.replace(/\t+(?=\t|$)/g, '');
    expect(encodeAuthMasterReply(parseAuthMasterReply(line))).toBe(`${compact}\n`);
  });
});

test.each(['', 'USER\t1', 'USER\tx\ta', 'OK\t1', 'WHAT\t1'])('%j is no reply', (line) => {
  expect(() => parseAuthMasterReply(line)).toThrow(WireError);
});

test('any bytes are read or a WireError', () => {
  const start = fc.constantFrom('', 'USER\t1\t', 'PASS\t', 'LIST\t1\t', 'REQUEST\t1\t2\t3\t', 'CACHE-FLUSH\t', 'OK\t');
  fc.assert(
    fc.property(start, fc.string({ unit: 'binary' }), (head, rest) => {
      for (const parse of [parseAuthMasterCommand, parseAuthMasterReply]) {
        try {
          parse(head + rest);
        } catch (error) {
          expect(error).toBeInstanceOf(WireError);
        }
      }
    }),
  );
});
