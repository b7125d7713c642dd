/** Whatever a real director wrote reads, and writes back byte for byte. */
import { type Fixture, linesFrom, readFixture, readFixtures } from '@homing/wire/testing';
import { describe, expect, test } from 'vitest';
import { WireError } from '../line/errors.ts';
import {
  encodeRingCommand,
  formatRingInputError,
  parseRingCommand,
  type RingCommand,
  ringInputQuitReason,
} from './index.ts';

/** Connections of a login process and of an administrator. */
const OTHER_PROTOCOLS = [8, 9];

/** Refused by Dovecot as well: a HOST that lacks its tag. */
const BROKEN = 'director-ring/minor-6';

/** Dovecot repeats an unknown command in its QUIT without escapes. */
const UNESCAPED = 'director-ring/bad-escaped';

const connectionsOf = ({ steps }: Fixture): number[] =>
  [...new Set(steps.flatMap((step) => ('on' in step ? step.on : [])))].filter((on) => !OTHER_PROTOCOLS.includes(on));

/** What the director's peer on a connection said of itself; later versions than ours count as ours. */
const peerMinor = (fixture: Fixture, on: number): number => {
  const version = linesFrom(fixture, 'C', on).find((line) => /^VERSION\tdirector\t1\t\d+$/.test(line));
  return Math.min(9, Number(version?.split('\t')[3] ?? 9));
};

/** Below minor 9 a user of the handshake looks like any other. */
const ofHandshake = (command: RingCommand): RingCommand =>
  command.cmd === 'USER' && command.timestamp !== undefined
    ? { ...command, cmd: 'U', timestamp: command.timestamp }
    : command;

const writeBack = (lines: readonly string[], peer: number, ring: number): string[] => {
  let inHostList = false;
  return lines.map((line) => {
    const command = parseRingCommand(line, inHostList);
    if (command.cmd === 'HOST-HAND-START') inHostList = true;
    if (command.cmd === 'HOST-HAND-END') inHostList = false;
    return encodeRingCommand(peer < 9 ? ofHandshake(command) : command, peer, ring).slice(0, -1);
  });
};

const fixtures = readFixtures('director-ring').filter(({ name }) => name !== BROKEN && name !== UNESCAPED);

describe.each(fixtures)('$name', (fixture) => {
  const ring = Math.min(...connectionsOf(fixture).map((on) => peerMinor(fixture, on)));
  test.each(connectionsOf(fixture))('connection %i', (on) => {
    const lines = linesFrom(fixture, 'S', on);
    expect(writeBack(lines, peerMinor(fixture, on), ring)).toEqual(lines);
  });
});

test('in a ring of minimum 6 Dovecot writes a HOST that nobody reads', () => {
  const lines = linesFrom(readFixture(BROKEN), 'S', 2);
  const host = lines.find((line) => line.startsWith('HOST\t127.1.1.1\t')) ?? '';
  expect(host).toBe('HOST\t127.1.1.1\t9090\t1\t127.0.0.15\t50\tU0\t');
  expect(() => parseRingCommand(host, false)).toThrow(WireError);
});

/** The state of the connection decides about these, not the line. */
const BY_STATE =
  /^director-ring\/bad-(shunned|done-again|host-list|line-length|me-(missing|twice|self)|options|u-backend|version-missing)$/;

const refusals = readFixtures('director-ring').filter(({ name }) => /\/bad-/.test(name) && !BY_STATE.test(name));

describe.each(refusals)('$name', (fixture) => {
  const sent = linesFrom(fixture, 'C');
  const line = sent.at(-1) ?? '';
  const inHostList = sent.includes('HOST-HAND-START\t0') && !sent.includes('HOST-HAND-END\t0');

  test('is refused with the text that Dovecot logs', () => {
    const logged = fixture.steps.flatMap((step) => ('text' in step ? step.text : [])).join('\n');
    const refuse = (): unknown => parseRingCommand(line, inHostList);
    expect(refuse).toThrow(WireError);
    try {
      refuse();
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      const text = error.code === 'bad-version' ? error.message : formatRingInputError(line, error.message);
      expect(logged.endsWith(`): ${text}`)).toBe(true);
    }
  });

  test('the peer is told the command', () => {
    const last = linesFrom(fixture, 'S').at(-1) ?? '';
    // Without a version it is not known whether the peer understands QUIT.
    if (sent.some((text) => /^VERSION\tdirector\t1\t\d/.test(text))) {
      expect(last).toBe(`QUIT\t${ringInputQuitReason(line)}`);
    } else expect(last).toMatch(/^ME\t/);
  });
});
