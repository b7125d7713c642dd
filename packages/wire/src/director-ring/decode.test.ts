import { describe, expect, test } from 'vitest';
import { WireError } from '../line/errors.ts';
import { formatIpAddress, type IpAddress } from '../net/ip-address.ts';
import { encodeRingCommand, parseRingCommand, type RingCommand, type RingOrigin } from './index.ts';

const ip = (text: string): IpAddress => formatIpAddress(text.split('.').map(Number));
const D1 = ip('127.0.0.1');
const origin = (seq: number): RingOrigin => ({ ip: D1, port: 21100, seq });
const host = { ip: ip('127.0.0.15'), vhosts: 60, tag: '', isDown: false, updownTime: 0, hostname: '' };

// captured: dovecot-core 1:2.3.19.1 (Debian 12)
const CAPTURED: readonly (readonly [string, RingCommand])[] = [
  ['VERSION\tdirector\t1\t9', { cmd: 'VERSION', protocol: 'director', major: 1, minor: 9 }],
  ['ME\t127.0.0.1\t21100\t1795307154', { cmd: 'ME', ip: D1, port: 21100, time: 1795307154 }],
  ['DIRECTOR\t127.0.0.1\t21100', { cmd: 'DIRECTOR', ip: D1, port: 21100 }],
  ['DIRECTOR-REMOVE\t127.0.0.1\t21100', { cmd: 'DIRECTOR-REMOVE', ip: D1, port: 21100 }],
  ['CONNECT\t127.0.0.1\t21100', { cmd: 'CONNECT', ip: D1, port: 21100 }],
  ['HOST-HAND-START\t0', { cmd: 'HOST-HAND-START', isComplete: false }],
  ['HOST-HAND-END\t1', { cmd: 'HOST-HAND-END', isComplete: true }],
  ['HOST\t127.0.0.1\t21100\t4\t127.0.0.15\t60\t\tU0\t', { cmd: 'HOST', origin: origin(4), host }],
  [
    'HOST\t127.0.0.1\t21100\t7\t127.0.0.15\t60\tnewtag\tD5\tbackend15.example.com',
    {
      cmd: 'HOST',
      origin: origin(7),
      host: { ...host, tag: 'newtag', isDown: true, updownTime: 5, hostname: 'backend15.example.com' },
    },
  ],
  ['HOST-REMOVE\t127.0.0.1\t21100\t15\t127.0.0.15', { cmd: 'HOST-REMOVE', origin: origin(15), ip: host.ip }],
  ['HOST-FLUSH\t127.0.0.1\t21100\t8\t127.0.0.15', { cmd: 'HOST-FLUSH', origin: origin(8), ip: host.ip }],
  ['U\t4012572174\t127.0.0.15\t1795307489', user('U', 4012572174, 1795307489)],
  ['U\t1669653170\t127.0.0.15\t1795307489\tw', { ...user('U', 1669653170, 1795307489), isWeak: true }],
  ['USER\t1669653170\t127.0.0.15\t1795307196', user('USER', 1669653170, 1795307196)],
  [
    'USER-WEAK\t127.0.0.1\t21100\t2\t1669653170\t127.0.0.15',
    { cmd: 'USER-WEAK', origin: origin(2), hash: 1669653170, ip: host.ip },
  ],
  [
    'USER-MOVE\t127.0.0.1\t21100\t32\t1669653170\t127.0.0.15',
    { cmd: 'USER-MOVE', origin: origin(32), hash: 1669653170, ip: host.ip },
  ],
  ['USER-KILLED\t1669653170', { cmd: 'USER-KILLED', hash: 1669653170 }],
  [
    'USER-KILLED-EVERYWHERE\t127.0.0.1\t21100\t33\t1669653170',
    { cmd: 'USER-KILLED-EVERYWHERE', origin: origin(33), hash: 1669653170 },
  ],
  ['USER-KICK\t127.0.0.1\t21100\t36\talt', { cmd: 'USER-KICK', origin: origin(36), username: 'alt' }],
  ['USER-KICK\t127.0.0.1\t21100\t36\ta\x01tb', { cmd: 'USER-KICK', origin: origin(36), username: 'a\tb' }],
  [
    'USER-KICK-ALT\t127.0.0.1\t21100\t37\tuser_group\tg1',
    { cmd: 'USER-KICK-ALT', origin: origin(37), field: 'user_group', value: 'g1' },
  ],
  [
    'USER-KICK-HASH\t127.0.0.1\t21100\t1\t100\t127.0.0.15',
    { cmd: 'USER-KICK-HASH', origin: origin(1), hash: 100, exceptIp: host.ip },
  ],
  [
    'SYNC\t127.0.0.1\t21100\t1\t9\t1795307154\t277094071',
    {
      cmd: 'SYNC',
      ip: D1,
      port: 21100,
      seq: 1,
      state: { minor: 9, timestamp: 1795307154, hostsHash: 277094071 },
    },
  ],
  ['SYNC\t127.0.0.1\t21100\t1', { cmd: 'SYNC', ip: D1, port: 21100, seq: 1, state: undefined }],
  ['PING\t1795307154\t71', { cmd: 'PING', time: 1795307154, buffered: 71 }],
  ['PONG\t1795307154\t0', { cmd: 'PONG', time: 1795307154, buffered: 0 }],
  ['PING', { cmd: 'PING', time: undefined, buffered: undefined }],
  ['OPTIONS\tconsistent-hashing', { cmd: 'OPTIONS', options: ['consistent-hashing'] }],
  ['DONE', { cmd: 'DONE' }],
  ['QUIT\tInvalid input: U', { cmd: 'QUIT', reason: 'Invalid input: U' }],
];

