import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { WireError } from '../line/errors.ts';
import { createLineDecoder } from '../line/line-decoder.ts';
import { formatIpAddress } from '../net/ip-address.ts';
import {
  DIRECTOR_RING_MAX_LINE,
  encodeRingCommand,
  fitsRingLine,
  parseRingCommand,
  type RingCommand,
} from './index.ts';

const byteString = fc.string({ unit: fc.nat(255).map((code) => String.fromCharCode(code)), maxLength: 300 });
const anyIp = fc
  .oneof(fc.array(fc.nat(255), { minLength: 4, maxLength: 4 }), fc.array(fc.nat(255), { minLength: 16, maxLength: 16 }))
  .map(formatIpAddress);
const uint = fc.nat(0xffff_ffff);
const port = fc.integer({ min: 1, max: 65_535 });
const anyOrigin = fc.record({ ip: anyIp, port, seq: uint });
const label = byteString.map((text) => text.replace(/[\0-\x1f\x7f]/g, '').slice(0, 255));
const anyHost = fc.record({
  ip: anyIp,
  vhosts: fc.nat(10_000),
  tag: label,
  isDown: fc.boolean(),
  updownTime: uint,
  hostname: label,
});
const is = <const Cmd extends string>(...names: Cmd[]): fc.Arbitrary<Cmd> => fc.constantFrom(...names);
const optionalUint = fc.option(uint, { nil: undefined });

const anyCommand: fc.Arbitrary<RingCommand> = fc.oneof(
  fc.record({ cmd: is('VERSION'), protocol: fc.constant('director'), major: fc.constant(1), minor: uint }),
  fc.record({ cmd: is('ME'), ip: anyIp, port, time: optionalUint }),
  fc.record({ cmd: is('DIRECTOR', 'DIRECTOR-REMOVE', 'CONNECT'), ip: anyIp, port }),
  fc.record({ cmd: is('HOST-HAND-START', 'HOST-HAND-END'), isComplete: fc.boolean() }),
  fc.record({ cmd: is('HOST'), origin: fc.option(anyOrigin, { nil: undefined }), host: anyHost }),
  fc.record({ cmd: is('HOST-REMOVE', 'HOST-FLUSH'), origin: anyOrigin, ip: anyIp }),
  fc.record({ cmd: is('U'), hash: uint, ip: anyIp, timestamp: uint, isWeak: fc.boolean() }),
  fc.record({ cmd: is('USER'), hash: uint, ip: anyIp, timestamp: optionalUint, isWeak: fc.constant(false) }),
  fc.record({ cmd: is('USER-WEAK', 'USER-MOVE'), origin: anyOrigin, hash: uint, ip: anyIp }),
  fc.record({ cmd: is('USER-KILLED'), hash: uint }),
  fc.record({ cmd: is('USER-KILLED-EVERYWHERE'), origin: anyOrigin, hash: uint }),
  fc.record({ cmd: is('USER-KICK'), origin: anyOrigin, username: byteString }),
  fc.record({ cmd: is('USER-KICK-ALT'), origin: anyOrigin, field: label, value: byteString }),
  fc.record({ cmd: is('USER-KICK-HASH'), origin: anyOrigin, hash: uint, exceptIp: anyIp }),
  fc.record({
    cmd: is('SYNC'),
    ip: anyIp,
    port,
    seq: uint,
    state: fc.option(fc.record({ minor: fc.integer({ min: 1, max: 9 }), timestamp: uint, hostsHash: uint }), {
      nil: undefined,
    }),
  }),
  fc.record({ cmd: is('PING', 'PONG'), time: uint, buffered: uint }),
  fc.record({ cmd: is('OPTIONS'), options: fc.array(byteString, { minLength: 1, maxLength: 1 }) }),
  fc.record({ cmd: is('DONE') }),
  fc.record({ cmd: is('QUIT'), reason: byteString }),
);

const WORDS = (
  'VERSION ME DIRECTOR DIRECTOR-REMOVE CONNECT HOST-HAND-START HOST-HAND-END HOST HOST-REMOVE HOST-FLUSH U USER USER-WEAK ' +
  'USER-MOVE USER-KILLED USER-KILLED-EVERYWHERE USER-KICK USER-KICK-ALT USER-KICK-HASH SYNC PING PONG OPTIONS DONE QUIT'
).split(' ');

/** Fields of every kind behind every command word, so that most lines get past the first check. */
const field = fc.oneof(
  is('1', '0', '9', '127.0.0.1', '::1', '21100', '4294967295', '4294967296', 'U0', 'D5', 'w', '', 'director', '-1'),
  fc.nat().map(String),
  byteString,
);
const word = fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...WORDS) }, { weight: 1, arbitrary: byteString });
const anyLine = fc
  .tuple(word, fc.array(field, { maxLength: 10 }))
  .map(([first, rest]) => [first, ...rest].join('\t').replaceAll('\n', ' ').slice(0, DIRECTOR_RING_MAX_LINE));

const decode = (line: string, inHostList: boolean): RingCommand | undefined => {
  try {
    return parseRingCommand(line, inHostList);
  } catch (error) {
    expect(error).toBeInstanceOf(WireError);
    return undefined;
  }
};

/** A director keeps these to itself. */
const NEVER_PASSED_ON = new Set(['VERSION', 'OPTIONS']);

describe('properties', () => {
  test('what one director writes the next one reads', () => {
    fc.assert(
      fc.property(anyCommand, (command) => {
        fc.pre(command.cmd !== 'USER-KICK' || fitsRingLine(command.username));
        fc.pre(command.cmd !== 'USER-KICK-ALT' || fitsRingLine(command.field, command.value));
        const line = encodeRingCommand(command, 9, 9);
        expect(line.indexOf('\n')).toBe(line.length - 1);
        const inHostList = command.cmd === 'HOST' && command.origin === undefined;
        expect(parseRingCommand(line.slice(0, -1), inHostList)).toEqual(command);
      }),
      { numRuns: 1000 },
    );
  });

  test('any line decodes or throws WireError, and what decodes can be passed on to every peer', () => {
    fc.assert(
      fc.property(anyLine, fc.boolean(), fc.nat(12), fc.nat(9), (line, inHostList, peer, ring) => {
        const command = decode(line, inHostList);
        if (command === undefined || NEVER_PASSED_ON.has(command.cmd)) return;
        expect(encodeRingCommand(command, peer, ring).length).toBeLessThanOrEqual(DIRECTOR_RING_MAX_LINE + 1);
      }),
      { numRuns: 2000 },
    );
  });

  test('what is decoded never depends on where the reads were cut', () => {
    fc.assert(
      fc.property(fc.array(anyCommand, { maxLength: 6 }), fc.array(fc.nat(), { maxLength: 6 }), (commands, at) => {
        const bytes = commands.map((command) => encodeShort(command)).join('');
        const cuts = [0, ...at.map((n) => n % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
        const decoder = createLineDecoder(DIRECTOR_RING_MAX_LINE);
        let again = '';
        for (const [index, end] of cuts.entries()) {
          decoder.push(bytes.slice(cuts[index - 1] ?? 0, end));
          for (let line = decoder.next(); line !== undefined; line = decoder.next()) {
            again += encodeShort(parseRingCommand(line, false));
          }
        }
        expect(again).toBe(bytes);
      }),
    );
  });
});

const encodeShort = (command: RingCommand): string => {
  if (command.cmd === 'HOST' && command.origin === undefined) return 'DONE\n';
  try {
    return encodeRingCommand(command, 9, 9);
  } catch {
    return 'DONE\n';
  }
};
