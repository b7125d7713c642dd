import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatProxyCommand, parseProxyCommand } from './proxy-command.ts';

test.each([
  ['LIST-FULL', { cmd: 'LIST-FULL' }],
  ['LIST-FULL\tconn-guid', { cmd: 'LIST-FULL', guids: true }],
  ['KICK-GUID\ta\tx01', { cmd: 'KICK-GUID', user: 'a', guid: 'x01' }],
  ['KICK\ta\tb\x01tc', { cmd: 'KICK', users: ['a', 'b\tc'] }],
  ['KICK-ALT\tuser_group\tx', { cmd: 'KICK-ALT', field: 'user_group', values: ['x'] }],
  ['KICK-HOST\t10.0.0.1', { cmd: 'KICK-HOST', hosts: ['10.0.0.1'] }],
  ['KICK-DIRECTOR-HASH\t1669653170', { cmd: 'KICK-DIRECTOR-HASH', hash: 1669653170, exceptIp: undefined }],
  ['KICK-DIRECTOR-HASH\t7\t::1', { cmd: 'KICK-DIRECTOR-HASH', hash: 7, exceptIp: '::1' }],
])('%j both ways', (line, command) => {
  expect(parseProxyCommand(line)).toEqual(command);
  expect(formatProxyCommand(command as never)).toBe(line);
});

// captured: dovecot-core 1:2.3.19.1 (Debian 12)
test.each([
  ['KICK', 'Missing parameter'],
  ['KICK-ALT', 'Missing parameter'],
  ['KICK-DIRECTOR-HASH', 'Invalid parameters'],
  ['KICK-DIRECTOR-HASH\tx', 'Invalid parameters'],
  ['KICK-DIRECTOR-HASH\t1\tnope', 'Invalid except_ip parameter'],
  ['KICK-GUID\ta', 'Missing parameter'],
  ['WHAT', 'Unknown command'],
])('%j is refused', (line, refusal) => {
  expect(parseProxyCommand(line)).toEqual({ refusal });
});

test('an empty except_ip spares nobody', () => {
  expect(parseProxyCommand('KICK-DIRECTOR-HASH\t1\t')).toMatchObject({ exceptIp: undefined });
});

test('any names survive', () => {
  const name = fc.string({ unit: fc.nat(255).map((code) => String.fromCharCode(code)) });
  fc.assert(
    fc.property(fc.array(name, { minLength: 1 }), (users) => {
      const line = formatProxyCommand({ cmd: 'KICK', users });
      expect(line).not.toContain('\n');
      expect(parseProxyCommand(line)).toEqual({ cmd: 'KICK', users });
    }),
  );
});
