/** Replays what doveadm and poolmon said to a real director: the same replies, whole and byte by byte. */
import { type Fixture, readFixtures } from '@homing/wire/testing';
import { describe, expect, test } from 'vitest';
import { createPeer } from '../testing/peer.ts';
import { startTestDirector } from '../testing/start.ts';

/** Unix times are masked in the fixtures as well, by other rules. */
const masked = (bytes: string): string => bytes.replace(/\b17953\d{5}\b/g, 'TIME');

const SITE = { director_mail_servers: '127.0.0.11 127.0.0.12 127.0.0.13@tagA 127.0.0.14@tagA' };

const replay = async (fixture: Fixture, cut: (bytes: string) => readonly string[]): Promise<void> => {
  const ipc = createPeer((lines) => '+\n'.repeat(lines.split('\n').length - 1));
  const { director, log, open } = await startTestDirector(SITE, {}, ipc);
  const client = await open(director.acceptAdmin);
  let expected = '';
  for (const [index, step] of fixture.steps.entries()) {
    if (step.from === 'log') {
      expect(log.entries.map(({ text }) => `director: Error: ${text}`)).toContain(step.text);
    } else if ('close' in step) expect(client.ended).toBe(true);
    else if (step.from === 'S') expected += step.bytes;
    else for (const piece of cut(step.bytes)) client.outlet?.send(piece);
    const next = fixture.steps[index + 1];
    if (next === undefined || next.from !== 'S') {
      await new Promise(setImmediate);
      // Several commands in one write are answered when all are there.
      if (next === undefined || next.from === 'log' || fixture.steps[index]?.from === 'S') {
        expect(masked(client.received)).toBe(masked(expected));
      }
    }
  }
};

describe.each(readFixtures('director-admin'))('$name', (fixture) => {
  test('whole', () => replay(fixture, (bytes) => [bytes]));
  test('byte by byte', () => replay(fixture, (bytes) => bytes.split('')));
});
