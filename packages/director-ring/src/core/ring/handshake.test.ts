/** Handshake errors as spec/director.md T19 records them from Dovecot 2.3.19.1. */
import { expect, test } from 'vitest';
import { greeting, joining, startRingCore } from '../../testing/ring-core.ts';

const start = () => {
  const ring = startRingCore(['127.0.0.4']);
  const peer = ring.connectFrom('127.0.0.4');
  if (peer === undefined) throw new Error('refused');
  const hello = peer.heard();
  return { ring, peer, hello };
};

test('an incoming connection hears VERSION and ME, and DONE when it has said everything', () => {
  const { ring, peer, hello } = start();
  expect(hello).toEqual(greeting('127.0.0.1', ring.seconds()));
  peer.say(...greeting('127.0.0.4', ring.seconds()));
  expect(peer.heard()).toEqual([]);
  peer.say(...joining);
  expect(peer.heard()).toEqual(['DONE']);
});

test('an outgoing connection tells directors, backends, users, in this order', () => {
  const ring = startRingCore(['127.0.0.4'], { director_mail_servers: '127.0.0.11 127.0.0.13@tagA' });
  const peer = ring.accept();
  expect(peer?.heard()).toEqual([
    ...greeting('127.0.0.1', ring.seconds()),
    'DIRECTOR\\t127.0.0.1\\t21100',
    'DIRECTOR\\t127.0.0.4\\t21100',
  ]);
  peer?.say('VERSION\\tdirector\\t1\\t9');
  expect(peer?.heard()).toEqual([
    'HOST-HAND-START\\t0',
    'HOST\\t127.0.0.11\\t100\\t\\tU0\\t',
    'HOST\\t127.0.0.13\\t100\\ttagA\\tU0\\t',
    'HOST-HAND-END\\t0',
    'OPTIONS\\tconsistent-hashing',
    'DONE',
  ]);
});

test('an unknown address gets nothing at all', () => {
  const { ring } = start();
  expect(ring.connectFrom('127.0.0.99')).toBeUndefined();
  expect(ring.logged.at(-1)).toBe('Connection from 127.0.0.99: Server not listed in director_servers, dropping');
});

const time = Math.floor(startRingCore([]).now() / 1000);
const me = greeting('127.0.0.4', time);

test.each<[string, string[], string[], string]>([
  ['another protocol', ['VERSION\\tdirectorx\\t1\\t9'], [], 'Wrong protocol in socket (directorx vs director)'],
  ['another major', ['VERSION\\tdirector\\t2\\t0'], [], 'Incompatible protocol version: 2 vs 1'],
  ['ME first', ['ME\\t127.0.0.4\\t21100'], [], 'Command ME: Incompatible protocol (input: ME\t127.0.0.4\t21100)'],
  [
    'DIRECTOR before ME',
    ['VERSION\\tdirector\\t1\\t9', 'DIRECTOR\\t127.0.0.4\\t21100'],
    ['QUIT\\tInvalid input: DIRECTOR'],
    'Command DIRECTOR: Expecting ME command first',
  ],
  ['a second ME', [...me, 'ME\\t127.0.0.4\\t21100'], ['QUIT\\tInvalid input: ME'], 'Command ME: Duplicate ME'],
  [
    'our own name',
    [...greeting('127.0.0.1', time), ...joining],
    ['DONE', 'QUIT\\tInvalid input: DONE'],
    'Connection from self, dropping',
  ],
  [
    'a name of somebody else',
    ['VERSION\\tdirector\\t1\\t9', 'ME\\t127.0.0.50\\t21100'],
    ['QUIT\\tInvalid input: ME'],
    'Director at 127.0.0.4 claims to be 127.0.0.50:21100',
  ],
  [
    'other hashing',
    [...me, 'OPTIONS\\tfoo'],
    ['QUIT\\tInvalid input: OPTIONS'],
    'director_consistent_hashing settings differ between directors.',
  ],
  [
    'PING inside the host list',
    [...me, 'HOST-HAND-START\\t0', 'PING'],
    ['QUIT\\tInvalid input: PING'],
    'Command PING: Unexpected command during host list',
  ],
  ['an empty line', [...me, ''], ['QUIT\\tInvalid input: '], 'Received empty line'],
  [
    'an unknown command',
    [...me, ...joining, 'BOGUS\\t1'],
    ['DONE', 'QUIT\\tInvalid input: BOGUS'],
    'Command BOGUS: Unknown command BOGUS (input: BOGUS\t1)',
  ],
  ['1100 bytes', [...me, 'x'.repeat(1100)], ['QUIT\\tToo long input line'], 'Director sent us more than 1024 bytes'],
])('%s', (_name, lines, answers, text) => {
  const { ring, peer } = start();
  peer.say(...lines);
  expect(peer.heard()).toEqual(answers);
  expect(peer.isClosed()).toBe(true);
  expect(ring.logged.filter((line) => line.includes(text))).toHaveLength(1);
});

test('who broke the protocol is refused for a minute', () => {
  const ring = startRingCore(['127.0.0.4', '127.0.0.5']);
  ring.connectFrom('127.0.0.4')?.say(...me, 'BOGUS');
  const again = ring.connectFrom('127.0.0.4');
  again?.say(...me);
  expect(again?.isClosed()).toBe(true);
  expect(ring.logged.at(-1)).toContain('Remote sent invalid protocol data recently, waiting 60 secs');
  ring.wait(60_000);
  const later = ring.connectFrom('127.0.0.4');
  later?.say(...me, ...joining);
  expect(later?.heard()).toContain('DONE');
});

test.each([
  ['nothing', [], 10_000, []],
  ['no DONE', me, 40_000, ['QUIT\\tHandshake timeout']],
])('%s in time', (_name, lines, ms, answers) => {
  const { ring, peer } = start();
  peer.say(...lines);
  ring.wait(ms - 1);
  expect(peer.isClosed()).toBe(false);
  ring.wait(1);
  expect([peer.isClosed(), peer.heard()]).toEqual([true, answers]);
});