function user(cmd: 'U' | 'USER', hash: number, timestamp: number): Extract<RingCommand, { cmd: 'U' | 'USER' }> {
  return { cmd, hash, ip: ip('127.0.0.15'), timestamp, isWeak: false };
}

describe('captured lines', () => {
  test.each(CAPTURED)('%j both ways', (line, command) => {
    expect(parseRingCommand(line, false)).toEqual(command);
    expect(encodeRingCommand(command, 9, 9)).toBe(`${line}\n`);
  });

  test('a backend of the host list', () => {
    const line = 'HOST\t127.0.0.15\t60\ttagA\tU1795307317\t';
    const command = { cmd: 'HOST', origin: undefined, host: { ...host, tag: 'tagA', updownTime: 1795307317 } } as const;
    expect(parseRingCommand(line, true)).toEqual(command);
    expect(encodeRingCommand(command, 9, 9)).toBe(`${line}\n`);
  });
});

/** Forms that Dovecot accepts and does not write itself. */
const LENIENT: readonly (readonly [string, RingCommand])[] = [
  ['VERSION\tdirector\t1\t99\tmore', { cmd: 'VERSION', protocol: 'director', major: 1, minor: 99 }],
  ['ME\t127.0.0.1\t21100', { cmd: 'ME', ip: D1, port: 21100, time: undefined }],
  ['ME\t127.0.0.1\t21100\t-5\tmore', { cmd: 'ME', ip: D1, port: 21100, time: -5 }],
  ['DIRECTOR\t127.1\t21100\tmore', { cmd: 'DIRECTOR', ip: D1, port: 21100 }],
  ['DIRECTOR-REMOVE\t127.0.0.1\t021100\tmore', { cmd: 'DIRECTOR-REMOVE', ip: D1, port: 21100 }],
  ['HOST-HAND-START\t7\tmore', { cmd: 'HOST-HAND-START', isComplete: true }],
  ['HOST-HAND-END', { cmd: 'HOST-HAND-END', isComplete: false }],
  ['HOST\t127.0.0.1\t21100\t4\t127.0.0.15\t60', { cmd: 'HOST', origin: origin(4), host }],
  ['HOST\t127.0.0.1\t21100\t4\t127.0.0.15\t60\tt', { cmd: 'HOST', origin: origin(4), host: { ...host, tag: 't' } }],
  ['HOST\t127.0.0.1\t21100\t4\t127.0.0.15\t60\t\tU0\t\tmore', { cmd: 'HOST', origin: origin(4), host }],
  ['U\t007\t127.0.0.15\t0\tweak\tmore', { cmd: 'U', hash: 7, ip: host.ip, timestamp: 0, isWeak: true }],
  ['U\t7\t127.0.0.15\t0\t', { cmd: 'U', hash: 7, ip: host.ip, timestamp: 0, isWeak: false }],
  ['U\t4294967295\t127.0.15\t4294967295', { ...user('U', 4294967295, 4294967295), ip: ip('127.0.0.15') }],
  ['USER\t7\t127.0.0.15', { cmd: 'USER', hash: 7, ip: host.ip, timestamp: undefined, isWeak: false }],
  ['USER\t7\t127.0.0.15\t-1', { cmd: 'USER', hash: 7, ip: host.ip, timestamp: -1, isWeak: false }],
  ['USER\t7\t127.0.0.15\t5\tw', { cmd: 'USER', hash: 7, ip: host.ip, timestamp: 5, isWeak: true }],
  [
    'SYNC\t127.0.0.1\t21100\t2\t7',
    { cmd: 'SYNC', ip: D1, port: 21100, seq: 2, state: { minor: 7, timestamp: 0, hostsHash: 0 } },
  ],
  ['PING\tx\ty', { cmd: 'PING', time: undefined, buffered: undefined }],
  ['PONG\t5', { cmd: 'PONG', time: undefined, buffered: undefined }],
  ['OPTIONS', { cmd: 'OPTIONS', options: [] }],
  ['DONE\tmore', { cmd: 'DONE' }],
  ['QUIT\tbye\tbye', { cmd: 'QUIT', reason: 'bye bye' }],
];

test.each(LENIENT)('%j is accepted', (line, command) => {
  expect(parseRingCommand(line, false)).toEqual(command);
});

