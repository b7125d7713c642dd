import { describe, expect, test } from 'vitest';
import { formatIpAddress, type IpAddress } from '../net/ip-address.ts';
import {
  DIRECTOR_RING_MAX_LINE,
  encodeRingCommand,
  fitsRingLine,
  parseRingCommand,
  type RingCommand,
  type RingOrigin,
} from './index.ts';

const ip = (text: string): IpAddress => formatIpAddress(text.split('.').map(Number));
const D1 = ip('127.0.0.1');
const origin = (seq: number): RingOrigin => ({ ip: D1, port: 21100, seq });
const host = { ip: ip('127.0.0.15'), vhosts: 60, tag: '', isDown: false, updownTime: 0, hostname: '' };

function user(cmd: 'U' | 'USER', hash: number, timestamp: number): Extract<RingCommand, { cmd: 'U' | 'USER' }> {
  return { cmd, hash, ip: ip('127.0.0.15'), timestamp, isWeak: false };
}

const tagged = { ...host, tag: 'tagA' };
const kick = { cmd: 'USER-KICK', origin: origin(1), username: 'u' } as const;
const kickAlt = { cmd: 'USER-KICK-ALT', origin: origin(1), field: 'f', value: 'v' } as const;
const kickHash = { cmd: 'USER-KICK-HASH', origin: origin(1), hash: 1, exceptIp: host.ip } as const;
const weak = { cmd: 'USER-WEAK', origin: origin(1), hash: 1, ip: host.ip } as const;
const remove = { cmd: 'DIRECTOR-REMOVE', ip: D1, port: 21100 } as const;
const sync = { cmd: 'SYNC', ip: D1, port: 1, seq: 2, state: { minor: 9, timestamp: 5, hostsHash: 6 } } as const;
const listed = (of: typeof host): RingCommand => ({ cmd: 'HOST', origin: undefined, host: of });
const update = (of: typeof host): RingCommand => ({ cmd: 'HOST', origin: origin(1), host: of });
const UPDATE = 'HOST\t127.0.0.1\t21100\t1\t127.0.0.15\t60';

const FORMS: readonly (readonly [RingCommand, number, number, string])[] = [
  [user('U', 1, 2), 8, 9, 'USER\t1\t127.0.0.15\t2'],
  [user('USER', 1, 2), 8, 9, 'USER\t1\t127.0.0.15'],
  [{ cmd: 'USER', hash: 1, ip: host.ip, timestamp: undefined, isWeak: false }, 9, 9, 'USER\t1\t127.0.0.15'],
  [{ cmd: 'QUIT', reason: 'r' }, 3, 9, 'QUIT\tr'],
  [{ cmd: 'QUIT', reason: 'r' }, 2, 9, ''],
  [remove, 2, 9, 'DIRECTOR-REMOVE\t127.0.0.1\t21100'],
  [remove, 1, 9, ''],
  [kick, 4, 1, 'USER-KICK\t127.0.0.1\t21100\t1\tu'],
  [kick, 3, 9, ''],
  [kickHash, 4, 1, 'USER-KICK-HASH\t127.0.0.1\t21100\t1\t1\t127.0.0.15'],
  [kickHash, 3, 9, ''],
  [kickAlt, 8, 1, 'USER-KICK-ALT\t127.0.0.1\t21100\t1\tf\tv'],
  [kickAlt, 7, 9, ''],
  [weak, 1, 1, 'USER-WEAK\t127.0.0.1\t21100\t1\t1\t127.0.0.15'],
  [weak, 9, 0, ''],
  [weak, 0, 9, ''],
  [{ cmd: 'OPTIONS', options: ['consistent-hashing'] }, 5, 0, 'OPTIONS\tconsistent-hashing'],
  [{ cmd: 'OPTIONS', options: ['consistent-hashing'] }, 4, 9, ''],
  [sync, 1, 0, 'SYNC\t127.0.0.1\t1\t2\t9\t5\t6'],
  [sync, 0, 9, 'SYNC\t127.0.0.1\t1\t2'],
  [{ ...sync, state: { ...sync.state, minor: 0 } }, 9, 9, 'SYNC\t127.0.0.1\t1\t2'],
  [listed(host), 6, 0, 'HOST\t127.0.0.15\t60\t\tU0\t'],
  [listed(host), 5, 9, 'HOST\t127.0.0.15\t60'],
  [listed(tagged), 5, 9, 'HOST\t127.0.0.15\t60\ttagA'],
  [update(tagged), 9, 7, `${UPDATE}\ttagA\tU0\t`],
  [update(tagged), 9, 6, ''],
  [update(host), 9, 6, `${UPDATE}\t\tU0\t`],
  [update(host), 9, 5, UPDATE],
  [update(host), 5, 9, UPDATE],
];

test.each(FORMS)('%j to a peer of minor %i in a ring of %i', (command, peer, ring, line) => {
  expect(encodeRingCommand(command, peer, ring)).toBe(line === '' ? '' : `${line}\n`);
});

describe('length', () => {
  test('a name that fits goes out behind the longest origin', () => {
    const far = { ip: formatIpAddress(Array.from({ length: 16 }, () => 0xff)), port: 65_535, seq: 0xffff_ffff };
    const value = 'x'.repeat(944);
    expect(fitsRingLine('field', value)).toBe(true);
    encodeRingCommand({ cmd: 'USER-KICK-ALT', origin: far, field: 'field', value }, 9, 9);
    expect(fitsRingLine('field', `${value}x`)).toBe(false);
  });

  test('a name that does not fit is not cut silently', () => {
    expect(() => encodeRingCommand({ ...kick, username: 'x'.repeat(1023) }, 9, 9)).toThrow(RangeError);
  });

  test('a reason to quit is', () => {
    const line = encodeRingCommand({ cmd: 'QUIT', reason: 'x'.repeat(2000) }, 9, 9);
    expect(line).toHaveLength(DIRECTOR_RING_MAX_LINE + 1);
    expect(parseRingCommand(line.slice(0, -1), false)).toMatchObject({ cmd: 'QUIT' });
  });
});
