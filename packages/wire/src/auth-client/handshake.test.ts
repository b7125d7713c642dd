import { expect, test } from 'vitest';
import { linesFrom, readFixture } from '../../testing/index.ts';
import { WireError } from '../line/errors.ts';
import {
  authPeerFeatures,
  encodeAuthClientHello,
  encodeAuthMasterHello,
  encodeAuthServerHello,
  parseAuthMasterVersion,
  parseAuthServerHelloLine,
  parseAuthVersion,
  parseCpid,
} from './handshake.ts';

test('the hello that was recorded is the one we print', () => {
  const lines = linesFrom(readFixture('auth-client/hello'), 'S');
  const mechs = [
    { name: 'PLAIN', flags: ['plaintext'] },
    { name: 'LOGIN', flags: ['plaintext'] },
  ];
  const hello = encodeAuthServerHello({ minor: 2, mechs, spid: 10_001, cuid: 1, cookie: 'c001'.repeat(8) });
  expect(hello).toBe(lines.map((line) => `${line}\n`).join(''));
});

test('the client side reads the recorded hello', () => {
  expect(linesFrom(readFixture('auth-client/hello'), 'S').map(parseAuthServerHelloLine)).toEqual([
    { cmd: 'VERSION', major: 1, minor: 2 },
    { cmd: 'MECH', mech: { name: 'PLAIN', flags: ['plaintext'] } },
    { cmd: 'MECH', mech: { name: 'LOGIN', flags: ['plaintext'] } },
    { cmd: 'SPID', value: 10_001 },
    { cmd: 'CUID', value: 1 },
    { cmd: 'COOKIE', cookie: 'c001'.repeat(8) },
    { cmd: 'DONE' },
  ]);
});

test.each(['FOO\tbar', '', 'SPID\tx', 'CUID', 'COOKIE', 'MECH\t', 'VERSION\t1'])('%j is no hello line', (line) => {
  expect(() => parseAuthServerHelloLine(line)).toThrow(WireError);
});

test('hellos of the other sides', () => {
  expect(encodeAuthClientHello({ minor: 2, pid: 77 })).toBe('VERSION\t1\t2\nCPID\t77\n');
  expect(encodeAuthMasterHello({ minor: 1, spid: 5 })).toBe('VERSION\t1\t1\nSPID\t5\n');
});

test.each(['VERSION\t1', 'VERSION\t1\tx', 'VERSION\t\t2', 'HELLO', '', 'VERSION', 'XVERSION\t1\t2'])(
  '%j is no VERSION of a client',
  (line) => {
    expect(() => parseAuthVersion(line)).toThrow(WireError);
  },
);

test('master sockets look at the major number alone', () => {
  expect(parseAuthMasterVersion('VERSION\t1')).toEqual({ major: 1, minor: 0 });
  expect(parseAuthMasterVersion('VERSION\t1\tx')).toEqual({ major: 1, minor: 0 });
  expect(parseAuthMasterVersion('VERSION\t2\t4')).toEqual({ major: 2, minor: 4 });
  expect(() => parseAuthMasterVersion('USER\t1\tx')).toThrow(WireError);
});

test.each([
  ['CPID\t77', 77],
  ['CPID\t0', undefined],
  ['CPID\tx', undefined],
  ['CPID', undefined],
])('%j', (line, pid) => {
  expect(parseCpid(line)).toBe(pid);
});

test('what a minor version lets the server do', () => {
  const featuresOf = (minor: number): string[] =>
    Object.entries(authPeerFeatures(minor)).flatMap(([name, has]) => (has ? [name] : []));
  expect(featuresOf(1)).toEqual([]);
  expect(featuresOf(2)).toEqual(['emptyResponse']);
  expect(featuresOf(3)).toEqual(['emptyResponse', 'protocolKey', 'channelBinding', 'localName']);
  expect(featuresOf(4)).toEqual(['emptyResponse', 'protocolKey', 'channelBinding', 'localName', 'cancelled']);
});
