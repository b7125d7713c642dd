import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Fixture, linesFrom, readFixtures } from '../../testing/index.ts';
import { WireError } from '../line/errors.ts';
import type { IpAddress } from '../net/ip-address.ts';
import {
  formatAnvilClientCommand,
  formatAnvilKickCount,
  parseAnvilClientCommand,
  parseAnvilKickCount,
} from './command.ts';
import { formatConnectDump, parseAnvilSession, parseConnectDumpHeader } from './connect-dump.ts';
import { anvilClientHello, anvilServerHello, parseAnvilClientVersion, parseAnvilServerVersion } from './hello.ts';

const bytes = fc.string({ unit: fc.nat(255).map((code) => String.fromCharCode(code)) });
const guid = fc.stringMatching(/^[0-9a-f]{32}$/);
const ip = fc.constantFrom(undefined, '10.0.0.1' as IpAddress, '::1' as IpAddress);

const nameOf = (fixture: Fixture): string => fixture.name.slice('anvil-client/'.length);
const fixtures = readFixtures('anvil-client');
const spoken = fixtures.filter((fixture) => nameOf(fixture) !== 'version-anvil');
const refused = spoken.filter((fixture) => nameOf(fixture).startsWith('bad-'));
const answered = spoken.filter((fixture) => /^(connect-dump|kick-)/.test(nameOf(fixture)));

describe.each(spoken)('$name', (fixture) => {
  test('hellos', () => {
    const [version = '', empty] = linesFrom(fixture, 'C');
    const [greeting = ''] = linesFrom(fixture, 'S');
    expect([`${version}\n${empty}\n`, `${greeting}\n`]).toEqual([anvilClientHello(), anvilServerHello()]);
    expect([parseAnvilClientVersion(version), parseAnvilServerVersion(greeting)]).toEqual([0, 0]);
  });
});

describe.each(refused)('$name', (fixture) => {
  test('the reason is the one that anvil logs', () => {
    const [logged] = fixture.steps.flatMap((step) => (step.from === 'log' ? [step.text] : []));
    const read = () => parseAnvilClientCommand(linesFrom(fixture, 'C')[2] ?? '');
    expect(read).toThrow(WireError);
    expect(logged).toContain(messageOf(read));
  });
});

describe.each(answered)('$name', (fixture) => {
  test('commands and answers, both ways', () => {
    const [, , ...commands] = linesFrom(fixture, 'C');
    const [, ...left] = linesFrom(fixture, 'S');
    for (const line of commands) {
      expect(formatAnvilClientCommand(parseAnvilClientCommand(line))).toBe(line);
      if (line === 'CONNECT-DUMP') {
        const dump = left.splice(0);
        const [header = '', ...rows] = dump;
        const sessions = rows.flatMap((row) => parseAnvilSession(row) ?? []);
        expect(sessions.length).toBe(rows.length - 1);
        expect(formatConnectDump(parseConnectDumpHeader(header), sessions)).toBe(`${dump.join('\n')}\n`);
      } else {
        const count = left.shift() ?? '';
        expect(formatAnvilKickCount(parseAnvilKickCount(count))).toBe(count);
      }
    }
    expect(left).toEqual([]);
  });
});

const messageOf = (read: () => unknown): string => {
  try {
    read();
    return 'no error';
  } catch (error) {
    return (error as Error).message;
  }
};

test('a row: the backend is the address behind the guid, fields follow', () => {
  const line = `7\ta\x01tb\timap-login\t::1\t${'0a'.repeat(16)}\t10.0.0.1\t\tstaff`;
  expect(parseAnvilSession(line)).toEqual({
    pid: 7,
    user: 'a\tb',
    service: 'imap-login',
    clientIp: '::1',
    guid: '0a'.repeat(16),
    destIp: '10.0.0.1',
    values: ['', 'staff'],
  });
});

test.each([
  ['no number', `x\tu\ts\t\t${'0'.repeat(32)}\t`],
  ['too short', `1\tu\ts\t\t${'0'.repeat(32)}`],
  ['no guid', '1\tu\ts\t\t0\t'],
  ['no client address', `1\tu\ts\tx\t${'0'.repeat(32)}\t`],
  ['no backend address', `1\tu\ts\t\t${'0'.repeat(32)}\tx`],
  ['a row of 2.3', 'imap/10.0.0.1/u1\t101\t2'],
])('a row with %s is a WireError', (_, line) => {
  expect(() => parseAnvilSession(line)).toThrow(WireError);
});

test('commands survive any names', () => {
  fc.assert(
    fc.property(bytes, bytes, guid, ip, (a, b, id, exceptIp) => {
      for (const command of [
        { cmd: 'KICK-USER', user: a, guid: id },
        { cmd: 'KICK-USER', user: a, guid: undefined },
        { cmd: 'KICK-ALT-USER', field: a, value: b, exceptIp },
      ] as const) {
        const line = formatAnvilClientCommand(command);
        expect(line).not.toContain('\n');
        expect(parseAnvilClientCommand(line)).toEqual(command);
      }
    }),
  );
});

test('rows survive any names', () => {
  fc.assert(
    fc.property(fc.nat(), bytes, bytes, guid, ip, fc.array(bytes), (pid, user, service, id, address, values) => {
      const session = { pid, user, service, clientIp: address, guid: id, destIp: address, values };
      const [, row = ''] = formatConnectDump([], [session]).split('\n');
      expect(parseAnvilSession(row)).toEqual(session);
    }),
  );
});

test('any line decodes or is a WireError', () => {
  fc.assert(
    fc.property(bytes, (line) => {
      for (const parse of [parseAnvilClientCommand, parseAnvilSession, parseAnvilKickCount, parseAnvilServerVersion]) {
        try {
          parse(line);
        } catch (error) {
          expect(error).toBeInstanceOf(WireError);
        }
      }
    }),
  );
});
