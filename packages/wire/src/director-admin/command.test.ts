import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WireError } from '../line/errors.ts';
import { formatIpAddress, type IpAddress } from '../net/ip-address.ts';
import { type DirectorAdminCommand, encodeDirectorAdminCommand, parseDirectorAdminCommand } from './command.ts';

const ip = (text: string): IpAddress => formatIpAddress(text.split('.').map(Number));

test.each<[string, DirectorAdminCommand]>([
  ['HOST-LIST', { cmd: 'HOST-LIST' }],
  ['HOST-LIST\tignored', { cmd: 'HOST-LIST' }],
  ['DIRECTOR-ADD\t127.0.0.4', { cmd: 'DIRECTOR-ADD', ip: ip('127.0.0.4') }],
  ['DIRECTOR-REMOVE\t127.0.0.4\t9090', { cmd: 'DIRECTOR-REMOVE', ip: ip('127.0.0.4'), port: 9090 }],
  ['HOST-SET\t15', { cmd: 'HOST-SET', ip: ip('0.0.0.15'), tag: '' }],
  ['HOST-SET\t127.0.0.11@a@b\t50', { cmd: 'HOST-SET', ip: ip('127.0.0.11'), tag: 'a@b', vhosts: 50 }],
  ['HOST-UPDATE\t127.0.0.11\t0', { cmd: 'HOST-UPDATE', ip: ip('127.0.0.11'), tag: '', vhosts: 0 }],
  ['HOST-UP\t127.0.0.11', { cmd: 'HOST-UP', ip: ip('127.0.0.11') }],
  ['HOST-FLUSH', { cmd: 'HOST-FLUSH' }],
  ['HOST-FLUSH\t', { cmd: 'HOST-FLUSH' }],
  ['HOST-RESET-USERS\t\t7', { cmd: 'HOST-RESET-USERS', maxMoving: 7 }],
  ['HOST-RESET-USERS\t127.0.0.11', { cmd: 'HOST-RESET-USERS', ip: ip('127.0.0.11') }],
  ['USER-LOOKUP', { cmd: 'USER-LOOKUP', user: { name: '' }, tag: '' }],
  ['USER-LOOKUP\t12345\ttagA', { cmd: 'USER-LOOKUP', user: { hash: 12345 }, tag: 'tagA' }],
  ['USER-LOOKUP\t4294967296', { cmd: 'USER-LOOKUP', user: { name: '4294967296' }, tag: '' }],
  ['USER-LIST', { cmd: 'USER-LIST' }],
  ['USER-MOVE\talice\t127.0.0.11', { cmd: 'USER-MOVE', user: { name: 'alice' }, ip: ip('127.0.0.11') }],
  ['USER-KICK\ta\x01tb\tnowait', { cmd: 'USER-KICK', username: 'a\tb', nowait: true }],
  ['USER-KICK-ALT\tf\tv', { cmd: 'USER-KICK-ALT', field: 'f', value: 'v', nowait: false }],
])('%j', (line, command) => {
  expect(parseDirectorAdminCommand(line)).toEqual(command);
  expect(parseDirectorAdminCommand(encodeDirectorAdminCommand(command).slice(0, -1))).toEqual(command);
});

// Each closes the connection without a reply (captured); the texts are the real director's log lines.
test.each([
  ['', 'doveadm sent empty command line'],
  ['NOSUCH\tx', 'doveadm sent unknown command: NOSUCH\tx'],
  ['host-list', 'doveadm sent unknown command: host-list'],
  ['toString', 'doveadm sent unknown command: toString'],
  ['HOST-SET\tfoo', 'doveadm sent invalid HOST-SET parameters'],
  ['HOST-SET\t127.0.0.11\t', 'doveadm sent invalid HOST-SET parameters'],
  ['HOST-UPDATE\t127.0.0.11', 'doveadm sent invalid HOST-UPDATE parameters'],
  ['HOST-DOWN', 'doveadm sent invalid HOST-DOWN parameters: '],
  ['HOST-UP\tfoo', 'doveadm sent invalid HOST-UP parameters: foo'],
  ['HOST-REMOVE', 'doveadm sent invalid HOST-REMOVE parameters'],
  ['HOST-FLUSH\tfoo', 'doveadm sent invalid HOST-FLUSH parameters'],
  ['HOST-RESET-USERS\t\t0', 'doveadm sent invalid HOST-RESET-USERS parameters'],
  ['HOST-RESET-USERS\tfoo', 'doveadm sent invalid HOST-RESET-USERS ip: foo'],
  ['USER-MOVE\talice', 'doveadm sent invalid USER-MOVE parameters'],
  ['USER-LIST\tfoo', 'doveadm sent invalid USER-LIST parameters'],
  ['USER-KICK', 'doveadm sent invalid USER-KICK parameters'],
  ['USER-KICK-ALT\tf', 'doveadm sent invalid USER-KICK-ALT parameters'],
  ['DIRECTOR-ADD\tfoo', 'doveadm sent invalid DIRECTOR-ADD parameters'],
  ['DIRECTOR-ADD\t127.0.0.1\t0', 'doveadm sent invalid DIRECTOR-ADD parameters'],
])('%j is refused', (line, text) => {
  expect(() => parseDirectorAdminCommand(line)).toThrow(new WireError('bad-line', text));
});

test('any line either is a command or throws WireError', () => {
  const field = fc.string({
    unit: fc.constantFrom('HOST-', 'USER-', 'SET', 'LIST', 'MOVE', '\t', '\x01', '1', '.', '@'),
  });
  fc.assert(
    fc.property(field, (line) => {
      try {
        const command = parseDirectorAdminCommand(line);
        expect(parseDirectorAdminCommand(encodeDirectorAdminCommand(command).slice(0, -1))).toEqual(command);
      } catch (error) {
        expect(error).toBeInstanceOf(WireError);
      }
    }),
  );
});
