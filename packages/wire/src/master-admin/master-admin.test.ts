import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { linesFrom, readFixtures } from '../../testing/index.ts';
import { WireError } from '../line/errors.ts';
import {
  formatAdminKick,
  formatAdminReply,
  masterAdminClientHello,
  masterAdminServerHello,
  parseAdminKick,
  parseAdminReply,
  parseMasterAdminClientVersion,
  parseMasterAdminServerVersion,
} from './master-admin.ts';

const bytes = fc.string({ unit: fc.nat(255).map((code) => String.fromCharCode(code)) });

describe.each(readFixtures('master-admin'))('$name', (fixture) => {
  const [hello = '', ...commands] = linesFrom(fixture, 'C');
  const [greeting = '', ...replies] = linesFrom(fixture, 'S');

  test('hellos', () => {
    expect([`${hello}\n`, `${greeting}\n`]).toEqual([masterAdminClientHello(), masterAdminServerHello()]);
    expect([parseMasterAdminClientVersion(hello), parseMasterAdminServerVersion(greeting)]).toEqual([0, 0]);
  });

  test('commands and replies both ways', () => {
    expect(replies.length).toBe(commands.length);
    for (const [n, line] of commands.entries()) {
      const reply = parseAdminReply(replies[n] ?? '');
      expect(formatAdminReply(reply)).toBe(replies[n]);
      const command = parseAdminKick(line);
      if ('refusal' in command) expect(reply).toEqual({ reply: 'error', text: command.refusal });
      else expect(formatAdminKick(command)).toBe(line.split('\t', 3).join('\t'));
    }
  });
});

test('any names survive', () => {
  fc.assert(
    fc.property(bytes, fc.option(fc.constant('0a'.repeat(16)), { nil: undefined }), (user, guid) => {
      const line = formatAdminKick({ user, guid });
      expect(line).not.toContain('\n');
      expect(parseAdminKick(line)).toEqual({ user, guid });
    }),
  );
});

test('any reply decodes or is a WireError', () => {
  fc.assert(
    fc.property(bytes, (line) => {
      try {
        parseAdminReply(line);
      } catch (error) {
        expect(error).toBeInstanceOf(WireError);
      }
    }),
  );
});
