/** What Dovecot's login processes said to recorded clients, we say too, however the client's bytes are cut. */

import { byteByByte, cutAnywhere, type Fixture, readFixtures } from '@homing/wire/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { recordedSite } from '../../../testing/recorded-site.ts';
import { rehearse } from '../../../testing/rehearsal.ts';

type Turn = { readonly client: string; readonly server: string; readonly closes: boolean };

/** A client's bytes, and all that came back before it said more. */
const turnsOf = (fixture: Fixture): Turn[] => {
  const turns: Turn[] = [{ client: '', server: '', closes: false }];
  for (const one of fixture.steps) {
    const last = turns.at(-1);
    if (one.from === 'log' || last === undefined) continue;
    if ('close' in one) turns[turns.length - 1] = { ...last, closes: true };
    else if (one.from === 'S') turns[turns.length - 1] = { ...last, server: last.server + one.bytes };
    else if (last.server === '') turns[turns.length - 1] = { ...last, client: last.client + one.bytes };
    else turns.push({ client: one.bytes, server: '', closes: false });
  }
  return turns;
};

const isInsecure = (name: string): boolean => /plaintext-disabled|starttls|stls/.test(name);
const isTrusted = (name: string): boolean => name === 'imap/client-trusted-id';

const replay = (protocol: 'imap' | 'pop3', fixture: Fixture, cut: (bytes: string) => readonly string[]): void => {
  let expected = '';
  const client = rehearse({
    protocol,
    secured: !isInsecure(fixture.name),
    trusted: isTrusted(fixture.name),
    answer: recordedSite(protocol, () => expected),
  });
  const [greeting, ...turns] = turnsOf(fixture);
  expect(client.happen({ on: 'auth-ready' })).toBe(greeting?.server);
  for (const turn of turns) {
    expected = turn.server;
    const said = cut(turn.client).map((piece) => client.send(piece));
    expect(said.join('')).toBe(turn.server);
    expect(client.state.phase.at === 'closed').toBe(turn.closes);
  }
};

describe.each(['imap', 'pop3'] as const)('%s clients', (protocol) => {
  const fixtures = readFixtures(protocol).filter(({ name }) => name.includes('/client-'));

  test.each(fixtures)('$name', (fixture) => {
    replay(protocol, fixture, (bytes) => [bytes]);
    replay(protocol, fixture, byteByByte);
  });

  test('cut anywhere', () => {
    const cuts = fc.constantFrom(...fixtures).chain((fixture) => {
      const all = turnsOf(fixture).map(({ client }) => client);
      return fc.tuple(
        fc.constant(fixture),
        ...all.map((bytes) => (bytes === '' ? fc.constant(['']) : cutAnywhere(bytes))),
      );
    });
    fc.assert(
      fc.property(cuts, ([fixture, , ...pieces]) => {
        let turn = 0;
        replay(protocol, fixture, () => pieces[turn++] ?? []);
      }),
    );
  });
});