test.each([
  ['', 'Received empty line'],
  ['\t', 'Unknown command '],
  ['BOGUS\t1', 'Unknown command BOGUS'],
  ['user\t1\t127.0.0.15', 'Unknown command user'],
  ['constructor', 'Unknown command constructor'],
  ['VERSION\tfoo\t1', 'Incompatible protocol'],
  ['VERSION\tdirectorx\t1\t9', 'Wrong protocol in socket (directorx vs director)'],
  ['VERSION\tdirector\t1\tx', 'Invalid protocol version: 1.x'],
  ['VERSION\tdirector\t2\t0', 'Incompatible protocol version: 2 vs 1'],
  ['ME\t127.0.0.1', 'Missing IP+port parameters'],
  ['ME\tfoo\t1', 'Invalid IP address: foo'],
  ['ME\t127.0.0.1\t0', 'Invalid port: 0'],
  ['ME\t127.0.0.1\t1\tx', 'Invalid ME timestamp'],
  ['DIRECTOR', 'Missing IP+port parameters'],
  ['DIRECTOR-REMOVE\t127.0.0.1\t65536', 'Invalid port: 65536'],
  ['CONNECT\t127.0.0.1\t1\t', 'Invalid parameters'],
  ['HOST-HAND-START', 'Invalid parameters'],
  ['HOST\t127.0.0.1\t21100\t4\t127.0.0.15', 'Invalid parameters'],
  ['HOST\t127.0.0.15\t60', 'Invalid parameters'],
  ['HOST\t127.0.0.1\t21100\t4294967296\t127.0.0.15\t60', 'Invalid parameters'],
  ['HOST\t127.0.0.1\t21100\t4\t127.0.0.15\t60\t\tX0', 'Invalid updown parameters'],
  ['HOST\t127.0.0.1\t21100\t4\t127.0.0.15\t60\t\t', 'Invalid updown parameters'],
  ['HOST\t127.0.0.1\t21100\t4\t127.0.0.15\t60\t\tU', 'Invalid updown parameters'],
  ['HOST\t127.0.0.1\t21100\t4\t127.0.0.15\t10001', 'Too large vhost count'],
  ['HOST\t127.0.0.1\t21100\t4\t127.0.0.15\t1\ta\x01tb', 'Invalid tag'],
  [`HOST\t127.0.0.1\t21100\t4\t127.0.0.15\t1\t${'t'.repeat(256)}`, 'Invalid tag'],
  [`HOST\t127.0.0.1\t21100\t4\t127.0.0.15\t1\t\tU0\t${'h'.repeat(256)}`, 'Invalid hostname'],
  ['HOST-REMOVE\t127.0.0.1\t21100\t4\t127.0.0.15\t', 'Invalid parameters'],
  ['HOST-FLUSH\t127.0.0.1\t21100\t4', 'Invalid parameters'],
  ['U\t1\t127.0.0.15', 'Invalid parameters'],
  ['U\t1\t127.0.0.15\t-1', 'Invalid parameters'],
  ['U\t4294967296\t127.0.0.15\t1', 'Invalid parameters'],
  ['U\t1\t127.0.0.256\t1', 'Invalid parameters'],
  ['USER\t\t127.0.0.15', 'Invalid parameters'],
  ['USER\t1\t\t1', 'Invalid parameters'],
  ['USER\t1\t127.0.0.15\t', 'Invalid parameters'],
  ['USER-WEAK\t127.0.0.1\t21100\t4\t1\t127.0.0.15\t1', 'Invalid parameters'],
  ['USER-MOVE\t127.0.0.1\t21100\t4\t1', 'Invalid parameters'],
  ['USER-KILLED\t1\t2', 'Invalid parameters'],
  ['USER-KILLED-EVERYWHERE\t127.0.0.1\t21100\t4', 'Invalid parameters'],
  ['USER-KICK\t127.0.0.1\t21100\t4\ta\tb', 'Invalid parameters'],
  [`USER-KICK\t127.0.0.1\t21100\t4\t${'a'.repeat(951)}`, 'Too long username'],
  [`USER-KICK\t127.0.0.1\t21100\t4\t${'\r'.repeat(476)}`, 'Too long username'],
  ['USER-KICK-ALT\t127.0.0.1\t21100\t4\ta', 'Invalid parameters'],
  [`USER-KICK-ALT\t127.0.0.1\t21100\t4\ta\t${'a'.repeat(949)}`, 'Too long field value'],
  ['USER-KICK-HASH\t127.0.0.1\t21100\t4\t1\tfoo', 'Invalid parameters'],
  ['SYNC\t127.0.0.1\t21100', 'Invalid parameters'],
  ['SYNC\t127.0.0.1\t21100\tx', 'Invalid parameters'],
  ['SYNC\t127.0.0.1\t21100\t1\t9\tx', 'Invalid parameters'],
  [`OPTIONS${'\ta'.repeat(16)}`, 'Too many parameters'],
])('%j is refused', (line, reason) => {
  expect(() => parseRingCommand(line, false)).toThrow(
    new WireError(line.startsWith('VERSION\tdirector') ? 'bad-version' : 'bad-line', reason),
  );
});
